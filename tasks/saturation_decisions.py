"""What people decided on saturation, from the register of decisions, with the minutes and the assessment they had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analysis.checks import Problem
from analysis.reassessed import verdict
from pages.saturation_page import Decided
from study import Event, Fact, Reference, StudyError, Subject
from study.decisions import Decision
from study.identifiers import event_id
from study.objects import NotStored
from tasks.decisions import REGISTER, read_decisions
from tasks.workspace import Workspace

SUBJECT = "analysis:saturation"
ASSESSED, DECIDED = "saturation.assessed", "saturation.decided"
_MINUTES = re.compile(r"(?:analysis/memos|records)/[^\s;,\"'()]+")


@dataclass(frozen=True)
class Decisions:
    """Decisions to record, what is wrong with others, and by sequence what is on record or about to be."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    shown: Mapping[str, tuple[Decided, ...]] | None = None


def decide(place: Workspace, known: Iterable[str], assessed: Mapping[str, Fact]) -> Decisions:
    """Every decision on a sequence that can be used; `assessed` is this run's assessment by sequence.

    A decision cites the assessment that stands when it is recorded, and its minutes by their digest. One that is on
    record stays as it is; where the sequence has since been assessed otherwise, the latest one is a problem.
    """
    events = place.events([ASSESSED, DECIDED])
    recorded = {e.id: e for e in events if e.kind == DECIDED}
    assessments = {e.id: e for e in events if e.kind == ASSESSED}
    current = {name: event_id(place.origin, ASSESSED, fact.natural_key) for name, fact in assessed.items()}
    facts: list[Fact] = []
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    names = set(known)
    for decision in read_decisions(place):
        if decision.decision != "saturation" or decision.occurred > place.today:
            continue
        fact = _fact(decision, current.get(decision.subject))
        column = _fault(place, decision, names)
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
        problems.append(Problem("AN009" if column else "AN050", REGISTER, decision.row, column or "reason", SUBJECT))
    shown = dict(_shown(recorded.values(), facts, assessments, assessed, current))
    problems += _outdated(recorded.values(), facts, assessments, current, rows)
    return Decisions(tuple(facts), tuple(problems), shown)


def _fault(place: Workspace, decision: Decision, known: set[str]) -> str:
    """The first column of a row that keeps it from being used, or ""."""
    if decision.subject not in known:
        return "subject"
    if decision.value not in ("stop", "continue"):
        return "value"
    return "" if decision.authorised(place.protocol, "decide_saturation") else "person"


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


def _rests_on(event: Event, assessments: Mapping[str, Event]) -> Event | None:
    """The assessment a recorded decision cites; for one that cites none, the latest recorded before it."""
    cited = next((assessments[c.id] for c in event.causes if c.id in assessments), None)
    if cited:
        return cited
    before = (
        a
        for a in assessments.values()
        if a.data["sequence"] == event.data["sequence"] and a.recorded_at <= event.recorded_at
    )
    return max(before, key=lambda a: a.recorded_at, default=None)


def _shown(
    recorded: Iterable[Event],
    facts: Iterable[Fact],
    assessments: Mapping[str, Event],
    assessed: Mapping[str, Fact],
    current: Mapping[str, str],
) -> Iterator[tuple[str, tuple[Decided, ...]]]:
    """By sequence every decision in the order of days, those of this run included."""
    found: dict[str, list[Decided]] = {}
    for event in recorded:
        name, base = str(event.data["sequence"]), _rests_on(event, assessments)
        said = verdict(base.data) if base else ""
        is_other = bool(base and name in current and base.id != current[name])
        who = event.subject_id("person") or ""
        found.setdefault(name, []).append(Decided(who, event.occurred, event.data["decision"], said, is_other))
    for fact in facts:
        name = str(fact.data["sequence"])
        said = verdict(assessed[name].data) if name in assessed else ""
        decision = Decided(fact.subject[0].id, fact.occurred, fact.data["decision"], said, False)
        found.setdefault(name, []).append(decision)
    for name, decisions in found.items():
        yield name, tuple(sorted(decisions, key=lambda d: (d.day, d.person)))


def _outdated(
    recorded: Iterable[Event],
    facts: Iterable[Fact],
    assessments: Mapping[str, Event],
    current: Mapping[str, str],
    rows: Mapping[str, int],
) -> Iterator[Problem]:
    """A problem for each sequence whose latest decision rests on another assessment than the present one."""
    decided_now = {str(fact.data["sequence"]) for fact in facts}
    latest: dict[str, Event] = {}
    for event in sorted(recorded, key=lambda e: (e.occurred, e.recorded_at)):
        latest[str(event.data["sequence"])] = event
    for name, event in sorted(latest.items()):
        base = _rests_on(event, assessments)
        if base and name in current and base.id != current[name] and name not in decided_now:
            yield Problem("AN051", REGISTER, rows.get(event.id, 0), "subject", SUBJECT)
