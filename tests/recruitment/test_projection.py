"""Projection to a target against values worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment.projection import chance_within, project, wait

TODAY = date(2016, 3, 24)


def days_ago(*ago: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in ago]


def test_one_more_after_twelve_in_84_days():
    # One more: P(T > d) = (84 / (84 + d)) ** 12.5, so half the time within 84 * (2 ** (1 / 12.5) - 1) = 4.790 days.
    assert wait(1, 12, 84, 0.5) == pytest.approx(84 * (2 ** (1 / 12.5) - 1))
    assert wait(1, 12, 84, 0.5) == pytest.approx(4.790, abs=0.001)
    assert wait(1, 12, 84, 0.9) == pytest.approx(84 * (10 ** (1 / 12.5) - 1)) == pytest.approx(16.990, abs=0.001)
    assert chance_within(7, 1, 12, 84) == pytest.approx(1 - (84 / 91) ** 12.5) == pytest.approx(0.6323, abs=0.0001)


def test_two_more_after_three_in_30_days():
    # Two more: P(T > d) = q ** a * (1 + a * (1 - q)) with q = 30 / (30 + d) and a = 3.5; d = 30 gives .0884 * 2.75.
    assert chance_within(30, 2, 3, 30) == pytest.approx(1 - 0.5**3.5 * 2.75) == pytest.approx(0.7569, abs=0.0001)


@pytest.mark.parametrize(("ahead", "missing", "chance"), [(0, 1, 0.0), (-3, 1, 0.0), (0, 0, 1.0), (9, 0, 1.0)])
def test_no_days_or_nothing_missing(ahead, missing, chance):
    assert chance_within(ahead, missing, 5, 30) == chance


def test_a_target_being_reached():
    found = project(
        days_ago(2, 9, 16, 23, 30, 37, 44, 51, 58, 65, 72, 83, 84, 200),
        15,
        today=TODAY,
        since=TODAY - timedelta(days=300),
        deadline=TODAY + timedelta(days=7),
    )
    assert (found.status, found.missing, found.seen, found.exposure) == ("projected", 1, 12, 84)
    assert (found.early, found.likely, found.late) == (
        TODAY + timedelta(1),
        TODAY + timedelta(5),
        TODAY + timedelta(17),
    )
    assert found.chance == pytest.approx(0.6323, abs=0.0001)


def test_a_target_reached_says_when():
    found = project(days_ago(1, 5, 9), 2, today=TODAY, since=TODAY - timedelta(days=60))
    assert (found.status, found.likely, found.missing) == ("reached", TODAY - timedelta(days=5), 0)


@pytest.mark.parametrize(
    ("ago", "since"),
    [((1, 2), 80), ((1, 2, 3), 12), ((90, 91, 92, 93), 200), ((), None)],
    ids=["two interviews", "thirteen days", "nothing lately", "nobody may be contacted yet"],
)
def test_too_few_to_project_from(ago, since):
    begun = None if since is None else TODAY - timedelta(days=since)
    found = project(days_ago(*ago), 10, today=TODAY, since=begun)
    assert (found.status, found.likely, found.chance) == ("too_few", None, None)


def test_what_comes_after_the_day_looked_at_is_not_counted():
    days = [*days_ago(1, 8, 15), TODAY + timedelta(days=1)]
    assert project(days, 4, today=TODAY, since=TODAY - timedelta(days=40)).missing == 1


def test_days_too_far_to_name():
    found = project(days_ago(1, 2, 3), 100_000, today=TODAY, since=TODAY - timedelta(days=83))
    assert (found.status, found.late) == ("projected", None)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 365), st.integers(1, 365))
def test_waiting_and_chance_are_inverse_and_go_the_right_way(missing, seen, exposure, ahead):
    chance = chance_within(ahead, missing, seen, exposure)
    assert 0 <= chance <= 1
    if 1e-6 < chance < 1 - 1e-6:
        assert wait(missing, seen, exposure, chance) == pytest.approx(ahead, rel=1e-5)
    assert chance_within(ahead, missing + 1, seen, exposure) <= chance
    assert chance_within(ahead + 1, missing, seen, exposure) >= chance
    assert chance_within(ahead, missing, seen + 1, exposure) >= chance


def test_a_simulated_study_lies_in_the_interval_as_often_as_it_says():
    """Rates drawn from the posterior itself: four times in five between early and late (counted on a fixed seed)."""
    import numpy as np

    rng = np.random.default_rng(20160324)
    rates = rng.gamma(12.5, 1 / 84, size=4000)
    waits = rng.gamma(5, 1 / rates)
    inside = np.mean((waits >= wait(5, 12, 84, 0.1)) & (waits <= wait(5, 12, 84, 0.9)))
    assert inside == pytest.approx(0.8, abs=0.02)
