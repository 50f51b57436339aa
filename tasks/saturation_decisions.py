"""What people decided on saturation, from the register of decisions, with the minutes and the assessment they had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from analysis.checks import Problem
from analysis.reassessed import verdict
from pages.saturation_page import Decided
from study import Event, Fact, Reference, StudyError, Subject
from study.decisions import Decision
from study.event import local_day
from study.identifiers import event_id
from study.objects import NotStored
from tasks.decisions import REGISTER, read_decisions
from tasks.workspace import Workspace

SUBJECT = "analysis:saturation"
ASSESSED, DECIDED = "saturation.assessed", "saturation.decided"
EARLY = (
    "Its day is before the first interview of the sequence, so nothing could have been saturated: correct occurred. "
    "It is not recorded until then."
)
_MINUTES = re.compile(r"(?:analysis/memos|records)/[^\s;,\"'()]+")


@dataclass(frozen=True)
class Decisions:
    """Decisions to record, what is wrong with others, and by sequence what is on record or about to be."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    shown: Mapping[str, tuple[Decided, ...]] | None = None


def decide(place: Workspace, began: Mapping[str, date | None], assessed: Mapping[str, Fact]) -> Decisions:
    """Every decision on a sequence that can be used; `assessed` is this run's assessment by sequence.

    `began` holds the day of each sequence's first interview, None where none was held. A decision cites the assessment
    that stood on its day, none where there was none then, and its minutes by their digest. One that is on record stays
    as it is; where the sequence has since been assessed otherwise, the latest one is a problem.
    """
    events = place.events([ASSESSED, DECIDED])
    recorded = {e.id: e for e in events if e.kind == DECIDED}
    assessments = {e.id: e for e in events if e.kind == ASSESSED}
    current = {name: event_id(place.origin, ASSESSED, fact.natural_key) for name, fact in assessed.items()}
    facts: list[Fact] = []
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    for decision in read_decisions(place):
        if decision.decision != "saturation" or decision.occurred > place.today:
            continue
        stood = _stood(place, decision.subject, decision.occurred, assessments)
        is_today = decision.occurred == place.today
        fact = _fact(decision, current.get(decision.subject) if is_today else stood.id if stood else None)
        column = _fault(place, decision, began)
        if not column:
            id = event_id(place.origin, DECIDED, fact.natural_key)
            rows[id] = decision.row
            if id in recorded:
                continue
            minutes = tuple(_minutes(place, decision.reason))
            if minutes:
                said = {"person": decision.person, "reason": decision.reason}
                facts.append(place.with_record(_with(fact, minutes), said))
                continue
        detail = EARLY if column == "occurred" else ""
        check = "AN009" if column else "AN050"
        problems.append(Problem(check, REGISTER, decision.row, column or "reason", SUBJECT, detail))
    said = {id: verdict(e.data) for id, e in assessments.items()}
    said |= {current[name]: verdict(fact.data) for name, fact in assessed.items()}
    by_record = sorted(recorded.values(), key=lambda e: e.recorded_at)
    made: list[tuple[Event | Fact, str]] = [(event, _rests_on(place, event, assessments)) for event in by_record]
    made += [(fact, next(iter(fact.causes), "")) for fact in facts]
    shown = dict(_shown(made, said, current))
    problems += _outdated(place, made, current, rows)
    return Decisions(tuple(facts), tuple(problems), shown)


def _fault(place: Workspace, decision: Decision, began: Mapping[str, date | None]) -> str:
    """The first column of a row that keeps it from being used, or ""."""
    if decision.subject not in began:
        return "subject"
    if decision.value not in ("stop", "continue"):
        return "value"
    first = began[decision.subject]
    if first is None or decision.occurred < first:
        return "occurred"
    return "" if decision.authorised(place.protocol, "decide_saturation") else "person"


def _stood(place: Workspace, sequence: str, day: date, assessments: Mapping[str, Event]) -> Event | None:
    """The assessment of a sequence that stood on a day: the latest made until then."""
    before = (
        a
        for a in assessments.values()
        if a.data["sequence"] == sequence and local_day(a.occurred, place.protocol.zone) <= day
    )
    return max(before, key=lambda a: (a.occurred, a.recorded_at), default=None)


def _fact(decision: Decision, assessment: str | None) -> Fact:
    return Fact(
        DECIDED,
        decision.occurred.isoformat(),
        subject=(Subject("person", decision.person),),
        causes=(assessment,) if assessment else (),
        data={"sequence": decision.subject, "decision": decision.value},
    )


def _with(fact: Fact, minutes: tuple[Reference, ...]) -> Fact:
    return Fact(fact.kind, fact.occurred, fact.subject, minutes, causes=fact.causes, data=fact.data)


def _minutes(place: Workspace, reason: str) -> Iterator[Reference]:
    """The files of minutes a reason names and that are there; by a keyed digest, for they may tell of people."""
    for path in dict.fromkeys(found.rstrip(".:") for found in _MINUTES.findall(reason)):
        try:
            yield place.reference(path, place.files.get(path), personal=True)
        except (NotStored, StudyError):
            continue


def _rests_on(place: Workspace, event: Event, assessments: Mapping[str, Event]) -> str:
    """The id of the assessment that stood on the day of a recorded decision; the one it cites, if that stood then."""
    day = local_day(event.occurred, place.protocol.zone)
    for cause in event.causes:
        cited = assessments.get(cause.id)
        if cited is not None and local_day(cited.occurred, place.protocol.zone) <= day:
            return cause.id
    stood = _stood(place, str(event.data["sequence"]), day, assessments)
    return stood.id if stood else ""


def _shown(
    made: Iterable[tuple[Event | Fact, str]], said: Mapping[str, str], current: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Decided, ...]]]:
    """By sequence every decision, with the assessment it rests on, in the order of days."""
    found: dict[str, list[Decided]] = {}
    for act, base in made:
        name, who = str(act.data["sequence"]), act.subject[0].id
        decided = Decided(who, act.occurred, act.data["decision"], said.get(base, ""), _is_other(name, base, current))
        found.setdefault(name, []).append(decided)
    for name, decisions in found.items():
        yield name, tuple(sorted(decisions, key=lambda d: (d.day, d.person)))


def _outdated(
    place: Workspace,
    made: Iterable[tuple[Event | Fact, str]],
    current: Mapping[str, str],
    rows: Mapping[str, int],
) -> Iterator[Problem]:
    """A problem for each sequence whose latest decision rests on another assessment than the present one."""
    latest: dict[str, tuple[Event | Fact, str]] = {}
    for act, base in sorted(made, key=lambda one: one[0].occurred):
        latest[str(act.data["sequence"])] = act, base
    for name, (act, base) in sorted(latest.items()):
        if _is_other(name, base, current):
            id = act.id if isinstance(act, Event) else event_id(place.origin, DECIDED, act.natural_key)
            yield Problem("AN051", REGISTER, rows.get(id, 0), "subject", SUBJECT)


def _is_other(name: str, base: str, current: Mapping[str, str]) -> bool:
    return bool(base and name in current and base != current[name])
