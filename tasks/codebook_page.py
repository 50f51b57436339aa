"""The codebook written to out/analysis/: as REFI-QDA for other tools, and as a page that shows what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis import Codebook, compare_codebooks
from analysis.codebook_change import CodebookChange
from analysis.coding_tools import write_qdc
from pages.codebook_page import CodebookPage, Coded, Step, codebook_page
from study.event import local_day
from tasks.codebooks import StudyCodebook, codebook_on_record
from tasks.coding_places import Places, kept_places
from tasks.coding_sources import Everything
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from tasks.codings import Material

QDC = "analysis/codebook.qdc"
PAGE = "analysis/codebook.html"


def write_codebook(
    place: Workspace, found: StudyCodebook | None, material: Material, everything: Everything | None, placed: Places
) -> None:
    """Write both; nothing where there is no codebook."""
    if found is None:
        return
    place.out.put(QDC, write_qdc(found.book))
    segments = material.everything.segments if material.everything else None
    counted = {} if segments is None else segments.groupby("code").size().to_dict()
    within = {} if segments is None else segments.groupby("code")["transcript"].nunique().to_dict()
    page = CodebookPage(
        study=place.protocol.title,
        synthetic=bool(place.protocol.synthetic),
        day=place.today.isoformat(),
        version=found.book.version,
        file=found.path,
        codes=found.book.codes,
        segments={str(code): int(n) for code, n in counted.items()},
        transcripts={str(code): int(n) for code, n in within.items()},
        steps=tuple(reversed(list(_steps(place, found, placed)))),
        coded=tuple(_coded(material)),
        notes=material.notes,
    )
    place.out.put(PAGE, codebook_page(page))


def _steps(place: Workspace, found: StudyCodebook, placed: Places) -> Iterator[Step]:
    """The codebooks on record in the order they were recorded, then the one of today; before the second is recorded,
    the versions that the file itself tells."""
    recorded = sorted(place.events(["codebook.changed"]), key=lambda event: event.recorded_at)
    known: list[tuple[Codebook, str, str]] = []
    for event in recorded:
        book = codebook_on_record(place, event)
        if book is not None and event.data["codebook"] != found.content:
            day = local_day(event.occurred, place.protocol.zone).isoformat()
            known.append((book, day, str(event.data["codebook"])))
    if not known and len(found.book.versions) > 1:
        known = [(found.book.at(version), "", "") for version in found.book.versions[:-1]]
    known.append((found.book, "", found.content))
    before: tuple[Codebook, str] | None = None
    for book, day, content in known:
        change: CodebookChange | None = None
        if before is not None:
            now = placed if content == found.content else kept_places(place, content)
            change = compare_codebooks(
                before[0], book, placed_before=kept_places(place, before[1]) if before[1] else {}, placed_now=now
            )
        yield Step(book.version, day, len(book.codes), change)
        before = book, content


def _coded(material: Material) -> Iterator[Coded]:
    everything = material.everything
    if everything is None:
        return
    rejected = everything.rejected
    by_transcript = {str(t): rows for t, rows in everything.segments.groupby("transcript")}
    for transcript in sorted({*by_transcript, *(t for t in rejected if t)}):
        rows = by_transcript.get(transcript)
        yield Coded(
            transcript,
            () if rows is None else tuple(sorted(set(rows["coder"]))),
            0 if rows is None else len(rows),
            material.shifted_in.get(transcript, 0),
            rejected.get(transcript, 0),
            0 if rows is None else int(rows["coding"].isin(material.superseded).sum()),
        )
