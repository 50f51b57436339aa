"""Which decided strings go with a person whose data is erased."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from evidence.detectors import FAMILY, Decided, Detector, Entry, detectors_for, key_of
from evidence.isolated import call_each
from evidence.reading import Asked, Looker, Reading
from evidence.transcripts import LARGEST
from study.objects import NotStored
from tasks.field_notes import conventions_of, document_folders
from tasks.people_rows import rows_of
from tasks.read import read_restricted_table
from tasks.readings import flagged_strings
from tasks.string_decisions import FILE
from tasks.transcript_reading import MEGABYTES, SECONDS
from tasks.workspace import Workspace

_NAMING = frozenset({"registry", "near", "disguised"})


def strings_of_person(place: Workspace, participant: str, files: Collection[str]) -> tuple[str, ...]:
    """The strings of restricted/decisions/strings.csv, as written there, that are a name of the person, however
    written, or are found in these files of theirs and in no other: as last checked, or, where nothing is kept of a
    file, as it is read now.

    It reads what it can of a damaged file: an erasure does not wait for that to be mended.
    """
    try:
        rows = rows_of(place.restricted.get(FILE))
    except NotStored:
        return ()
    written = dict.fromkeys(row.get("string", "") for row in rows)
    detectors = detectors_for(_entries(place, participant), residue=())
    named = {s for s in written if s and _is_named(s, detectors)}
    theirs = _only_in(place, files, {key_of(s) for s in written if s and s not in named})
    return tuple(s for s in written if s and (s in named or key_of(s) in theirs))


def _entries(place: Workspace, participant: str) -> Iterator[Entry]:
    table = read_restricted_table(place, "identities.csv")
    for row in [] if table is None else table.to_dict("records"):
        if str(row.get("participant_id", "")) == participant:
            yield Entry("name", str(row.get("name", "")))
            called = (str(row.get(column, "")).split(";") for column in ("aliases", "heard_as"))
            yield from (Entry("alias", alias.strip()) for aliases in called for alias in aliases)


def _is_named(string: str, detectors: Collection[Detector]) -> bool:
    """Whether the string, or the same with capitals, is found as the person's name."""
    text = string.encode(errors="replace").decode()
    spans = (span for shown in (text, text.title()) for one in detectors for span in one.find(shown))
    return any(FAMILY.get(span.kind) in _NAMING for span in spans)


def _only_in(place: Workspace, files: Collection[str], keys: Collection[str]) -> set[str]:
    """Which of these folded strings are found in these files and in no other."""
    kept = flagged_strings(place)
    there = [path for path in _paths(place) if path not in kept]
    inside = {one.key for path in files for one in kept.get(path, ())} & set(keys)
    inside |= _found(place, [path for path in there if path in files], keys)
    inside -= {one.key for path, found in kept.items() if path not in files for one in found}
    return inside - _found(place, [path for path in there if path not in files], inside)


def _paths(place: Workspace) -> Iterator[str]:
    conventions = place.protocol.transcripts
    for folder in (*([conventions.folder] if conventions else []), *document_folders(place)):
        yield from (stored.key for stored in place.files.list(f"{folder}/") if stored.bytes <= LARGEST)


def _found(place: Workspace, paths: Sequence[str], keys: Collection[str]) -> set[str]:
    """Which of these folded strings are found in files of which nothing is kept, read in a child process."""
    if not paths or not keys:
        return set()
    decided = Decided(frozenset(keys))
    looker = Looker(conventions_of(place), decided=decided, residue=(), is_transcript=False)
    calls = ((place.files.get(path), PurePosixPath(path).name, Asked(frozenset({"leaks"}))) for path in paths)
    answers = call_each(looker.look, calls, seconds=SECONDS, megabytes=MEGABYTES)
    return {one.key for answer in answers if isinstance(answer, Reading) for one in answer.flagged} & set(keys)
