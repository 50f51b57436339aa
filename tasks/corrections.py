"""Recorded rows that were wrong: taken out or entered anew once somebody says why, or REDCap's log shows the change.

The reason goes to restricted/records/; the trail says that, when and by whom it was corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recruitment.corrections import Correctable, entered_anew, standing_of, taken_out
from recruitment.entries import form_of
from recruitment.feeds.logging import Entry, change_of, deletion_of, read_logging
from recruitment.registers import FIRST_FORM_ROW
from recruitment.sequence import changed_rows
from study import Event, Fact, StudyError, Subject
from study.decisions import Decision
from study.identifiers import event_id
from study.objects import NotStored
from study.query import QueryRecord, fold_queries
from tasks.decisions import REGISTER, read_decisions
from tasks.feeds import STRIDE, fetch_from, in_its_file, sources_of
from tasks.forms import void_of
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from recruitment.facts import Reading
    from recruitment.registers import RowKey
    from tasks.registers import Registers

WORD = "correction"
CODE = 12


@dataclass(slots=True)
class Corrections:
    """What corrections give: facts in the order in which they are recorded, and sentences on those that wait."""

    facts: list[Fact] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def corrections(place: Workspace, registers: Registers, readings: Sequence[Reading]) -> Corrections:
    """Carry out what is decided on changed and vanished rows; each leaves its reading as settled.

    A decision names the query (its code, or its file and row) and is carried out once; one that comes without a reason
    or from nobody in the team waits.
    """
    found = Corrections()
    records = fold_queries(place.events())
    whole = [r for r in readings if r.register.name not in registers.unread]
    wanted = [one for reading in whole for one in _open(place, registers, reading, records)]
    if not wanted:
        return found
    decisions = [d for d in read_decisions(place) if d.decision == WORD and d.occurred <= place.today]
    done = _carried_out(place.events())
    log = _log(place, found)
    for one in wanted:
        about = [d for d in decisions if _is_about(d, one)]
        decision = next(iter(about[done[one.fingerprint] :]), None)
        if decision is not None and (why := _refusal(place, decision)):
            found.waiting.append(f"{REGISTER}, row {decision.row}, waiting for a correction: {why}.")
        elif decision is not None:
            said = {"person": decision.person, "value": decision.value, "reason": decision.reason}
            by = (Subject("person", decision.person),)
            found.facts += _facts(place, one, decision.occurred.isoformat(), by, said)
        elif void := _voided(place, one):
            found.facts += _facts(place, one, void["day"], (Subject("person", void["person"]),), dict(void))
        elif entry := _logged(place, registers, log, one):
            said = {"log_row": str(entry.row), "user": entry.who, "reason": "REDCap's Logging export holds the change."}
            found.facts += _facts(place, one, entry.day or place.today.isoformat(), (), said)
    return found


@dataclass(frozen=True, slots=True)
class _Wanted(Correctable):
    """A row that could be corrected, with the query on it (a voided form needs none) and where people see it."""

    fingerprint: str
    record: QueryRecord | None
    where: str


def _open(
    place: Workspace, registers: Registers, reading: Reading, records: dict[str, QueryRecord]
) -> Iterator[_Wanted]:
    register = reading.register
    sources = sources_of(place.protocol, register)
    rows = changed_rows(reading, registers.erased, study=place.protocol.id, ref=registers.refs[register.name])
    for key, query in rows:
        record = records.get(query.fingerprint)
        if (record is not None and record.state != "resolved") or form_of(key):
            yield _Wanted(reading, key, query.fingerprint, record, in_its_file(query, register, sources).where)


def _voided(place: Workspace, one: _Wanted) -> dict[str, str] | None:
    """Who voided the form behind a vanished row, when and why; None for a row of the register itself."""
    number = form_of(one.key)
    void = void_of(place, one.reading.register.name, number) if number else None
    return {"person": void["entered_by"], "day": void["entered_on"], "reason": void["reason"]} if void else None


def _is_about(decision: Decision, one: _Wanted) -> bool:
    return decision.subject in (one.fingerprint, one.fingerprint[:CODE], one.where)


def _refusal(place: Workspace, decision: Decision) -> str:
    if place.protocol.person(decision.person) is None:
        return "the person is not in the team of study.yaml"
    return "" if decision.reason else "a correction needs its reason"


def _carried_out(events: Sequence[Event]) -> Counter[str]:
    """How many times each query was corrected: a correction names the opening of the query among its causes."""
    opened = {e.id: e.data["fingerprint"] for e in events if e.kind == "query.opened"}
    named = {cause.id for e in events if e.kind == "correction.made" for cause in e.causes}
    return Counter(opened[id] for id in named if id in opened)


def _facts(place: Workspace, one: _Wanted, day: str, by: tuple[Subject, ...], said: dict[str, Any]) -> Iterator[Fact]:
    """The corrections of the events behind a row, each before what is entered in its place."""
    anew = entered_anew(one)
    targets = standing_of(one, place.events())
    for target in targets:
        fact = next((f for f in anew if f.kind == target.kind), anew[0] if anew else None)
        data: dict[str, Any] = {"target": target.id, "action": "replace" if fact else "drop"}
        if fact:
            data["replacement"] = event_id(place.origin, fact.kind, fact.natural_key)
        causes = (target.id, *((one.record.opened_by,) if one.record else ()))
        correction = Fact("correction.made", day, subject=(*target.subject, *by), causes=causes, data=data)
        yield place.with_record(correction, said, personal=True)
    yield from anew
    taken_out(one)


def _log(place: Workspace, found: Corrections) -> list[Entry]:
    spec = place.protocol.registers.logging
    if spec is None:
        return []
    try:
        return read_logging(fetch_from(place)(spec.file), spec)
    except NotStored:
        return []
    except StudyError as error:
        found.waiting.append(f"REDCap's log is waiting for a correction: {error}")
        return []


def _logged(place: Workspace, registers: Registers, log: list[Entry], one: _Wanted) -> Entry | None:
    """The entry of REDCap's log that holds the change of a row, or the deletion of the record of one that vanished."""
    name, register = one.reading.register.name, one.reading.register
    feeds = place.protocol.registers.of(name)
    if not log or not feeds:
        return None
    number = one.reading.rows.get(one.key)
    if number is None:
        code = _participant(registers, one.key)
        return next((e for feed in feeds if (e := deletion_of(log, feed, code))), None)
    if number > FIRST_FORM_ROW:
        return None
    frame = registers.frames[name]
    feed = feeds[number // STRIDE]
    if frame is None or feed.format != "redcap":
        return None
    rows = frame[frame["row"] == number].to_dict("records")
    return change_of(log, feed, register, [{str(k): str(v) for k, v in row.items()} for row in rows])


def _participant(registers: Registers, key: RowKey) -> str:
    return next((code for code, trail_code in registers.codes.trail.items() if trail_code in key), "-")
