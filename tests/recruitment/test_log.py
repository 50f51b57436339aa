from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import fold_recruitment
from recruitment.transitions import (
    BEFORE_CONSENT,
    INTERVIEW_NEXT,
    INTERVIEW_REACHED_BY,
    PERSON_NEXT,
    PERSON_REACHED_BY,
    SITE_NEXT,
    SITE_REACHED_BY,
)
from study.kinds import KINDS


def test_every_state_is_reached_by_exactly_one_kind_and_known_to_the_registry():
    for reached_by, following in [
        (PERSON_REACHED_BY, PERSON_NEXT),
        (INTERVIEW_REACHED_BY, INTERVIEW_NEXT),
        (SITE_REACHED_BY, SITE_NEXT),
    ]:
        assert set(following) == {"", *reached_by}
        assert {state for states in following.values() for state in states} == set(reached_by)
        assert set(reached_by.values()) <= set(KINDS)


def test_states_before_consent_are_reached_by_counts_alone():
    tallied = {state for state, kind in PERSON_REACHED_BY.items() if kind == "recruitment.tallied"}
    assert tallied == set(BEFORE_CONSENT)
    others = [kind for state, kind in PERSON_REACHED_BY.items() if state not in BEFORE_CONSENT]
    assert len(others) == len(set(others))


def test_a_person_moves_from_consent_to_interview(study):
    events = [
        study.consent("2016-03-01"),
        study.row("recruitment.enrolled", "2016-03-01"),
        study.interview("interview.scheduled", "2016-03-05"),
        study.interview("interview.missed", "2016-03-08", version=2),
        study.interview("interview.held", "2016-03-12", ordinal=2),
    ]
    folded = fold_recruitment(events)
    assert folded.states == {"t1": "interviewed"}
    assert folded.problems == ()
    assert folded.reached["t1"] == {
        "consented": date(2016, 3, 1),
        "enrolled": date(2016, 3, 1),
        "scheduled": date(2016, 3, 5),
        "no_show": date(2016, 3, 8),
        "interviewed": date(2016, 3, 12),
    }
    interview = folded.interviews["I0001"]
    assert (interview.state, interview.day, interview.participants) == ("full", date(2016, 3, 12), {"t1": "full"})
    assert interview.is_recorded


def test_an_illegal_transition_leaves_the_state_and_names_the_allowed_ones(study):
    folded = fold_recruitment([study.consent("2016-03-01"), study.interview("interview.held", "2016-03-02")])
    assert folded.states == {"t1": "consented"}
    (problem,) = folded.problems
    assert (problem.subject, problem.state, problem.attempted) == ("participant:t1", "consented", "interviewed")
    assert problem.allowed == ("enrolled", "lost", "withdrawn")


def test_a_second_sitting_and_a_second_form_do_not_move_an_interviewed_person(study):
    events = [
        study.consent("2016-03-01"),
        study.row("recruitment.enrolled", "2016-03-01"),
        study.interview("interview.held", "2016-03-05"),
        study.interview("interview.scheduled", "2016-04-05", id="I0002"),
        study.consent("2016-04-01", form="survey"),
    ]
    folded = fold_recruitment(events)
    assert folded.states == {"t1": "interviewed"}
    assert folded.problems == ()
    assert folded.interviews["I0002"].state == "scheduled"


def test_a_newer_version_of_a_row_replaces_the_older(study):
    start = [study.consent("2016-03-01"), study.row("recruitment.enrolled", "2016-03-01")]
    held = study.interview("interview.held", "2016-03-05", outcome="full")
    corrected = study.interview("interview.missed", "2016-03-05", version=2)
    folded = fold_recruitment([*start, held, corrected])
    assert folded.interviews["I0001"].state == "no_show"
    assert folded.states == {"t1": "no_show"}


def test_a_joint_interview_keeps_each_participants_state(study):
    events = [
        study.interview("interview.held", "2016-03-05", who="t1"),
        study.interview("interview.missed", "2016-03-05", who="t2"),
    ]
    joint = fold_recruitment(events).interviews["I0001"]
    assert joint.participants == {"t1": "full", "t2": "no_show"}
    assert (joint.state, joint.attended) == ("full", ("t1",))


