"""`fieldtrail countersign DIR`: another party vouches for a trail's growth, with a key and a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from cli.exits import Exit, UsageError
from storage.local import LocalStore
from study.errors import StudyError
from study.event import instant
from study.objects import AlreadyStored, NotStored
from trail.countersign import LARGEST, Answer, Countersigner
from trail.note import Kind, PrivateKey, generate_key

KEY = "countersigner.key"
VKEY = "countersigner.vkey"
REQUEST, REPLY = ".request", ".reply"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Clock = Callable[[], datetime]


def countersign(
    directory: Path,
    *,
    init: str | None = None,
    trust: str | None = None,
    request: Path | None = None,
    reply: Path | None = None,
    inbox: Path | None = None,
    serve: int | None = None,
    show: bool = False,
) -> int:
    """Do what was asked, `init` and `trust` first, and return the exit code; UsageError for options that do not fit."""
    doing = [request is not None, inbox is not None, serve is not None, show]
    if (request is None) != (reply is None):
        raise UsageError("--request and --reply go together.")
    if sum(doing) > 1:
        raise UsageError("Give one of --request, --inbox, --serve and --show.")
    if not (any(doing) or init or trust):
        raise UsageError("Say what to do: --init, --trust, --request, --inbox, --serve or --show.")
    if init:
        typer.echo(made(directory, init))
    countersigner = opened(directory)
    if trust:
        typer.echo(f"Registered {countersigner.trust(_text(trust)).name}.")
    if request and reply:
        return _answered(countersigner, request, reply)
    if inbox:
        return _emptied(countersigner, inbox)
    if serve is not None:
        from cli.countersign_http import serve_on

        return serve_on(countersigner, serve, _now)
    if show:
        typer.echo("\n".join(shown(countersigner)))
    return Exit.DONE


def made(directory: Path, name: str) -> str:
    """Make the countersigner's key in its directory; returns the public key to give to the studies."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a countersigner: use letters, digits, - _ and .")
    private, vkey = generate_key(name, Kind.COUNTERSIGNER)
    store = LocalStore(directory, private=True)
    try:
        store.put_new(KEY, f"{private}\n".encode())
    except AlreadyStored:
        raise StudyError(
            "a countersigner's key is here already", where=f"{directory}/{KEY}", remedy="Use it, or another folder."
        ) from None
    store.put_new(VKEY, f"{vkey}\n".encode())
    return vkey


def opened(directory: Path) -> Countersigner:
    """The countersigner of a directory; StudyError when there is none or others can read its key."""
    store = LocalStore(directory, private=True)
    try:
        private = PrivateKey.read(store.get(KEY).decode(errors="replace"), Kind.COUNTERSIGNER, f"{directory}/{KEY}")
    except NotStored:
        raise StudyError(
            "no countersigner is set up here", where=str(directory), remedy="Set one up with --init NAME."
        ) from None
    if (directory / KEY).stat().st_mode & 0o077:
        raise StudyError("others on this machine can read the key", where=f"{directory}/{KEY}", remedy="chmod 600 it.")
    with suppress(AlreadyStored):
        store.put_new(VKEY, f"{private.vkey}\n".encode())  # left out by an --init that was killed
    return Countersigner(store, private)


def shown(countersigner: Countersigner) -> list[str]:
    """A line a trail: what was last seen of it, which is what an auditor pins."""
    lines = [f"{countersigner.key.vkey}"]
    for key, seen in countersigner.trails():
        if seen.count:
            at = instant(datetime.fromtimestamp(seen.seconds, UTC))
            lines.append(f"{key.name}: size {seen.size}, cosigned {at}, pin {seen.size}:{seen.root.hex()}")
        else:
            lines.append(f"{key.name}: nothing cosigned yet")
        refused = countersigner.refused(key.name)
        if refused:
            lines.append(f"{key.name}: {refused} signed checkpoints refused, kept in refused/")
    return lines


def _answered(countersigner: Countersigner, request: Path, reply: Path) -> int:
    answer = countersigner.answer(_bytes(request), _now())
    LocalStore(reply.parent).put(reply.name, _written(answer))
    typer.echo(f"{answer.status} {answer.said}.")
    return _code(answer)


def _emptied(countersigner: Countersigner, inbox: Path) -> int:
    """Answer every request without an answer; the exit code is the worst one's."""
    if not inbox.is_dir():
        raise StudyError("there is no such folder", where=str(inbox), remedy="Give the folder requests are left in.")
    folder = LocalStore(inbox)
    names = [stored.key for stored in folder.list() if "/" not in stored.key]
    codes = [0]
    for name in names:
        if name.endswith(REQUEST) and name + REPLY not in names:
            answer = countersigner.answer(_bytes(inbox / name), _now())
            folder.put(name + REPLY, _written(answer))
            typer.echo(f"{name}: {answer.status} {answer.said}.")
            codes.append(_code(answer))
    if len(codes) == 1:
        typer.echo("No request is waiting.")
    return max(codes)


def _code(answer: Answer) -> int:
    """0 when cosigned or told where to prove from, 4 for what no honest trail asks, 3 for what is no request here."""
    if answer.alarm:
        return Exit.TRAIL
    return Exit.DONE if answer.status in (200, 409) else Exit.STUDY


def _written(answer: Answer) -> bytes:
    """An answer as a file: the status on a line, then the body as over HTTP."""
    return f"{answer.status}\n{answer.body}".encode()


def _bytes(path: Path) -> bytes:
    """The start of a file, one byte more than a request may have."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise StudyError(f"it cannot be read ({error.strerror})", where=str(path)) from None


def _text(vkey: str) -> str:
    """A public key given as its text or as a file."""
    path = Path(vkey)
    return _bytes(path).decode(errors="replace") if "+" not in vkey or path.is_file() else vkey


def _now() -> datetime:
    return datetime.now(UTC)
