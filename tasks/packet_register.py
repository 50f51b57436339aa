"""registers/member_checks.csv: one row an act with a packet, read for some of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from study import Event, Fact, Query, StudyError
from study.event import is_day
from study.identifiers import event_id
from study.query import place as query_place
from tasks.packets import kept_packets
from tasks.read import read_table
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks
from trustworthiness.checks import MEMBER_CHECKS
from trustworthiness.member_checks import dates_corrected

REGISTER = "registers/member_checks.csv"
COLUMNS = ("participant_id", "packet_id", "step", "occurred")
EXTRA = ("theme", "change", "reason", "changed", "channel", "reply")
"""Columns a register may have besides: what a doubt led to, by which way a packet went, and which reply is meant."""
SENDING = ("sent", "reminded")
ANSWERING = ("returned", "read", "resolved", "closed")
SEVERITY = {id: severity for id, severity, _, _ in MEMBER_CHECKS}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the register: whom (code and trail code), which packet, which step, on which day, in which row."""

    participant: str
    trail_code: str
    packet: str
    step: str
    occurred: date
    ordinal: int
    row: int
    theme: str = ""
    change: str = ""
    reason: str = ""
    changed: str = ""
    channel: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Rows that fail one rule, with the column to look at and what to do."""

    column: str
    message: str
    rows: list[int]


class PacketRegister:
    """registers/member_checks.csv read for some of its steps, collecting queries on the way."""

    def __init__(self, place: Workspace, steps: tuple[str, ...], check: str) -> None:
        self.place = place
        self.steps = steps
        self.check = check
        self.events: list[Event] = place.events()
        self.known = {e.id: e for e in self.events if e.kind.startswith("member_check.")}
        self.kept = kept_packets(place)
        self.dated = dates_corrected(self.events)
        state = fold_member_checks(self.events)
        self.refused = {problem.event_id for problem in state.problems}
        for event in (e for e in self.events if e.kind == "member_check.closed"):
            about = state.checks.get(event.subject_id("participant") or "")
            if about and about.came and about.closed and about.closed < about.came:
                self.refused.add(event.id)
        self._hits: dict[tuple[str, str, str], Hit] = {}

    def rows(self) -> Iterator[Row]:
        """The rows of these steps up to today that name a known participant, packet, step and day."""
        table = read_table(self.place, REGISTER)
        if table is None:
            return
        for column in COLUMNS:
            if column not in table.columns:
                raise StudyError(f"the column {column} is missing", where=REGISTER, remedy="Add it to the header row.")
        trail_codes = self.place.known_trail_codes()
        seen: Counter[tuple[str, str, str]] = Counter()
        for number, cells in zip(table.index, table.to_dict("records"), strict=True):
            key = (cells["participant_id"], cells["packet_id"], cells["step"])
            fault = self._fault(cells, trail_codes)
            if fault:
                if cells["step"] in self.steps or (self.steps == SENDING and cells["step"] not in ANSWERING):
                    self.query(self.check, int(number), *fault)
                continue
            day = date.fromisoformat(cells["occurred"])
            if cells["step"] in self.steps and day <= self.place.today:
                seen[key] += 1
                extra = {name: cells.get(name, "") for name in EXTRA}
                yield Row(key[0], trail_codes[key[0]], key[1], key[2], day, seen[key], int(number), **extra)

    def _fault(self, cells: Mapping[Any, str], trail_codes: dict[str, str]) -> tuple[str, str, str] | None:
        if cells["step"] not in (*SENDING, *ANSWERING):
            return "step", "unknown_step", f"The step is none of {', '.join((*SENDING, *ANSWERING))}. Correct it."
        if cells["participant_id"] not in trail_codes:
            return "participant_id", "unknown", "The participant is not in the consent register. Correct the code."
        versions = self.kept.get(cells["packet_id"])
        if not versions or versions[max(versions)].packet.participant_code != cells["participant_id"]:
            return "packet_id", "unknown", "There is no such packet for this participant. Correct the row."
        try:
            date.fromisoformat(cells["occurred"])
        except ValueError:
            return "occurred", "unreadable", "The day is not written YYYY-MM-DD. Write it as 2016-03-05."
        return None

    def unless_changed(self, fact: Fact, row: int) -> list[Fact]:
        """The fact, unless the trail holds the same act on another day: then the row was changed, which is a query.

        An act that does not follow from what came before it counts nowhere; changing its day is putting it right, and
        the right day is recorded.
        """
        before = self.recorded(fact)
        if before is None or not is_day(before.occurred) or not is_day(fact.occurred):
            return [fact]
        if self.dated.get(before.id, before.occurred) == fact.occurred:
            return [fact] if before.occurred == fact.occurred else []
        if before.id in self.refused:
            person = tuple(s for s in before.subject if s.type == "participant")
            data = {"packet": before.data["packet"], "target": before.id}
            return [Fact("member_check.dated", fact.occurred, person, causes=(before.id,), data=data)]
        self.query(
            self.check, row, "occurred", "changed", "The day was changed after it had been recorded. Put it back."
        )
        return []

    def recorded(self, fact: Fact) -> Event | None:
        """The same act as the trail holds it."""
        return self.known.get(event_id(self.place.origin, fact.kind, fact.natural_key))

    def query(self, check: str, row: int, column: str, rule: str, message: str, *, file: str = REGISTER) -> None:
        """Note that a row (0: the file as a whole) does not meet a check; equal hits of one file make one query."""
        hit = self._hits.setdefault((file, check, rule), Hit(column, message, []))
        hit.rows.append(row)

    @property
    def queries(self) -> list[Query]:
        """One query a file, check and rule, naming the rows."""
        return [self._query(file, check, rule, hit) for (file, check, rule), hit in self._hits.items()]

    def _query(self, file: str, check: str, rule: str, hit: Hit) -> Query:
        ref = self.place.ref(file)
        rows = [str(row) for row in hit.rows if row]
        where = f"{file}, row{'s' if len(rows) > 1 else ''} {', '.join(rows)}, column {hit.column}" if rows else file
        return Query.raised(
            check,
            SEVERITY[check],
            study=self.place.protocol.id,
            subject=f"register:{file[10:-4]}" if file.startswith("registers/") else f"reply:{ref}",
            place=query_place(ref, rule),
            where=where,
            message=hit.message,
            rows=rows,
        )
