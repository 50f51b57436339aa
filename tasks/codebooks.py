"""The codebook of a study, from its file or an export of a coding tool, and what changed since the one on record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis import Codebook, compare_codebooks
from analysis.codebook import CodeEntry, ToolParts, order
from analysis.codebook_change import CodebookChange
from analysis.coding_tools import codebook_from, read_codebook_file, write_qdc
from study import Event, Fact, Reference, Subject
from study.identifiers import digest, event_id
from study.objects import NotStored
from tasks.coding_imports import ReadExport
from tasks.coding_places import Places, kept_places
from tasks.workspace import Workspace

UNVERSIONED = "unversioned"


@dataclass(frozen=True)
class StudyCodebook:
    """The codebook in use, the file it is from, and every version that is told: by its file, or by an export.

    `content` is the digest by which the trail knows it: of the file, or of its codes alone where the file holds
    segments too.
    """

    book: Codebook
    path: str
    data: bytes
    content: str
    books: Mapping[str, Codebook] = field(default_factory=dict)


def codebook_of(place: Workspace, read: Sequence[ReadExport]) -> StudyCodebook | None:
    """The codebook at `analysis.codebook`, or the newest that an export brings; None where there is none.

    StudyError for a file there that is no codebook.
    """
    path = place.protocol.analysis.codebook
    brought = [
        (one, codebook_from(one.export, one.spec.file, version=one.spec.codebook or ""))
        for one in read
        if one.export is not None and one.export.is_codebook
    ]
    books = {book.version: book for _, book in brought if book.version}
    data = _get(place, path)
    if data is not None:
        book = read_codebook_file(data, path)
        told = {version: book.at(version) for version in book.versions}
        holds_segments = path.lower().endswith(".qdpx")
        content = digest_of_codes(book) if holds_segments else digest(data)
        return StudyCodebook(book, path, data, content, {**books, **told, book.version: book})
    if not brought:
        return None
    one, book = max(brought, key=lambda found: order(found[1].version))
    return StudyCodebook(book, one.spec.file, one.data, digest_of_codes(book), {**books, book.version: book})


def digest_of_codes(book: Codebook) -> str:
    """The digest of the codes alone, whatever colours, headings or sets their tool keeps beside them."""
    return digest(write_qdc(replace(book, parts=ToolParts())))


def codebook_fact(place: Workspace, found: StudyCodebook, placed: Places, events: Iterable[Event]) -> Fact:
    """codebook.changed, its record holding the codes and what changed since the version before."""
    book = found.book
    fact = Fact(
        "codebook.changed",
        place.instant,
        subject=(Subject("codebook", "codebook"),),
        used=(_reference(place, found),),
        data={"version": book.version or UNVERSIONED, "codebook": found.content, "codes": len(book.codes)},
    )
    document: dict[str, object] = {"version": book.version, "codes": [_row(entry) for entry in book.codes]}
    others = (e for e in events if e.kind == fact.kind and e.data["codebook"] != found.content)
    before = max(others, key=lambda event: event.recorded_at, default=None)
    earlier = codebook_on_record(place, before) if before else None
    if earlier is not None and before is not None:
        places = kept_places(place, str(before.data["codebook"]))
        document["since"] = earlier.version
        document |= shown(compare_codebooks(earlier, book, placed_before=places, placed_now=placed))
    return place.with_record(fact, document)


def shown(change: CodebookChange) -> dict[str, object]:
    """A change as a record holds it; moves and successions only where there are any."""
    parts: dict[str, object] = {"added": change.added, "removed": change.removed, "redefined": change.redefined}
    if change.reparented:
        parts["reparented"] = change.reparented
    if change.successions:
        parts["successions"] = [
            {
                "kind": one.kind,
                "before": one.before,
                "after": one.after,
                "inferred": one.inferred,
                **({"segments": one.segments} if one.inferred else {}),
            }
            for one in change.successions
        ]
    return parts


def codebook_on_record(place: Workspace, event: Event) -> Codebook | None:
    """The codebook that an event put on record; None where its record is gone."""
    data = _get(place, f"records/codebook.changed/{event.id}.json")
    if data is None:
        return None
    stored = json.loads(data)
    codes = tuple(CodeEntry(**{**code, "was": tuple(code.get("was", ()))}) for code in stored["codes"])
    return Codebook(stored["version"], codes, (), codes)


def id_of(place: Workspace, fact: Fact) -> str:
    """The id of the event a fact becomes."""
    return event_id(place.origin, fact.kind, fact.natural_key)


def _row(entry: CodeEntry) -> dict[str, object]:
    row: dict[str, object] = {
        "code": entry.code,
        "definition": entry.definition,
        "parent": entry.parent,
        "origin": entry.origin,
        "version": entry.version,
    }
    return row | {name: value for name in ("name", "was", "guid") if (value := getattr(entry, name))}


def _reference(place: Workspace, found: StudyCodebook) -> Reference:
    """The file a codebook is from; one that also holds what participants said is named by a keyed digest."""
    return place.reference(found.path, found.data, personal=found.content != digest(found.data))


def _get(place: Workspace, path: str) -> bytes | None:
    try:
        return place.files.get(path)
    except NotStored:
        return None
