"""What people decided of flagged strings: restricted/decisions/strings.csv, one row a decision, the last one stands.

The rows are written by `fieldtrail review` only, each in one step and on disk before the next string is shown. Each
string has a random key of its own in its rows: the trail holds the string's HMAC under it, so that a row taken out
takes with it what could lead from the trail to the string.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from evidence.detectors import Decided, key_of
from study import Event, Fact, Protocol, StudyError, Subject
from study.event import instant, local_day
from study.identifiers import event_id, keyed_digest
from study.objects import NotStored
from study.query import QueryRecord, subject_text
from tasks.read import parse_table
from tasks.workspace import Workspace

FILE = "decisions/strings.csv"
WHERE = f"restricted/{FILE}"
COLUMNS = ("string", "decision", "person", "occurred", "key")
TASK = "review_strings"
REVIEWED = frozenset({"TR060", "TR061", "TR063", "TR064", "SV051"})
"""The checks on strings that a decision may settle."""

Choice = Literal["name", "not_a_name"]
CHOICES: tuple[Choice, ...] = ("name", "not_a_name")
KEY_BYTES = 16
_NEXT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class StringDecision:
    """One decision: the string as the person saw it, what it is, who decided when (RFC 3339 UTC), the string's key."""

    string: str
    decision: Choice
    person: str
    occurred: str
    key: str

    @property
    def folded(self) -> str:
        """The string as decisions are compared."""
        return key_of(self.string)

    @property
    def fact(self) -> Fact:
        """The decision for the trail: the string only by its HMAC."""
        digest = keyed_digest(bytes.fromhex(self.key), self.folded.encode())
        data = {"string": digest, "decision": self.decision}
        return Fact("review.decided", self.occurred, (Subject("person", self.person),), data=data)


@dataclass(frozen=True, slots=True)
class Rows:
    """The file as it stands: decisions in their order, row numbers that cannot be used, and the folded strings of
    those rows that count as names until somebody mends them."""

    decisions: tuple[StringDecision, ...] = ()
    faulty: tuple[int, ...] = ()
    doubtful: frozenset[str] = frozenset()


def decided(place: Workspace) -> Decided:
    """What is a name and what is none, by folded string: of each string the last decision of somebody who may decide.

    A row that cannot be used counts as a name, which finds too much rather than too little; StudyError for a file that
    cannot be read at all.
    """
    rows = read_rows(place)
    last = {d.folded: d.decision for d in _allowed(place.protocol, rows.decisions)}
    names = {string for string, choice in last.items() if choice == "name"} | rows.doubtful
    return Decided(frozenset(names), frozenset(last) - names)


def read_rows(place: Workspace) -> Rows:
    """The decisions of the file; none when there is no file. StudyError for a file that is no table of ours."""
    try:
        return _rows_in(place.restricted.get(FILE))
    except NotStored:
        return Rows()


@lru_cache(maxsize=2)
def _rows_in(body: bytes) -> Rows:
    """The same of the file's bytes: several parts of a run ask for it."""
    table = parse_table(body, WHERE)
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise StudyError(
            f"the column {missing[0]} is missing, so that what was decided of strings is not known",
            where=f"{WHERE}, row 1",
            remedy="Restore the file from your backup.",
        )
    found, faulty, doubtful = [], [], set()
    for row, *cells in zip(table.index, *(table[column].tolist() for column in COLUMNS), strict=True):
        decision = _usable(*cells)
        if decision is None:
            faulty.append(int(row))
            doubtful |= {key_of(cells[0])} - {""}
        else:
            found.append(decision)
    return Rows(tuple(found), tuple(faulty), frozenset(doubtful))


def may_decide(protocol: Protocol, person: str, day: date) -> bool:
    """Whether a person of the team may decide on strings that day: who holds the task, or anyone where nobody does."""
    found = protocol.person(person)
    declared = any(delegation.task == TASK for member in protocol.team for delegation in member.tasks)
    return found is not None and (found.may(TASK, day) or not declared)


def refuse_decider(protocol: Protocol, person: str, day: date) -> None:
    """StudyError unless the person may decide on strings that day."""
    if may_decide(protocol, person, day):
        return
    able = ", ".join(p.code for p in protocol.team if may_decide(protocol, p.code, day)) or "nobody in study.yaml"
    raise StudyError(
        f"{person} may not decide on strings on that day", where="study.yaml, team", remedy=f"Who may: {able}."
    )


