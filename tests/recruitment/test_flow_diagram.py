from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import flow_boxes, fold_recruitment, funnel
from recruitment.tally import STEPS, Way, contacts_due, counts, tally_facts, ways

STEP_NAMES = ("identified", "approached", "screened", "ineligible", "invited", "no_response", "declined", "enrolled")


def register(*rows: tuple[str, str, str]) -> pd.DataFrame:
    cells = [(code, step, "2", day, i + 2, True) for i, (code, step, day) in enumerate(rows)]
    return pd.DataFrame(cells, columns=["participant_id", "step", "reason_code", "day", "row", "is_usable"])


def tallied(study, found, day="2016-03-31T12:00:00.000Z"):
    return study.event("recruitment.tallied", day, data={"source": "b" * 64, **counts(found)})


def test_a_later_step_implies_the_earlier_ones():
    rows = register(("P1", "invited", "2016-01-01"), ("P2", "identified", "2016-01-01"))
    assert ways(rows, frozenset()) == {"P1": Way("invited", "pending"), "P2": Way("identified", "pending")}
    assert counts(ways(rows, frozenset()))["approached"] == 1


def test_how_people_leave_before_consent():
    rows = register(
        ("P1", "screened", "2016-01-01"),
        ("P1", "ineligible", "2016-01-02"),
        ("P2", "invited", "2016-01-01"),
        ("P2", "declined", "2016-01-02"),
        ("P3", "invited", "2016-01-01"),
        ("P3", "no_response", "2016-01-09"),
        ("P4", "invited", "2016-01-01"),
    )
    found = ways(rows, frozenset({"P4"}))
    assert [w.how for w in found.values()] == ["ineligible", "declined", "no_response", "consented"]
    tally = counts(found)
    assert tally["ineligible"] == (("2", 1),)
    assert (tally["identified"], tally["screened"], tally["invited"]) == (4, 4, 3)


def test_declining_stands_whatever_follows():
    rows = register(("P1", "declined", "2016-01-01"), ("P1", "approached", "2016-01-02"))
    assert ways(rows, frozenset())["P1"].how == "declined"


def test_the_same_register_is_tallied_once_and_again_when_it_comes_back(study):
    found = {"P1": Way("invited", "pending")}
    (first,) = tally_facts(found, "a" * 64, [], now="2016-03-01T12:00:00.000Z")
    a = study.event(first.kind, first.occurred, data=dict(first.data))
    assert tally_facts(found, "a" * 64, [a], now="2016-03-02T12:00:00.000Z") == []
    (second,) = tally_facts(found, "b" * 64, [a], now="2016-03-02T12:00:00.000Z")
    b = study.event(second.kind, second.occurred, data=dict(second.data))
    (third,) = tally_facts(found, "a" * 64, [a, b], now="2016-03-03T12:00:00.000Z")
    assert (third.data["ordinal"], third.natural_key != first.natural_key) == (2, True)


def test_who_is_due_another_contact():
    rows = register(
        ("P1", "approached", "2016-01-01"),
        ("P2", "approached", "2016-01-01"),
        ("P2", "approached", "2016-01-08"),
        ("P2", "invited", "2016-01-15"),
        ("P3", "approached", "2016-01-20"),
    )
    due = contacts_due(rows, ways(rows, frozenset()), interval_days=7, maximum_attempts=3, today="2016-01-22")
    assert due.to_dict("records") == [
        {"participant_id": "P1", "attempts": 1, "due": "2016-01-08", "is_last_reached": False},
        {"participant_id": "P2", "attempts": 3, "due": "2016-01-22", "is_last_reached": True},
    ]


def test_boxes_of_a_small_study(study):
    found = {
        "P1": Way("identified", "pending"),
        "P2": Way("screened", "ineligible", "1"),
        "P3": Way("invited", "declined"),
        "P4": Way("invited", "consented"),
        "P5": Way("invited", "consented"),
    }
    events = [
        tallied(study, found),
        study.consent("2016-03-01"),
        study.row("recruitment.enrolled", "2016-03-01"),
        study.interview("interview.held", "2016-03-05"),
        study.consent("2016-03-01", who="t2"),
        study.row("recruitment.withdrawn", "2016-03-02", who="t2"),
    ]
    boxes = {b.id: b for b in flow_boxes(fold_recruitment(events), {"1": "18 or older"})}
    assert funnel(fold_recruitment(events)) == (
        ("identified", 5),
        ("approached", 4),
        ("screened", 4),
        ("invited", 3),
        ("consented", 2),
        ("enrolled", 1),
        ("interviewed", 1),
        ("retained", 1),
    )
    assert [(r.label, r.count) for r in boxes["screened"].reasons] == [("Does not meet criterion 1: 18 or older", 1)]
    assert [(r.label, r.count) for r in boxes["consented"].reasons] == [("Withdrew", 1)]


