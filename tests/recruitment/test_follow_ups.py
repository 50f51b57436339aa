"""Who is due what, by the contact rules: seven days between attempts, three attempts."""

from __future__ import annotations

from datetime import date

import pytest

from recruitment import fold_recruitment
from recruitment.follow_ups import FollowUp, follow_ups
from study.protocol.people import ContactRules

RULES = ContactRules(interval_days=7, maximum_attempts=3)


def due(events, today):
    return follow_ups(fold_recruitment(events), RULES, date.fromisoformat(today))


def enrolled(study, who="t1"):
    return [study.consent("2016-03-01", who=who), study.row("recruitment.enrolled", "2016-03-02", who=who)]


def test_an_enrolment_is_due_an_interval_after_consent(study):
    events = [study.consent("2016-03-01")]
    assert due(events, "2016-03-07") == []
    assert due(events, "2016-03-08") == [FollowUp("t1", "enrol", date(2016, 3, 8))]


def test_an_appointment_is_due_an_interval_after_enrolment(study):
    assert due(enrolled(study), "2016-03-08") == []
    assert due(enrolled(study), "2016-03-09") == [FollowUp("t1", "schedule", date(2016, 3, 9))]


def test_an_appointment_is_held_on_its_day_and_its_outcome_entered_after_it(study):
    events = [*enrolled(study), study.interview("interview.scheduled", "2016-03-12")]
    assert due(events, "2016-03-11") == []
    assert due(events, "2016-03-12") == [FollowUp("t1", "hold", date(2016, 3, 12))]
    assert due(events, "2016-03-13") == [FollowUp("t1", "outcome", date(2016, 3, 12))]
    assert due([*events, study.interview("interview.held", "2016-03-12", version=2)], "2016-05-01") == []


@pytest.mark.parametrize(("missed", "act"), [(1, "reschedule"), (2, "reschedule"), (3, "lost")])
def test_missed_appointments_are_made_again_until_the_attempts_are_used_up(study, missed, act):
    days = ["2016-03-10", "2016-03-20", "2016-03-30"][:missed]
    events = [
        *enrolled(study),
        *(study.interview("interview.missed", day, ordinal=i + 1) for i, day in enumerate(days)),
    ]
    last = date.fromisoformat(days[-1])
    assert due(events, "2016-04-30") == [FollowUp("t1", act, date.fromordinal(last.toordinal() + 7), missed)]


def test_a_second_sitting_missed_is_made_again_and_never_makes_somebody_lost(study):
    events = [
        *enrolled(study),
        *(study.interview("interview.missed", f"2016-03-0{day}", ordinal=day) for day in (3, 4)),
        study.interview("interview.held", "2016-03-05", ordinal=5, outcome="part"),
        *(study.interview("interview.missed", f"2016-03-1{day}", ordinal=10 + day) for day in (0, 1, 2)),
    ]
    assert due(events, "2016-04-30") == [FollowUp("t1", "reschedule", date(2016, 3, 19), 3)]


@pytest.mark.parametrize("kind", ["recruitment.lost", "recruitment.withdrawn"])
def test_nothing_is_due_with_who_left(study, kind):
    events = [*enrolled(study), study.interview("interview.missed", "2016-03-05"), study.row(kind, "2016-03-06")]
    assert due(events, "2016-12-31") == []


def test_the_longest_due_come_first(study):
    events = [*enrolled(study, "t2"), study.consent("2016-02-01", who="t1"), *enrolled(study, "t3")]
    assert [f.participant for f in due(events, "2016-04-01")] == ["t1", "t2", "t3"]