def test_a_second_sitting_planned_or_missed_takes_back_nothing(study):
    first = study.interview("interview.held", "2016-03-05", outcome="part")
    planned = study.interview("interview.scheduled", "2016-03-12", ordinal=2)
    assert fold_recruitment([first, planned]).interviews["I0001"].state == "part"
    missed = study.interview("interview.missed", "2016-03-12", ordinal=2, version=2)
    again = study.interview("interview.held", "2016-03-19", ordinal=3, outcome="full")
    folded = fold_recruitment([first, planned, missed]).interviews["I0001"]
    assert (folded.state, folded.day) == ("part", date(2016, 3, 5))
    assert [(s.day.day, s.state) for s in folded.sittings] == [(5, "part"), (12, "scheduled"), (12, "no_show")]
    kept = fold_recruitment([first, planned, missed, again])
    assert (kept.interviews["I0001"].state, kept.interviews["I0001"].day) == ("full", date(2016, 3, 5))
    assert not [p for p in kept.problems if p.subject == "interview:I0001"]


def test_missed_and_rescheduled_until_it_is_held(study):
    events = [
        study.interview("interview.missed", "2016-03-01"),
        study.interview("interview.missed", "2016-03-08", ordinal=2),
        study.interview("interview.scheduled", "2016-03-15", ordinal=3),
    ]
    waiting = fold_recruitment(events).interviews["I0001"]
    assert (waiting.state, waiting.day, waiting.attended) == ("scheduled", date(2016, 3, 15), ())
    held = fold_recruitment([*events, study.interview("interview.held", "2016-03-15", ordinal=3, version=2)])
    assert held.interviews["I0001"].state == "full"
    assert [s.state for s in held.interviews["I0001"].sittings] == ["no_show", "no_show", "scheduled", "full"]
    assert not [p for p in held.problems if p.subject == "interview:I0001"]


def test_sites_run_from_selection_to_closing(study):
    approved = study.event(
        "sample.approved", "2016-01-05", data={"stage": "s", "proposal": "0" * 12, "selected": ["S01", "S02"]}
    )
    steps = ["site.invited", "site.permitted", "site.approved", "site.activated", "site.visited", "site.closed"]
    events = [study.site(kind, f"2016-02-0{i + 1}") for i, kind in enumerate(steps)]
    folded = fold_recruitment([approved, *events])
    assert folded.sites == {"S01": "closed", "S02": "selected"}
    assert folded.site_days["S01"]["activated"] == date(2016, 2, 4)
    assert fold_recruitment([approved, *events], at=date(2016, 2, 3)).sites["S01"] == "approved"


def test_steps_of_a_site_on_one_day_are_taken_in_their_order(study):
    kinds = ["site.activated", "site.approved", "site.invited", "site.permitted"]
    for site in ("S01", "S02", "S03", "S04", "S05"):
        folded = fold_recruitment([study.site(kind, "2016-02-01", site) for kind in kinds])
        assert (folded.sites, folded.problems) == ({site: "activated"}, ())


def test_activation_needs_the_permission_letter(study):
    folded = fold_recruitment([study.site("site.invited", "2016-02-01"), study.site("site.activated", "2016-02-02")])
    assert folded.sites == {"S01": "invited"}
    assert folded.problems[0].allowed == ("invited", "permitted", "declined")


def test_what_was_known_then(study):
    late = study.event(
        "recruitment.enrolled",
        "2016-03-01",
        recorded_at="2021-01-01T00:00:00.000Z",
        data={"ordinal": 1, "version": 1, "row": "a" * 64},
        participant="t1",
    )
    events = [study.consent("2016-03-01"), late]
    assert fold_recruitment(events).states == {"t1": "enrolled"}
    assert fold_recruitment(events, known_at="2020-06-01T00:00:00.000Z").states == {"t1": "consented"}


KINDS_OF_PEOPLE = [
    "consent.given",
    "recruitment.enrolled",
    "recruitment.lost",
    "recruitment.withdrawn",
    "interview.scheduled",
    "interview.missed",
    "interview.held",
]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_order_gives_the_same_states_and_every_state_follows_from_the_one_before(study, data):
    events = []
    for i in range(data.draw(st.integers(0, 8))):
        kind = data.draw(st.sampled_from(KINDS_OF_PEOPLE))
        day = f"2016-03-{data.draw(st.integers(1, 5)):02d}"
        who = data.draw(st.sampled_from(["t1", "t2"]))
        if kind == "consent.given":
            events.append(study.consent(day, who=who, ordinal=i))
        elif kind.startswith("interview"):
            events.append(study.interview(kind, day, who=who, ordinal=i))
        else:
            events.append(study.row(kind, day, who=who, ordinal=i))
    folded = fold_recruitment(events)
    assert fold_recruitment(data.draw(st.permutations([*events, *events[:3]]))) == folded
    for code, state in folded.states.items():
        assert state in folded.reached[code]
        assert set(folded.reached[code]) <= set(PERSON_REACHED_BY) - set(BEFORE_CONSENT)
