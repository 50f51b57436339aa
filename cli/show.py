"""`fieldtrail trail show`: the records of a trail, one a line, to find the one you want."""

from __future__ import annotations

from typing import Any

import typer

from cli.exits import Exit


def show_trail(
    address: str, key: str, *, endpoint: str | None, kinds: list[str], subject: str | None, last: int, as_json: bool
) -> int:
    """Print the last records of these kinds about this subject (`type:id`), oldest first, in the order of recording."""
    from storage import open_store
    from study import StudyError
    from study.kinds import KINDS
    from trail.note import PublicKey
    from trail.reading import read_lanes

    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise StudyError(f"there is no kind {unknown[0]}", where="--kind", remedy="See docs/audit-trail.md.")
    reading = read_lanes(open_store(address, endpoint=endpoint), PublicKey.read(public_text(key)).name)
    lines = {one.event.id: one for one in reading.recorded}
    found = [
        one
        for one in sorted(lines.values(), key=lambda one: (one.event.recorded_at, one.event.id))
        if (not kinds or one.event.kind in kinds)
        and (subject is None or any(f"{s.type}:{s.id}" == subject for s in one.event.subject))
    ]
    for one in found[-last:] if last else found:
        typer.echo(one.line.decode() if as_json else _line(one.event))
    if not as_json:
        typer.echo(f"{len(found)} of {len(lines)} records; nothing of this is verified, `trail verify` does that.")
    return Exit.DONE


def public_text(key: str) -> str:
    """A public key's text, given as itself or as the file that holds it."""
    from pathlib import Path

    path = Path(key)
    return path.read_text(errors="replace") if path.is_file() else key


def _line(event: Any) -> str:
    about = " ".join(f"{s.type}:{s.id}" for s in event.subject) or "-"
    who = event.actor.id if event.actor.assurance == "declared" else f"{event.actor.id} ({event.actor.assurance})"
    return f"{event.id}  {event.recorded_at}  {event.occurred:24}  {event.kind:28}  {who:12}  {about}"
