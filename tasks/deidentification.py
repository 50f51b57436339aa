"""De-identified copies made for coding: which files need one, what is written, and what keeps a copy from being made.

The original stays as it is. The copy and its list of changes lie under restricted/deidentified/, and both are in the
trail by their digests, with the version of the original they come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.isolated import ReaderDied
from evidence.masking import How, Masked
from evidence.versions import fold_versions
from study import Event, Fact, Query, Reference, StudyError, Subject
from study.identifiers import keyed_digest
from study.objects import NotStored
from study.query import QueryRecord, fold_queries
from study.query import place as place_of
from tasks.masking import FOLDER, LIST, change_list, looker_of, masked_each, pseudonyms_of
from tasks.outcome import Outcome
from tasks.progress import step
from tasks.transcript_files import transcript_files
from tasks.workspace import Workspace

OPEN = frozenset({"TR060", "TR061", "TR062", "TR063", "TR064", "TR065"})
"""Checks whose open queries a de-identified copy is made for."""
CHECK = "TR066"
NOTES = "field_notes/"

_PROBLEMS = {
    "unreadable": "the file cannot be read. Mend it first.",
    "turns_differ": "its turns or speakers would not stay as they are. De-identify it by hand, as a new version.",
    "changed": "the file changed or went while it was read. Make it again.",
    "died": "reading it took too long or too much memory. Save it as plain text.",
}
_KINDS = {
    "TR001": "it cannot be read",
    "TR060": "registered names",
    "TR061": "near misses of names",
    "TR062": "e-mails, phones, numbers or addresses",
    "TR063": "strings nobody has decided on",
    "TR064": "names spelled out or in small letters",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: these interviews (all with something open where none is named), field notes too, and whether
    strings nobody decided on are masked."""

    interviews: tuple[str, ...] = ()
    field_notes: bool = False
    candidates: bool = False


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies made, as facts; queries on those that were refused; whether a recorded query was looked at."""

    facts: tuple[Fact, ...]
    queries: tuple[Query, ...]
    subjects: frozenset[str]
    counts: Mapping[str, int]

    def looked_at(self, record: QueryRecord) -> bool:
        """Whether this run looked at what a recorded query is about."""
        return record.check == CHECK and record.subject in self.subjects


@dataclass(frozen=True, slots=True)
class _File:
    """A file to de-identify: its path, where its copy goes without an ending, its subject, and the original."""

    path: str
    stem: str
    subject: str
    reference: Reference
    interview: str = ""


@dataclass(slots=True)
class _Made:
    facts: list[Fact] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@task(name="make de-identified copies", cache_policy=NO_CACHE)
def make_copies(place: Workspace, wanted: Wanted) -> Copies:
    """Make the copies that are wanted or wait for it; what stands as it is is not written again.

    StudyError for an interview that has no transcript, or more than one.
    """
    events = place.events()
    files = [*_transcripts(place, wanted, events), *(_field_notes(place) if wanted.field_notes else ())]
    conventions = place.protocol.transcripts
    how = How(pseudonyms_of(place, conventions), candidates=wanted.candidates)
    looker = looker_of(place, conventions)
    changed: set[str] = set()
    given = ((_bytes(place, file, changed), PurePosixPath(file.path).name) for file in files)
    made = _Made()
    for number, (file, found) in enumerate(zip(files, masked_each(looker, given, how), strict=True), 1):
        step("De-identifying", number, len(files))
        is_changed = file.path in changed
        _take(place, file, Masked("", "", "", problem="changed") if is_changed else found, events, made)
    subjects = frozenset(file.subject for file in files)
    return Copies(tuple(made.facts), tuple(made.queries), subjects, dict(made.counts))


def copies_said(copies: Copies, open_queries: Iterable[Query]) -> Outcome:
    """What the flow says: how many copies were made, stand, or were refused."""
    count = Counter(copies.counts)
    said = [
        f"De-identified copies: {count['new']} made now, {count['before']} as before, {count['refused']} refused.",
        "A person must read each copy before it is released: what is checked does not prove that nobody is recognised.",
    ]
    if count["by_hand"]:
        said.append(
            f"Left as they are because somebody changed them by hand: {count['by_hand']}. "
            "Such a copy cannot be released; take it away to have it made again."
        )
    return Outcome("deidentify-transcripts", tuple(said), tuple(open_queries))


def stored_copy(place: Workspace, copies: Iterable[Reference], stem: str) -> tuple[str, bytes, Reference] | None:
    """The copy under restricted/ that is one of these references: key, bytes, reference; None where it is gone."""
    wanted = set(copies)
    for stored in place.restricted.list(f"{FOLDER}{stem}."):
        if not stored.key.endswith(LIST):
            data = place.restricted.get(stored.key)
            reference = place.reference(f"restricted/{stored.key}", data, personal=True)
            if reference in wanted:
                return stored.key, data, reference
    return None


def _transcripts(place: Workspace, wanted: Wanted, events: list[Event]) -> list[_File]:
    conventions = place.protocol.transcripts
    if conventions is None:
        return []
    files = [file for file in transcript_files(place, conventions) if file.interview_id]
    often = Counter(file.interview_id for file in files)
    alone = {file.interview_id: file for file in files if often[file.interview_id] == 1}
    missing = [interview for interview in wanted.interviews if interview not in alone]
    if missing:
        raise StudyError(
            f"there is no transcript of {', '.join(missing)}, or not exactly one",
            where=f"{conventions.folder}/",
            remedy="Correct the interview's id, or take the file away that is not its transcript.",
        )
    records = fold_queries(events).values()
    waiting = {r.subject for r in records if r.state == "open" and (r.check in OPEN or _is_ours(r))}
    chosen = wanted.interviews or tuple(
        id for id, file in sorted(alone.items()) if {file.subject, f"copy:{id}"} & waiting
    )
    return [
        _File(
            alone[id].path,
            conventions.file_name.format(interview_id=id),
            f"copy:{id}",
            alone[id].reference,
            id,
        )
        for id in chosen
    ]


def _is_ours(record: QueryRecord) -> bool:
    return record.check == CHECK and record.subject.startswith("copy:")


def _field_notes(place: Workspace) -> list[_File]:
    """Every file of field notes; its copy bears the file's opaque ref, because names of files name people."""
    found = []
    for stored in place.files.list(NOTES):
        if not PurePosixPath(stored.key).name.startswith((".", "~$")):
            reference = place.reference(stored.key, place.files.get(stored.key), personal=True)
            found.append(_File(stored.key, f"{NOTES}{reference.ref}", f"copy:{reference.ref}", reference))
    return found


