"""Which decided strings go with a person whose data is erased."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from evidence.detectors import FAMILY, Detector, Entry, detectors_for, key_of
from study.objects import NotStored
from tasks.people_rows import rows_of
from tasks.read import read_restricted_table
from tasks.readings import flagged_strings
from tasks.string_decisions import FILE
from tasks.workspace import Workspace

_NAMING = frozenset({"registry", "near", "disguised"})


def strings_of_person(place: Workspace, participant: str, files: Collection[str]) -> tuple[str, ...]:
    """The strings of restricted/decisions/strings.csv, as written there, that are a name of the person, however
    written, or, as last checked, were found in these files of theirs and in no other.

    It reads what it can of a damaged file: an erasure does not wait for that to be mended.
    """
    try:
        rows = rows_of(place.restricted.get(FILE))
    except NotStored:
        return ()
    written = dict.fromkeys(row.get("string", "") for row in rows)
    detectors = detectors_for(_entries(place, participant), residue=())
    theirs = _only_in(place, files)
    return tuple(s for s in written if s and (key_of(s) in theirs or _is_named(s, detectors)))


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


def _only_in(place: Workspace, files: Collection[str]) -> set[str]:
    inside: set[str] = set()
    outside: set[str] = set()
    for path, found in flagged_strings(place).items():
        (inside if path in files else outside).update(one.key for one in found)
    return inside - outside
