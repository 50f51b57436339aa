"""`fieldtrail trail keygen`: the key of a trail or of a person, its private half readable by its owner alone."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from cli.exits import UsageError
from storage.local import LocalStore
from study.errors import StudyError
from study.identifiers import new_origin
from study.objects import AlreadyStored
from trail.note import generate_key

_STUDY = re.compile(r"[a-z][a-z0-9-]{1,39}")
_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


def keygen(file: Path, *, study: str | None = None, person: str | None = None) -> str:
    """Make a key pair, write FILE (mode 600) and FILE.vkey, and return what to do with them.

    Nothing is ever overwritten. UsageError unless exactly one of study and person is given and well written.
    """
    if (study is None) == (person is None):
        raise UsageError("Give --study ID for a trail's key, or --person CODE for a person's.")
    if study is not None and not _STUDY.fullmatch(study):
        raise UsageError(f"{study!r} is no study id: it is written as `id` in study.yaml.")
    if person is not None and not _PERSON.fullmatch(person):
        raise UsageError(f"{person!r} is no team code: it is written as `code` in study.yaml's team.")
    private, vkey = generate_key(person if person is not None else new_origin(study or "", secrets.token_bytes(4)))
    public = file.with_name(f"{file.name}.vkey")
    if public.exists() or public.is_symlink():
        raise _taken(public)
    _write(file, private, private=True)
    _write(public, vkey, private=False)
    return "\n".join((vkey, *(_for_person(person, file, vkey) if person else _for_study(file))))


def _for_study(file: Path) -> tuple[str, ...]:
    return (
        f"The private key is in {file}: keep a copy where the study's data are not, and name it in study.yaml:",
        f"  storage: {{key: {file.absolute()}}}     (or key: env:NAME, for a variable that holds its text)",
        "Print the line above in the ethics protocol, and give it to auditors.",
    )


def _for_person(person: str, file: Path, vkey: str) -> tuple[str, ...]:
    return (
        f"The private key is in {file}: it is {person}'s alone. Put the public one in study.yaml:",
        f"  team: - code: {person}",
        f"          key: {vkey}",
    )


def _write(file: Path, text: str, *, private: bool) -> None:
    if not file.absolute().parent.is_dir():
        raise StudyError("there is no such folder", where=str(file.parent), remedy="Make it first.")
    try:
        LocalStore(file.absolute().parent, private=private).put_new(file.name, f"{text}\n".encode())
    except AlreadyStored:
        raise _taken(file) from None


def _taken(file: Path) -> StudyError:
    return StudyError("something is there already", where=str(file), remedy="Choose another name; keys stay.")
