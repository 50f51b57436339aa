"""Sites under target are seen while a replacement still helps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from recruitment import Affiliation, fold_recruitment, target_progress
from recruitment.site_standing import sites_at_risk
from study.protocol.people import FieldPeriod, Target

ENDS = date(2016, 12, 31)
RULES = FieldPeriod(replace_lead_days=60, silent_days=28, rate_days=84)


ENROLLED = {"S01": date(2016, 2, 20)}


def activated(study, site="S01", on="2016-03-01"):
    before = ["site.invited", "site.permitted", "site.approved"]
    return [*(study.site(kind, "2016-02-01", site) for kind in before), study.site("site.activated", on, site)]


def held(study, days, who="t1"):
    start = [study.consent("2016-02-20", who=who), study.row("recruitment.enrolled", "2016-02-20", who=who)]
    return [*start, *(study.interview("interview.held", d, id=f"I{i}", who=who) for i, d in enumerate(days))]


def risks(events, today, *, count=10, enrolled=None, ends=ENDS, targets=None):
    recruitment = fold_recruitment(events, at=date.fromisoformat(today))
    places = [Affiliation("t1", "S01", "peer", "", date(2015, 1, 1), None)]
    wanted = [Target(count=count, site="S01")] if targets is None else targets
    progress = target_progress(wanted, recruitment, places)
    return sites_at_risk(
        recruitment,
        progress,
        {} if enrolled is None else enrolled,
        rules=RULES,
        ends=ends,
        today=date.fromisoformat(today),
    )


def test_a_site_that_enrols_nobody_is_seen_when_its_time_is_up_and_well_before_the_last_day(study):
    assert risks(activated(study), "2016-03-28", targets=[]) == []
    (risk,) = risks(activated(study), "2016-03-29", targets=[])
    assert (risk.site, risk.why, risk.days, risk.replace_by) == ("S01", "silent", 28, date(2016, 11, 1))
    assert risk.is_in_time(date(2016, 3, 29))


def test_one_enrolment_and_no_target_of_its_own_is_enough(study):
    assert risks(activated(study), "2016-06-01", targets=[], enrolled={"S01": date(2016, 5, 1)}) == []


def test_a_site_behind_its_target_by_hand(study):
    # One interview in 84 days, two wanted, 84 days left: P = 1 - (84 / 168) ** 1.5 = .646; ten wanted: far below half.
    days = ["2016-06-01"]
    today, ends = "2016-08-01", date(2016, 8, 1) + timedelta(days=84)
    assert risks([*activated(study), *held(study, days)], today, count=2, ends=ends, enrolled=ENROLLED) == []
    (risk,) = risks([*activated(study), *held(study, days)], today, count=10, ends=ends)
    assert (risk.why, risk.missing) == ("behind", 9)
    assert risk.chance == pytest.approx(0.0, abs=0.01)
    (close,) = risks([*activated(study), *held(study, days)], today, count=2, ends=date(2016, 8, 20))
    assert close.chance == pytest.approx(1 - (84 / 103) ** 1.5) == pytest.approx(0.2636, abs=0.0005)
    assert not close.is_in_time(date(2016, 8, 1))


def test_its_own_target_reached_or_every_target_reached_puts_nobody_at_risk(study):
    events = [*activated(study), *held(study, ["2016-03-05", "2016-03-06"])]
    assert risks(events, "2016-09-01", count=2) == []
    assert risks([*events, *activated(study, "S02")], "2016-09-01", count=2) == []


def test_a_site_not_activated_on_the_last_day_for_a_replacement(study):
    invited = [study.site("site.invited", "2016-02-01")]
    assert risks(invited, "2016-10-31") == []
    (risk,) = risks(invited, "2016-11-01")
    assert (risk.why, risk.is_in_time(date(2016, 11, 1)), risk.is_in_time(date(2016, 11, 2))) == (
        "not_activated",
        True,
        False,
    )


@pytest.mark.parametrize("end", ["site.closed", "site.withdrew"])
def test_a_site_that_left_is_not_at_risk(study, end):
    assert risks([*activated(study), study.site(end, "2016-03-02")], "2016-09-01") == []


def test_after_the_field_period_what_is_missing_is_said_once(study):
    (risk,) = risks(activated(study), "2017-01-01")
    assert risk.why == "missed"
    assert risks(activated(study), "2017-01-01", targets=[]) == []


def test_without_a_last_day_only_silence_is_seen(study):
    assert (
        risks([*activated(study), *held(study, ["2016-03-05"])], "2016-09-01", ends=None, enrolled={"S01": ENDS}) == []
    )
    (risk,) = risks(activated(study), "2016-09-01", ends=None)
    assert (risk.why, risk.replace_by, risk.is_in_time(ENDS)) == ("silent", None, True)
