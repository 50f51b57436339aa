"""What was done before we knew better: acts that a later entry leaves without consent.

A withdrawal, a lapse, a corrected consent or the closing of a form may be recorded after the acts it covers. Each act
is asked twice: as known just before such an entry, and as known now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from recruitment.acts import Act, Answer, acts
from recruitment.consent import Decision, gate
from recruitment.ledger import KINDS, ConsentLedger, fold_consent
from study import Event
from study.event import local_day, time_zone_of


@dataclass(frozen=True, slots=True)
class LateAct:
    """An act that was covered as known then and is not as known now, with the entry that came late.

    `entered` is the event recorded late that made the difference (None where several were recorded at once and none of
    them decides), `entered_at` its recorded time.
    """

    act: Act
    then: Decision
    now: Decision
    entered: str | None
    entered_at: str


def late_impact(
    events: Iterable[Event], answers: Iterable[Answer] = (), *, among: Collection[str] | None = None
) -> list[LateAct]:
    """Acts not covered as known now that were covered as known just before a later entry; by participant, then act.

    `among` keeps the acts of these trail codes, as `late_candidates` finds them; None asks everybody's.
    The same for any order of the events. What was never covered is not here: that is for the checks of its own day.
    """
    events = list(events)
    ledger = fold_consent(events)
    asked = (a for a in acts(events, answers) if among is None or a.participant in among)
    uncovered = [(a, d) for a in asked if not (d := _asked(ledger, a)).in_force]
    about = [e for e in ledger.source if e.subject_id("participant") is None]
    by_person = sorted(uncovered, key=lambda pair: (pair[0].participant, pair[0]))
    found: list[LateAct] = []
    for participant, theirs in groupby(by_person, key=lambda pair: pair[0].participant):
        history = _History([*about, *(e for e in ledger.source if e.subject_id("participant") == participant)])
        found += [late for act, now in theirs if (late := history.turned(act, now)) is not None]
    return found


def late_participants(late: Iterable[LateAct]) -> dict[str, dict[str, int]]:
    """Trail code → how many of each kind of act lost their cover."""
    counts: dict[str, dict[str, int]] = {}
    for one in sorted(late, key=lambda found: (found.act.participant, found.act)):
        mine = counts.setdefault(one.act.participant, {})
        mine[one.act.what] = mine.get(one.act.what, 0) + 1
    return counts


class _History:
    """One person's consent as it was known after each entry."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._times = sorted({e.recorded_at for e in events})
        self._known: dict[str, ConsentLedger] = {}

    def turned(self, act: Act, now: Decision) -> LateAct | None:
        """The entry recorded after the act that ended its cover for good, or None when it never had any."""
        later = [t for t in self._times if t > act.recorded_at]
        for i in range(len(later) - 1, -1, -1):
            before = [t for t in self._times if t < later[i]]
            then = _asked(self._as_known(before[-1]), act) if before else None
            if then is not None and then.in_force:
                at_once = [e.id for e in self._events if e.recorded_at == later[i]]
                entered = now.event_id if now.event_id in at_once else at_once[0] if len(at_once) == 1 else None
                return LateAct(act, then, now, entered, later[i])
        return None

    def _as_known(self, moment: str) -> ConsentLedger:
        if moment not in self._known:
            self._known[moment] = fold_consent(self._events, known_at=moment)
        return self._known[moment]


def _asked(ledger: ConsentLedger, act: Act) -> Decision:
    """The gate the act had to pass, on its own day; whether analysis waits for an approval is not asked here."""
    days: Mapping[str, date] = dict.fromkeys(("interview_day", "survey_day", "contact_day", "today"), act.day)
    return gate(ledger, act.step, act.participant, days)


def late_candidates(events: Iterable[Event]) -> frozenset[str] | None:
    """Trail codes of those about whom something may have come late, found in one pass; None for everybody.

    Something is entered late only when it is recorded after an act and takes effect by that act's day. Everybody else's
    acts need not be asked again.
    """
    events = list(events)
    zone = time_zone_of(events)
    by_id = {e.id: e for e in events if e.kind in KINDS}
    reach = _Reach()
    for event in events:
        if event.kind in ACTS:
            reach.add(event.subject_id("participant"), event.recorded_at, local_day(event.occurred, zone))
    found: set[str] = set()
    for event in by_id.values():
        about = by_id.get(event.data["target"]) if event.kind == "correction.made" else event
        if about is None or (about is event and not _may_end(event)):
            continue
        person = about.subject_id("participant")
        if reach.has(person, event.recorded_at, _takes_effect(about, zone)):
            if person is None:
                return None
            found.add(person)
    return frozenset(found)


ACTS = frozenset(
    {"interview.held", "survey.received", "member_check.released", "member_check.sent", "member_check.reminded"}
)
"""Kinds of the first record of an act; a survey's rows are anybody's."""


class _Reach:
    """The acts of each participant (None: everybody's) as (recorded at, day)."""

    def __init__(self) -> None:
        self._acts: dict[str | None, list[tuple[str, date]]] = defaultdict(list)

    def add(self, person: str | None, recorded_at: str, day: date) -> None:
        self._acts[person].append((recorded_at, day))

    def has(self, person: str | None, recorded_at: str, effective: date) -> bool:
        """Whether an act of the person, or of anybody for None, was recorded before and lies on or after that day."""
        lists = self._acts.values() if person is None else [self._acts.get(person, []), self._acts.get(None, [])]
        return any(known < recorded_at and effective <= day for acts in lists for known, day in acts)


def _may_end(event: Event) -> bool:
    """Whether an entry can take cover away: anything about a person, a delegation, a form's revision or order."""
    if event.kind == "consent.form_approved":
        usual = {"revision": 1, "reconsent": "none", "covers": "consent"}
        return any(event.data.get(name, value) != value for name, value in usual.items())
    return event.kind.startswith("personnel.") or event.subject_id("participant") is not None


def _takes_effect(event: Event, zone: ZoneInfo) -> date:
    """The first day on which an entry can matter: a form's closing or opening, else the day it occurred."""
    if event.kind == "consent.form_approved":
        return date.fromisoformat(event.data.get("closes") or event.data["opens"])
    return local_day(event.occurred, zone)
