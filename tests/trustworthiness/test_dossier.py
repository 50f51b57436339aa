"""The criteria matrix, Halpern's classes, and the digest that names a dossier's content."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from study.decisions import Taken
from study.kinds import KINDS
from trustworthiness.criteria import CRITERIA, HALPERN, criteria_matrix, halpern_inventory
from trustworthiness.dossier import FlowBox, content, events_digest
from trustworthiness.member_check_account import account
from trustworthiness.member_checks import fold_member_checks


@pytest.fixture
def some_events(event):
    return [
        event("debriefing.held", "2016-05-01", debriefing="D1", debriefer="AB", analyst="CD", changed=True, version=1),
        event("debriefing.held", "2016-06-01", debriefing="D2", debriefer="AB", analyst="CD", changed=False, version=1),
        event("memo.written", "2016-06-02", memo="M1"),
        event("member_check.excluded", "2016-06-03", "tA", reason="no_recontact"),
    ]


def made(events, **changes):
    values = {
        "study": "fsp",
        "title": "T",
        "synthetic": True,
        "board": "B",
        "reference": "R",
        "member_checks": account(fold_member_checks(events)),
        "stages": (),
        "decisions": (),
        "recruitment": (FlowBox("Enrolled", 9),),
        "consent": (),
        "verdicts": {},
        "queries": {},
        "claims": 0,
        "gaps": {},
    }
    return content(events, **{**values, **changes})


def test_the_matrix_counts_what_is_recorded_and_names_what_was_looked_for(some_events):
    rows = {(t.criterion, t.technique): t for t in criteria_matrix(some_events)}
    assert [(r.kind, r.count) for r in rows["Credibility", "Peer debriefing"].recorded] == [("debriefing.held", 2)]
    assert rows["Credibility", "Negative case analysis"].recorded == ()
    assert "negative_case.raised" in rows["Credibility", "Negative case analysis"].looked_for
    assert {criterion for criterion, _ in rows} == {
        "Credibility",
        "Transferability",
        "Dependability",
        "Confirmability",
        "All four",
    }


def test_the_matrix_looks_only_for_kinds_that_exist():
    assert {kind for techniques in CRITERIA.values() for kinds in techniques.values() for kind in kinds} <= set(KINDS)


def test_halperns_six_classes_are_always_there_and_an_empty_one_is_empty(some_events):
    classes = {c.id: c for c in halpern_inventory(some_events)}
    assert list(classes) == list(HALPERN)
    assert classes["raw_data"].deposited == ()
    assert [(r.kind, r.count) for r in classes["process_notes"].deposited] == [
        ("member_check.excluded", 1), ("debriefing.held", 2), ("memo.written", 1),
    ]  # fmt: skip


def test_an_event_recorded_twice_counts_once(some_events):
    assert criteria_matrix(some_events * 2) == criteria_matrix(some_events)


@pytest.mark.slow
@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_digest_ignores_order_runs_and_earlier_dossiers(some_events, event, data):
    first = made(some_events).digest
    noise = [
        event("run.closed", "2017-01-01T00:00:00.000Z", lane="r.1", reason="completed"),
        event("dossier.published", "2017-01-01T00:00:00.000Z", content=first),
    ]
    again = [replace(e, recorded_at="2018-01-01T00:00:00.000Z") for e in some_events]
    shuffled = data.draw(st.permutations([*again, *noise]))
    assert made(shuffled).digest == first


def test_the_digest_follows_every_act_and_every_number(some_events, event):
    first = made(some_events).digest
    assert made(some_events[:-1]).digest != first
    assert made(some_events, recruitment=(FlowBox("Enrolled", 10),)).digest != first
    assert events_digest(some_events) != events_digest([*some_events, event("memo.written", "2016-06-02", memo="M2")])


def test_decisions_are_counted_by_kind_person_and_how_sure(some_events):
    taken = [
        Taken("1", "transcript.released", "COO1", "declared"),
        Taken("2", "transcript.released", "COO1", "declared"),
        Taken("3", "transcript.released", "COO1", "signed"),
        Taken("4", "sample.approved", "INV1", "signed"),
    ]
    assert [(d.kind, d.by, d.assurance, d.count) for d in made(some_events, decisions=taken).decisions] == [
        ("sample.approved", "INV1", "signed", 1),
        ("transcript.released", "COO1", "declared", 2),
        ("transcript.released", "COO1", "signed", 1),
    ]