def decide(
    place: Workspace, choices: Iterable[tuple[str, Choice]], *, person: str, now: datetime
) -> tuple[StringDecision, ...]:
    """Append decisions on strings in one step, each a millisecond after the one before: its time tells it apart."""
    with _alone(place):
        rows = read_rows(place)
        keys = {d.folded: d.key for d in rows.decisions}
        moment = max([now, *(datetime.fromisoformat(d.occurred) + _NEXT for d in rows.decisions)])
        made = []
        for string, choice in choices:
            shown = " ".join(string.split())
            key = keys.setdefault(key_of(shown), secrets.token_hex(KEY_BYTES))
            made.append(StringDecision(shown, choice, person, instant(moment), key))
            moment += _NEXT
        before = _stored(place)
        place.restricted.put(FILE, before + _lines(made, header=not before))
    return tuple(made)


def take_back(place: Workspace, decision: StringDecision) -> None:
    """Take out a decision that was made a moment ago; every other row stays as it is."""
    with _alone(place):
        body = _stored(place)
        line = _lines([decision], header=False)
        before, found, after = body.rpartition(line)
        if found and (not before or before.endswith(b"\n")):
            place.restricted.put(FILE, before + after)


def review_facts(place: Workspace) -> list[Fact]:
    """The decisions that the trail does not hold yet, by people who may decide."""
    events = {event.id: event for event in place.events(["review.decided"])}
    facts = [d.fact for d in _allowed(place.protocol, read_rows(place).decisions)]
    return [fact for fact in facts if not _is_recorded(place, fact, events)]


def refused_decisions(place: Workspace) -> int:
    """How many rows do not count because their person might not decide that day."""
    rows = read_rows(place).decisions
    return len(rows) - len(_allowed(place.protocol, rows))


def how_resolved(events: Iterable[Event]) -> Callable[[QueryRecord], str]:
    """Says of a query that is not found any more whether it was `decided`: a decision was recorded since the query was
    opened, and no other version of the file has arrived since; else it is `no_longer_found`."""
    opened: dict[str, str] = {}
    arrived: dict[str, str] = {}
    decided_at = ""
    for event in events:
        if event.kind == "query.opened":
            opened[event.id] = event.recorded_at
        elif event.kind in ("transcript.received", "fieldnote.received", "survey.received"):
            arrived[subject_text(event.subject)] = max(arrived.get(subject_text(event.subject), ""), event.recorded_at)
        elif event.kind == "review.decided":
            decided_at = max(decided_at, event.recorded_at)

    def how(record: QueryRecord) -> str:
        since = opened.get(record.opened_by, "")
        is_same_file = arrived.get(record.subject, "") <= since
        is_decided = record.check in REVIEWED and is_same_file and since < decided_at
        return "decided" if is_decided else "no_longer_found"

    return how


def _is_recorded(place: Workspace, fact: Fact, events: dict[str, Event]) -> bool:
    known = events.get(event_id(place.origin, fact.kind, fact.natural_key))
    return known is not None and dict(known.data) == dict(fact.data)


def _allowed(protocol: Protocol, decisions: Iterable[StringDecision]) -> list[StringDecision]:
    """The decisions of people who might decide on that day."""
    listed = list(decisions)
    days = [local_day(d.occurred, protocol.zone) for d in listed]
    asked = {(d.person, day) for d, day in zip(listed, days, strict=True)}
    allowed = {(person, day) for person, day in asked if may_decide(protocol, person, day)}
    return [d for d, day in zip(listed, days, strict=True) if (d.person, day) in allowed]


def _usable(string: str, decision: str, person: str, occurred: str, key: str) -> StringDecision | None:
    try:
        moment = datetime.fromisoformat(occurred)
        is_keyed = len(bytes.fromhex(key)) == KEY_BYTES
    except ValueError:
        return None
    choice = next((c for c in CHOICES if c == decision), None)
    is_exact = moment.tzinfo is not None and instant(moment) == occurred
    if choice is None or not (is_exact and is_keyed and key_of(string) and person):
        return None
    return StringDecision(string, choice, person, occurred, key)


def _lines(decisions: Iterable[StringDecision], *, header: bool) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    writer.writerows((d.string, d.decision, d.person, d.occurred, d.key) for d in decisions)
    return written.getvalue().encode()


def _stored(place: Workspace) -> bytes:
    """The file as it is, with its last line ended; empty when there is none."""
    try:
        body = place.restricted.get(FILE)
    except NotStored:
        return b""
    return body if body.endswith(b"\n") or not body else body + b"\n"


@contextmanager
def _alone(place: Workspace) -> Iterator[None]:
    """Only one process writes the file at a time: two people may review at once."""
    folder = place.restricted.root / "decisions"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / ".strings.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