def test_without_counts_the_boxes_begin_with_consent(study):
    assert flow_boxes(fold_recruitment([study.consent("2016-03-01")]))[0].id == "consented"


KINDS = ("recruitment.enrolled", "recruitment.lost", "recruitment.withdrawn", "interview.held", "interview.missed")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_each_box_is_the_one_before_less_its_reasons(study, data):
    steps = st.tuples(st.sampled_from(["P1", "P2", "P3", "P4"]), st.sampled_from(STEP_NAMES), st.just("2016-01-01"))
    rows = data.draw(st.lists(steps, max_size=10))
    consented = data.draw(st.frozensets(st.sampled_from(["P1", "P2", "P9"])))
    events = [tallied(study, ways(register(*rows), consented))]
    for who in data.draw(st.lists(st.sampled_from(["t1", "t2", "t3"]), max_size=3, unique=True)):
        events.append(study.consent("2016-03-01", who=who))
        for kind in data.draw(st.lists(st.sampled_from(KINDS), max_size=3, unique=True)):
            make = study.interview if kind.startswith("interview") else study.row
            events.append(make(kind, f"2016-03-0{data.draw(st.integers(2, 5))}", who=who))
    boxes = flow_boxes(fold_recruitment(events))
    assert [b.id for b in boxes[: len(STEPS)]] == list(STEPS)
    for box, following in pairwise(boxes):
        assert following.count == box.remaining
    for box in boxes:
        assert box.count >= 0
        assert all(r.count > 0 for r in box.reasons)


def test_the_fold_at_a_past_day_forgets_what_came_later(study):
    events = [study.consent("2016-03-01"), study.row("recruitment.enrolled", "2016-03-02")]
    assert fold_recruitment(events, at=date(2016, 3, 1)).states == {"t1": "consented"}


def consistent(boxes) -> None:
    for box, following in pairwise(boxes):
        assert following.count == box.remaining
    for box in boxes:
        assert box.count >= 0
        assert all(reason.count > 0 and reason.label for reason in box.reasons)
        assert len({reason.id for reason in box.reasons}) == len(box.reasons)


COUNT = st.integers(0, 30)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_counts_a_trail_holds_the_boxes_agree_with_each_other(study, data):
    exits = st.tuples(
        st.sampled_from(STEPS), st.sampled_from(["pending", "declined", "no_response", "ineligible"]), COUNT
    )
    tally = {
        "source": "b" * 64,
        **{step: data.draw(COUNT) for step in (*STEPS, "no_response", "declined")},
        "ineligible": data.draw(st.lists(st.tuples(st.sampled_from("123"), COUNT), unique_by=lambda t: t[0])),
        "exits": data.draw(st.lists(exits, max_size=5, unique_by=lambda e: e[:2])),
    }
    events = [study.event("recruitment.tallied", "2016-03-01", data=tally)]
    events += [study.consent("2016-03-02", who=f"t{n}") for n in range(data.draw(st.integers(0, 4)))]
    boxes = flow_boxes(fold_recruitment(events))
    consistent(boxes)
    assert boxes[len(STEPS)].count == len(events) - 1


def test_counts_taken_before_exits_were_counted_say_so(study):
    tally = {
        "source": "b" * 64,
        "identified": 9,
        "approached": 7,
        "screened": 7,
        "invited": 4,
        "no_response": 0,
        "declined": 0,
        "ineligible": [],
    }
    boxes = flow_boxes(fold_recruitment([study.event("recruitment.tallied", "2016-03-01", data=tally)]))
    assert [(b.count, [(r.id, r.count) for r in b.reasons]) for b in boxes[:4]] == [
        (9, [("unexplained", 2)]),
        (7, []),
        (7, [("unexplained", 3)]),
        (4, [("pending", 4)]),
    ]
