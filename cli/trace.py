"""`fieldtrail trace`: from a claim, an event or a file to everything it rests on, and to everything resting on it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer

from cli.exits import Exit, UsageError

if TYPE_CHECKING:
    from tasks.looking import LookedAt
    from trustworthiness.web import Web

LISTED = 20
"""Ids of one kind of loose end that are shown, unless as JSON."""
SHORTEST = 6


def trace_study(study: str, start: str | None, *, back: bool, orphans: bool, as_json: bool, as_of: date | None) -> int:
    """Print the ways from `start`, or what hangs loose; nothing is recorded."""
    if (start is None) != orphans:
        raise UsageError("Say where to start (a claim, an event, a file), or ask for --orphans.")
    from tasks.looking import LookedAt

    place = LookedAt(study, as_of)
    if orphans:
        return _print_orphans(place, as_json)
    from pages.lineage_words import SHORT, tree_document, tree_lines
    from tasks.lineage import web_of
    from trustworthiness.walk import walk_back, walk_forward

    web = web_of(place)
    keys, note = _found(place, web, str(start))
    paths = _namable(place)
    ways = {"resting_on": walk_back} if back else {"rests_on": walk_forward, "resting_on": walk_back}
    beside = _beside(place, str(start))
    if as_json:
        found = [{name: tree_document(walk(web, key), paths) for name, walk in ways.items()} for key in keys]
        typer.echo(
            json.dumps(
                {"start": _safe(place, str(start)), "note": note, "found": found, "speaks_to_it": beside},
                ensure_ascii=False,
                indent=1,
            )
        )
        return Exit.DONE
    if note:
        typer.echo(note)
    titles = {"rests_on": "What it rests on", "resting_on": "What rests on it"}
    for key in keys:
        for name, walk in ways.items():
            step = walk(web, key)
            typer.echo(f"{titles[name]}{'' if step.steps else ': nothing on record'}")
            for line in tree_lines(step, paths):
                typer.echo(f"  {line}")
    for number, one in enumerate(beside):
        what = f"{one['what'].replace('_', ' ')} {one['id']}: {one['state'].replace('_', ' ')}"
        if not number:
            typer.echo("What speaks to it")
        typer.echo(f"  {what} [{one['event_id'][:SHORT]}]")
    typer.echo("Linked is not supported: whether evidence bears a claim out is for a reader to judge.")
    return Exit.DONE


def _beside(place: LookedAt, start: str) -> list[dict[str, str]]:
    """What speaks to a claim; nothing where the start is no claim."""
    from tasks.lineage import lineage_of

    if start not in _claims(place):
        return []
    return [asdict(one) for claim in lineage_of(place).claims if claim.claim == start for one in claim.beside]


def _found(place: LookedAt, web: Web, start: str) -> tuple[list[str], str]:
    """The nodes to start from, and a remark on them; StudyError naming what is near where there is none."""
    from study import StudyError

    claims = _claims(place)
    if start in claims:
        return [claims[start]], ""
    if len(start) >= SHORTEST and re.fullmatch(r"[0-9a-f-]+", start):
        matching = sorted(key for key in web.nodes if "/" not in key and key.startswith(start))
        if len(matching) == 1:
            return matching, ""
        if matching:
            ids = ", ".join(id[: SHORTEST + 8] for id in matching[:5])
            raise StudyError(f"{len(matching)} events begin so: {ids}", where=start, remedy="Give more of the id.")
    path = start.removeprefix("./")
    ref = place.ref(path) or start
    versions = sorted(key for key in web.nodes if key.startswith(f"file:{ref}:"))
    if versions:
        return _of_file(place, web, path if place.ref(path) else "", versions)
    shown = _safe(place, start)
    if shown == start and _is_there(place, path):
        raise StudyError(
            "the file is there, and no record names it as a whole",
            where=shown,
            remedy="Registers go on record row by row: start from a claim, an event or an interview's transcript.",
        )
    near = get_close_matches(start, [*claims, *_namable(place).values()], n=3, cutoff=0.5) if shown == start else []
    known = ", ".join(near) or ", ".join(list(claims)[:5]) or "none yet"
    raise StudyError(
        "the trail knows no claim, no event and no file of that name",
        where=shown,
        remedy=f"{'Near it' if near else 'The claims are'}: {known}.",
    )


def _is_there(place: LookedAt, path: str) -> bool:
    """Whether the study folder has a file of that path."""
    from study import StudyError
    from study.objects import NotStored

    try:
        place.files.get(path)
    except (NotStored, StudyError, OSError):
        return False
    return True


def _of_file(place: LookedAt, web: Web, path: str, versions: list[str]) -> tuple[list[str], str]:
    """The version of a file that is there now, or every recorded one where that is none of them."""
    from study.objects import NotStored

    try:
        now = place.digests(path) if path else frozenset()
    except NotStored:
        return versions, "The file is gone; this is what was recorded of it."
    present = [key for key in versions if any(one.startswith(key.rpartition(":")[2]) for one in now)]
    more = len(versions) - len(present)
    if present:
        return present, f"The file as it is now; {more} other versions are on record." if more else ""
    return versions, "The file as it is now is not on record; this is what was recorded of it." if path else ""


def _claims(place: LookedAt) -> dict[str, str]:
    """The newest assertion of every claim, by claim."""
    from trustworthiness.claims import latest_assertion

    asserted = place.events(["claim.asserted"])
    ids = sorted({id for event in asserted if (id := event.subject_id("claim"))})
    return {id: event.id for id in ids if (event := latest_assertion(asserted, id))}


def _namable(place: LookedAt) -> dict[str, str]:
    """Paths by ref, without those that hold a participant code or lie where names are kept."""
    return {ref: path for ref, path in place.paths().items() if path == _safe(place, path)}


def _safe(place: LookedAt, text: str) -> str:
    """The text unless it may hold a participant code or lies under restricted/."""
    pattern = place.protocol.participants.code_pattern.removeprefix("^").removesuffix("$")
    is_safe = not text.startswith("restricted/") and not re.search(
        rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", text
    )
    return text if is_safe else "what you gave"


def _print_orphans(place: LookedAt, as_json: bool) -> int:
    from tasks.lineage import loose_ends_of
    from trustworthiness.loose_ends import LABELS

    ends: dict[str, Any] = asdict(loose_ends_of(place))
    if as_json:
        typer.echo(json.dumps(ends, indent=1))
        return Exit.DONE
    for name, label in LABELS.items():
        ids = ends[name]
        if ids is None:
            typer.echo(f"{label}: not at hand; run compare-cases first.")
            continue
        more = f" and {len(ids) - LISTED} more (all with --json)" if len(ids) > LISTED else ""
        typer.echo(f"{label}: {len(ids)}{': ' if ids else ''}{', '.join(ids[:LISTED])}{more}.")
    return Exit.DONE
