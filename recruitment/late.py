"""What was done before we knew better: acts that a later entry leaves without consent.

A withdrawal, a lapse, a corrected consent or the closing of a form may be recorded after the acts it covers. Each act
is asked twice: as known just before such an entry, and as known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from recruitment.acts import Act, Answer, acts
from recruitment.consent import Decision, gate
from recruitment.ledger import KINDS, ConsentLedger, fold_consent
from study import Event


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


def late_impact(events: Iterable[Event], answers: Iterable[Answer] = ()) -> list[LateAct]:
    """Acts not covered as known now that were covered as known just before a later entry; by participant, then act.

    The same for any order of the events. What was never covered is not here: that is for the checks of its own day.
    """
    events = list(events)
    ledger = fold_consent(events)
    uncovered = [(a, d) for a in acts(events, answers) if not (d := _asked(ledger, a)).in_force]
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


def is_entered_late(events: Iterable[Event]) -> bool:
    """Whether anything about consent was recorded after the first act: without that nothing can have come late."""
    events = list(events)
    first = min((e.recorded_at for e in events if e.kind in ("interview.held", "survey.received")), default=None)
    return first is not None and any(e.kind in KINDS and e.recorded_at > first for e in events)
