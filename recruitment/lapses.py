"""Lapses of the ethics approval, each with a list of what happened meanwhile (45 CFR 46.109).

While no approval is in force nobody is contacted, nothing is collected and no identifiable data is analysed, unless the
board allowed it; what happened all the same is listed, by what kind of act it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from recruitment.acts import Answer
from recruitment.consent import Activity
from recruitment.ledger import ConsentLedger, fold_consent
from recruitment.soundness import approval_on
from study import Event
from study.event import in_fold_order, local_day

MEANWHILE: Mapping[str, tuple[Activity, str]] = {
    "consent.given": ("contact", "consent"),
    "consent.renewed": ("contact", "consent"),
    "member_check.sent": ("contact", "sent packet"),
    "member_check.reminded": ("contact", "reminder"),
    "interview.held": ("collection", "interview"),
    "member_check.returned": ("collection", "answered packet"),
    "transcript.released": ("analysis", "released transcript"),
    "coding.imported": ("analysis", "coded transcript"),
    "saturation.assessed": ("analysis", "saturation assessment"),
    "agreement.assessed": ("analysis", "coder comparison"),
    "cases.compared": ("analysis", "case comparison"),
    "groups.compared": ("analysis", "group comparison"),
    "joint_display.made": ("analysis", "joint display"),
}
"""Kinds of events that should not happen while the approval has lapsed: which activity each is, and its name."""


@dataclass(frozen=True, slots=True, order=True)
class Meanwhile:
    """One thing that happened in a lapse: its day, activity and name, whose it is (trail code or ""), the event."""

    day: date
    activity: str
    name: str
    participant: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """Local days without an approval, both included, from the end of the approval whose event is named; what happened
    then and was not allowed by the board, and how often what it allowed."""

    start: date
    end: date
    approval: str
    happened: tuple[Meanwhile, ...]
    allowed_count: int

    @property
    def counts(self) -> dict[str, int]:
        """How many of each, by name."""
        return dict(Counter(one.name for one in self.happened))


def lapses(events: Iterable[Event], today: date, answers: Iterable[Answer] = ()) -> list[Lapse]:
    """Every lapse up to `today`, oldest first; the same for any order of the events.

    Before the first approval nothing has lapsed, and after the study was closed nothing does. `answers` are coded
    survey rows, which count as collected on their own day.
    """
    events = list(events)
    ledger = fold_consent(events)
    closed = [local_day(e.occurred, ledger.zone) for e in events if e.kind == "study.closed"]
    gaps = _gaps(ledger, min([today, *closed]))
    if not gaps:
        return []
    ordered = in_fold_order(events)
    acts = sorted({*_acts(ordered, ledger), *(_answered(a) for a in answers)})
    return [_lapse(ledger, start, end, approval, acts) for start, end, approval in gaps]


def _gaps(ledger: ConsentLedger, last: date) -> list[tuple[date, date, str]]:
    """Days between approvals and after the last one, each with the event of the approval that ended before."""
    gaps: list[tuple[date, date, str]] = []
    reached: date | None = None
    approval = ""
    for period in ledger.approvals:
        if period.start > last:
            break
        if reached is not None and period.start > reached + timedelta(days=1):
            gaps.append((reached + timedelta(days=1), period.start - timedelta(days=1), approval))
        end = period.end or date.max
        if reached is None or end > reached:
            reached, approval = end, period.event_id
        if reached == date.max:
            return gaps
    if reached is not None and reached < last:
        gaps.append((reached + timedelta(days=1), last, approval))
    return gaps


def _acts(ordered: list[Event], ledger: ConsentLedger) -> list[Meanwhile]:
    found = []
    for event in ordered:
        if event.kind in MEANWHILE:
            activity, name = MEANWHILE[event.kind]
            day = local_day(event.occurred, ledger.zone)
            found.append(Meanwhile(day, activity, name, event.subject_id("participant") or "", event.id))
    return found


def _answered(answer: Answer) -> Meanwhile:
    return Meanwhile(answer.day, "collection", "survey row", answer.participant, f"{answer.survey}:{answer.row}")


def _lapse(ledger: ConsentLedger, start: date, end: date, approval: str, acts: list[Meanwhile]) -> Lapse:
    then = [a for a in acts if start <= a.day <= end]
    refused = tuple(a for a in then if not approval_on(ledger, a.day, a.activity)[0])
    return Lapse(start, end, approval, refused, len(then) - len(refused))
