"""All transcripts of a study, out/transcripts/index.html, for the team: what changed, what to do, one row each.

Input: one frozen `TranscriptsOverview`, made by a task. Beyond `ROWS` rows the table goes on in further pages, those
that need somebody first; the filter is a help on top of a page that is whole without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from pages.layout import render
from pages.sample_section import Tone
from pages.study_page import Changes
from pages.transcript_page import VERDICTS
from pages.transcript_pictures import spread_picture

ROWS = 500
"""Rows on one page."""
LISTED = 12
"""How many transcripts a line of what changed names."""

Result = Literal["unreadable", "blocked", "review", "passed", "waiting", "gone", "erased"]
RESULTS: Mapping[Result, tuple[str, Tone]] = {
    "unreadable": VERDICTS["unreadable"],
    "blocked": VERDICTS["blocked"],
    "review": VERDICTS["review"],
    "gone": ("file is gone", "warn"),
    "waiting": ("no transcript yet", "plain"),
    "passed": VERDICTS["passed"],
    "erased": ("erased as asked", "plain"),
}
"""What a row says of its transcript, in the order in which somebody is needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transcript, or an interview that waits for its transcript: open queries by severity, where it stands.

    `label` is what people read where the id is no interview's.
    """

    id: str
    result: Result
    standing: str
    day: str = ""
    block: int = 0
    review: int = 0
    has_page: bool = True
    is_released: bool = False
    label: str = ""

    @property
    def queries(self) -> str:
        """`2 blocking, 1 to review`."""
        parts = ((self.block, "blocking"), (self.review, "to review"))
        return ", ".join(f"{count} {words}" for count, words in parts if count)


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """What the last run found different: ids of transcripts with new and with resolved queries, of new, changed and
    gone files, and (id, before, after) of verdicts that changed."""

    with_new: tuple[str, ...] = ()
    with_resolved: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, Result, Result], ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """A measurement over all transcripts, with the limits of its check; `%` as unit shows shares."""

    key: str
    title: str
    unit: str
    values: tuple[float, ...]
    limits: tuple[float, ...]
    check: str


@dataclass(frozen=True, slots=True)
class TranscriptsOverview:
    """Everything the overview shows."""

    study: str
    synthetic: bool
    day: str
    rows: tuple[Row, ...]
    changes: Changes
    files: ChangedFiles
    next: tuple[str, ...] = ()
    spreads: tuple[Spread, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def counts(self) -> tuple[tuple[Result, int], ...]:
        """How many rows there are of each result, those that occur."""
        found = Counter(row.result for row in self.rows)
        return tuple((result, found[result]) for result in RESULTS if found[result])


def overview_pages(overview: TranscriptsOverview) -> dict[str, bytes]:
    """The pages by name, index.html first; each is one self-contained HTML file."""
    order = list(RESULTS)
    ranked = sorted(overview.rows, key=lambda row: (order.index(row.result), row.is_released, row.id))
    parts = [ranked[first : first + ROWS] for first in range(0, len(ranked), ROWS)] or [[]]
    names = ["index.html", *(f"index-{number}.html" for number in range(2, len(parts) + 1))]
    linked = frozenset(row.id for row in overview.rows if row.has_page)
    return {
        name: render(
            "transcripts_overview.html",
            title="Transcripts",
            page=overview,
            rows=part,
            names=names,
            name=name,
            number=number,
            results=RESULTS,
            standings=sorted({row.standing for row in part}),
            changed=tuple(_changed(overview)) if number == 1 else (),
            linked=linked,
            listed=LISTED,
            pictures=_pictures(overview) if number == 1 else (),
        )
        for number, (name, part) in enumerate(zip(names, parts, strict=True), start=1)
    }


def _changed(overview: TranscriptsOverview) -> Iterator[tuple[str, int, tuple[tuple[str, str], ...]]]:
    """The lines of what changed: what, how many, and (id, words after it) of the transcripts."""
    changes, files = overview.changes, overview.files
    yield "Queries that are new", changes.new, _plain(files.with_new)
    yield "Queries still open", changes.persisting, ()
    yield "Queries resolved", changes.resolved, _plain(files.with_resolved)
    yield "Queries set aside by a person", changes.set_aside, ()
    yield "New files", len(files.new), _plain(files.new)
    yield "Files that changed", len(files.changed), _plain(files.changed)
    yield "Files no longer in the folder", len(files.gone), _plain(files.gone)
    shown = tuple((id, f": {RESULTS[before][0]} → {RESULTS[after][0]}") for id, before, after in files.verdicts)
    yield "Results that changed", len(shown), shown


def _plain(ids: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((id, "") for id in ids)


def _pictures(overview: TranscriptsOverview) -> tuple[tuple[Spread, Markup], ...]:
    """Each spread drawn; a few values far out share the last bar."""
    return tuple(
        (s, spread_picture(s.values, s.limits, key=s.key, title=s.title, unit=s.unit, most=_most(s)))
        for s in overview.spreads
        if s.values
    )


def _most(spread: Spread) -> float:
    """The largest value the axis shows: twice the largest limit, or the largest value where there is none."""
    return 2 * max(spread.limits) if spread.limits else max(spread.values)