def _take(place: Workspace, file: _File, found: Masked | ReaderDied, events: list[Event], made: _Made) -> None:
    """Write a copy that is clean and say so; refuse one that is not."""
    if isinstance(found, ReaderDied):
        found = Masked("", "", "", problem="died")
    if not found.is_clean:
        made.queries.append(_refused(place, file, found))
        made.counts["refused"] += 1
        return
    key, body, listed = f"{FOLDER}{file.stem}{found.ending}", found.copy.encode(), change_list(found, file.reference)
    lies_there = _stored(place, key)
    if lies_there is not None and lies_there != body and not _is_recorded(place, key, lies_there, events):
        made.counts["by_hand"] += 1
        return
    if lies_there != body:
        place.restricted.put(key, body)
    list_key = f"{FOLDER}{file.stem}{LIST}"
    if _stored(place, list_key) != listed:
        place.restricted.put(list_key, listed)
    fact = _fact(place, file, (key, body), (list_key, listed), len(found.changes), events)
    made.counts["before" if fact is None else "new"] += 1
    made.facts += [] if fact is None else [fact]


def _fact(
    place: Workspace, file: _File, copy: tuple[str, bytes], listed: tuple[str, bytes], changes: int, events: list[Event]
) -> Fact | None:
    """That the copy was made of this version; None where the trail says so already."""
    generated = tuple(place.reference(f"restricted/{key}", data, personal=True) for key, data in (copy, listed))
    kind = "transcript.deidentified" if file.interview else "fieldnote.deidentified"
    of_it = [
        e for e in events if e.kind == kind and (not file.interview or e.subject_id("transcript") == file.interview)
    ]
    earlier = [e for e in of_it if file.interview or (e.used and e.used[0].ref == file.reference.ref)]
    if any(e.generated == generated and e.used == (file.reference,) for e in earlier):
        return None
    version = fold_versions(events).get(file.interview)
    arrived = version.version_of(file.reference) if version else None
    return Fact(
        kind,
        place.instant,
        (Subject("transcript", file.interview),) if file.interview else (),
        used=(file.reference,),
        generated=generated,
        causes=(arrived.arrival,) if arrived else (),
        data={"version": len(earlier) + 1, "changes": changes},
    )


def _refused(place: Workspace, file: _File, found: Masked) -> Query:
    """The query of a copy that is not made: in which file, why, and what to do; never a word of it."""
    if found.problem:
        what = f"No de-identified copy was made: {_PROBLEMS[found.problem]}"
    else:
        left = ", ".join(f"{n} {_KINDS[check]}" for check, n in sorted((found.open or {}).items()))
        what = (
            f"The de-identified copy is refused, because in it are still open: {left}. Decide on the strings with "
            "`fieldtrail review`, or have them masked too (candidates=true), and make it again."
        )
    return Query.raised(
        CHECK,
        "block",
        study=place.protocol.id,
        subject=file.subject,
        place=place_of(file.reference.ref, "copy"),
        where=f"{file.path}, its de-identified copy",
        message=what,
    )


def _bytes(place: Workspace, file: _File, changed: set[str]) -> bytes:
    """The bytes that the file's reference names; where others lie there by now, or none, the path goes to `changed`."""
    try:
        data = place.files.get(file.path)
    except NotStored:
        data = b""
    if keyed_digest(place.codes.key(file.reference.ref), data) != file.reference.hmac:
        changed.add(file.path)
    return data


def _is_recorded(place: Workspace, key: str, data: bytes, events: Collection[Event]) -> bool:
    """Whether the trail knows this content of a copy: no flow wrote another one."""
    reference = place.reference(f"restricted/{key}", data, personal=True)
    return any(reference in e.generated for e in events if e.kind.endswith(".deidentified"))


def _stored(place: Workspace, key: str) -> bytes | None:
    try:
        return place.restricted.get(key)
    except NotStored:
        return None
