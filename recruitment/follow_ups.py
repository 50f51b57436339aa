"""Who is due what, by the protocol's contact rules: the next contact, an enrolment, an appointment, its outcome.

Before consent from the register's rows (`recruitment.tally.contacts_due`), after it from the recruitment log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Literal

from recruitment.log import HELD, Recruitment, Sitting
from study.protocol.people import ContactRules

Act = Literal["contact", "no_response", "enrol", "schedule", "hold", "outcome", "reschedule", "lost"]
BY_TALKING: tuple[Act, ...] = ("contact", "enrol", "schedule", "hold", "reschedule")
"""What is done by getting in touch with the person; the other acts are entries in a register."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is due with one person (trail code): since which day, after how many attempts of how many.

    contact, enrol, schedule, hold (an interview that day), reschedule: get in touch. no_response, lost: the attempts
    are used up, enter it. outcome: the interview's day has passed, enter what came of it.
    """

    participant: str
    act: Act
    due: date
    attempts: int = 0


def follow_ups(recruitment: Recruitment, rules: ContactRules, today: date) -> list[FollowUp]:
    """What is due by `today` with everybody who consented and is still in the study, by day, then by code.

    An enrolment is due one interval after consent, an appointment one interval after enrolment or after the last
    sitting missed. Whoever missed as many sittings in a row as the rules allow attempts is to be entered as lost.
    """
    sittings = _sittings(recruitment)
    found = (_due(code, recruitment, sittings.get(code, []), rules, today) for code in recruitment.states)
    due = [f for f in found if f is not None and f.due <= today]
    return sorted(due, key=lambda f: (f.due, f.participant))


def _due(
    code: str, recruitment: Recruitment, sittings: list[Sitting], rules: ContactRules, today: date
) -> FollowUp | None:
    state, reached = recruitment.states[code], recruitment.reached[code]
    interval = timedelta(days=rules.interval_days)
    if state in ("withdrawn", "lost"):
        return None
    if sittings and sittings[-1].state == "scheduled":
        day = sittings[-1].day
        return FollowUp(code, "outcome" if day < today else "hold", day)
    if sittings and sittings[-1].state == "no_show":
        missed = _missed_in_a_row(sittings)
        used_up = missed >= rules.maximum_attempts and state != "interviewed"
        return FollowUp(code, "lost" if used_up else "reschedule", sittings[-1].day + interval, missed)
    if state == "consented" and "interviewed" not in reached:
        return FollowUp(code, "enrol", reached["consented"] + interval)
    if state == "enrolled" and not sittings:
        return FollowUp(code, "schedule", reached["enrolled"] + interval)
    return None


def _sittings(recruitment: Recruitment) -> dict[str, list[Sitting]]:
    """The sittings of each person over all their interviews, in order of days."""
    found: dict[str, list[Sitting]] = {}
    for interview in recruitment.interviews.values():
        for sitting in interview.sittings:
            found.setdefault(sitting.participant, []).append(sitting)
    for mine in found.values():
        mine.sort(key=lambda s: s.day)
    return found


def _missed_in_a_row(sittings: list[Sitting]) -> int:
    """How many sittings were missed since the last one held."""
    since = takewhile(lambda s: s.state not in HELD, reversed(sittings))
    return sum(s.state == "no_show" for s in since)
