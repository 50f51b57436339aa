"""The lists of records behind a dossier: every kind with its events, for a cell or a line of a checklist to point at.

A record about a person is listed without its day, unless as many as the protocol asks share that day; and of their
number only as many are listed as may be said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pages.dossier_counts import floor, of_kind
from pages.trail_words import ASSURANCE
from study import Event
from study.decisions import DECISIONS
from study.event import is_day
from trustworthiness.checklists import is_about_people
from trustworthiness.dossier import LEFT_OUT

PAGE_ROWS = 2000
SHORT = 8
CITED = 3
NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its id, the day it happened and the day and time it was recorded, who acted and how sure that is."""

    id: str
    day: str
    recorded: str
    by: str
    assurance: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind's records as they may be listed; `count` is how many there are, as it may be said."""

    kind: str
    count: str
    rows: tuple[Row, ...]
    is_about_people: bool

    @property
    def pages(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """The file of each page with its rows, never more than PAGE_ROWS."""
        parts = [self.rows[n : n + PAGE_ROWS] for n in range(0, max(len(self.rows), 1), PAGE_ROWS)]
        return tuple((page_of(self.kind, n), part) for n, part in enumerate(parts))


class Listing:
    """The records a dossier rests on, by kind; `sure` says of an event how sure it is who took it."""

    def __init__(self, events: Iterable[Event], k: int, sure: Mapping[str, str]) -> None:
        found: dict[str, dict[str, Event]] = {}
        for event in events:
            if event.kind not in LEFT_OUT:
                found.setdefault(event.kind, {}).setdefault(event.id, event)
        self.k = k
        self.kinds = {kind: _listed(kind, list(found[kind].values()), k, sure) for kind in sorted(found)}
        self._place = {
            row.id: file for listed in self.kinds.values() for file, rows in listed.pages for row in rows
        }  # fmt: skip

    def cited(self, kinds: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """The first records of each kind as (short id, address)."""
        found = [row.id for kind in kinds for row in self._rows(kind)[:CITED]]
        return tuple((id[:SHORT], self.address(id)) for id in found)

    def links(self, kinds: Iterable[str]) -> Markup:
        """Each kind's first records as links, and where the rest is; nothing where there is none."""
        return Markup("; ").join(self._link(kind) for kind in kinds if kind in self.kinds)

    def address(self, id: str) -> str:
        """Where that record is listed; empty where it is not."""
        return f"{self._place[id]}#e-{id}" if id in self._place else ""

    def short(self, id: str) -> Markup:
        """A record's short id, as a link where it is listed."""
        address = self.address(id)
        code = Markup('<span class="code">{}</span>').format(id[:SHORT])
        return Markup('<a href="{}">{}</a>').format(address, code) if address else code

    def _rows(self, kind: str) -> tuple[Row, ...]:
        return self.kinds[kind].rows if kind in self.kinds else ()

    def _link(self, kind: str) -> Markup:
        rows = self._rows(kind)
        ids = Markup(" ").join(self.short(row.id) for row in rows[:CITED])
        if len(rows) > CITED:
            return ids + Markup(' <a href="{}">and further {}</a>').format(page_of(kind), _words(kind))
        return ids or Markup('<a href="{}">{}</a>').format(page_of(kind), _words(kind))


def page_of(kind: str, part: int = 0) -> str:
    """The file that lists a kind; the parts of a long list are numbered from 2."""
    return f"events-{kind.replace('.', '-').replace('_', '-')}{f'-{part + 1}' if part else ''}.html"


def _words(kind: str) -> str:
    return kind.replace(".", " ").replace("_", " ")


def _listed(kind: str, events: list[Event], k: int, sure: Mapping[str, str]) -> Listed:
    count = of_kind(kind, len(events), k)
    if not is_about_people(kind):
        rows = tuple(Row(e.id, e.occurred[:10], _time(e.recorded_at), e.actor.id, _assurance(e, sure)) for e in events)
        return Listed(kind, count, rows, False)
    kept = sorted(events, key=lambda e: e.id)[: floor(len(events), k)]
    days, recorded = Counter(e.occurred[:10] for e in kept), Counter(e.recorded_at[:10] for e in kept)
    rows = tuple(
        Row(
            e.id,
            e.occurred[:10] if days[e.occurred[:10]] >= k else NOT_SHOWN,
            e.recorded_at[:10] if recorded[e.recorded_at[:10]] >= k else NOT_SHOWN,
            e.actor.id,
            _assurance(e, sure),
        )
        for e in kept
    )
    return Listed(kind, count, rows, True)


def _time(instant: str) -> str:
    return instant[:10] if is_day(instant) else f"{instant[:10]} {instant[11:16]}"


def _assurance(event: Event, sure: Mapping[str, str]) -> str:
    """Software acts as itself; a signature counts only where it was checked, as it is for decisions."""
    if event.actor.type == "service" and event.kind not in DECISIONS:
        return "software"
    return ASSURANCE[sure.get(event.id, "declared")]
