"""Facts, events and the one order every fold uses."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study import Actor, Event, Fact, Run, Subject
from study.event import in_fold_order, instant, local_day, time_zone_of
from study.identifiers import event_id

ACTOR = Actor("service", "fieldtrail", "software")
RUN = Run("r", "f", "none", 1, "0")
ORIGIN = "fieldtrail/test/00000000"


def event(
    kind: str, occurred: str, recorded_at: str = "2026-01-01T00:00:00.000Z", *, id: str = "", **data: object
) -> Event:
    key = f"{kind}|{occurred}|{sorted(data.items())}"
    return Event(id or event_id(ORIGIN, kind, key), kind, occurred, recorded_at, ACTOR, RUN, data=data)


OPENED = event("study.opened", "2016-01-01", time_zone="America/Los_Angeles")


def test_an_evening_in_utc_is_still_the_day_before_in_california() -> None:
    assert local_day("2016-05-02T03:30:00.000Z", time_zone_of([OPENED])).isoformat() == "2016-05-01"


def test_on_one_day_a_grant_comes_before_an_act_and_an_act_before_a_withdrawal() -> None:
    day = "2016-05-01"
    withdrawn, held, given_ = (event(k, day) for k in ("consent.withdrawn", "interview.held", "consent.given"))
    assert [e.kind for e in in_fold_order([withdrawn, held, given_])] == [
        "consent.given",
        "interview.held",
        "consent.withdrawn",
    ]


def test_within_a_kind_a_day_alone_comes_before_a_time_of_that_day() -> None:
    timed = event("query.opened", "2016-05-01T18:00:00.000Z")
    plain = event("query.opened", "2016-05-01")
    assert in_fold_order([timed, plain]) == [plain, timed]


def test_of_two_events_with_one_id_the_first_in_fold_order_stands() -> None:
    first = event("site.visited", "2016-05-01", "2026-01-02T00:00:00.000Z", id="a")
    again = replace(first, recorded_at="2026-01-03T00:00:00.000Z")
    assert in_fold_order([again, first]) == [first]


def test_a_correction_takes_its_target_out_and_can_itself_be_taken_out() -> None:
    wrong = event("site.visited", "2016-05-01")
    correction = event("correction.made", "2016-05-02", "2026-01-02T00:00:00.000Z", target=wrong.id, action="drop")
    assert wrong not in in_fold_order([wrong, correction])
    undo = event("correction.made", "2016-05-03", "2026-01-03T00:00:00.000Z", target=correction.id, action="drop")
    assert wrong in in_fold_order([wrong, correction, undo])


def test_known_at_hides_what_was_recorded_later() -> None:
    late = event("site.visited", "2016-05-01", "2026-06-01T00:00:00.000Z")
    assert in_fold_order([OPENED, late], known_at="2026-05-31T23:59:59.999Z") == [OPENED]


def test_same_act_ignores_who_and_when_recorded_but_not_the_day() -> None:
    one = event("site.visited", "2016-05-01", id="a")
    assert one.same_act(replace(one, recorded_at="2026-02-02T00:00:00.000Z", actor=Actor("person", "RA", "ra")))
    assert not one.same_act(replace(one, occurred="2016-05-02"))
    assert not one.same_act(replace(one, data={"ordinal": 2}))


def test_an_instant_is_utc_with_milliseconds() -> None:
    assert instant(datetime(2016, 5, 1, 12, 0, 0, 987654, tzinfo=UTC)) == "2016-05-01T12:00:00.987Z"


def test_the_natural_key_names_the_act_by_its_declared_parts() -> None:
    fact = Fact("site.visited", "2016-05-01", (Subject("site", "S014"),), data={"ordinal": 1, "version": 2})
    assert fact.natural_key == "S014|1|2"


KINDS = ["study.opened", "consent.given", "interview.held", "consent.withdrawn", "query.opened", "site.visited"]
START = datetime(2016, 1, 1, tzinfo=UTC)
moments = st.integers(0, 60 * 24 * 3).map(lambda m: START + timedelta(minutes=m))
occurrences = st.one_of(moments.map(lambda m: m.date().isoformat()), moments.map(instant))
events = st.builds(
    lambda kind, occurred, recorded, id: event(
        kind, occurred, instant(recorded), id=id, time_zone="America/Los_Angeles"
    ),
    st.sampled_from(KINDS),
    occurrences,
    moments,
    st.text("abc", min_size=1, max_size=2),
)


@pytest.mark.slow
@given(st.lists(events, max_size=12), st.randoms())
def test_the_order_is_a_function_of_the_set(some: list[Event], rng: random.Random) -> None:
    zone = [OPENED]
    some = [replace(e, kind="query.opened") if e.kind == "study.opened" else e for e in some]
    shuffled = rng.sample(some, len(some))
    assert in_fold_order(zone + some) == in_fold_order(shuffled + zone)
    assert in_fold_order(zone + some + shuffled) == in_fold_order(zone + some)
