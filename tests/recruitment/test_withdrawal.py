"""What a withdrawal would change, counted; what the signed form offers and until when; copies ticked one by one."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import Affiliation, fold_consent, fold_recruitment, target_progress, withdrawal_impact
from recruitment.copies import COPIES, cleared_fact, copies_due, ends_contact, takes_data
from recruitment.withdrawal import Material, SequenceChange, dispositions_offered, last_day, without_erased
from study.protocol.people import Target
from tests.recruitment.conftest import entered

JUNE = date(2016, 6, 1)
TARGETS = (Target(count=12), Target(count=2, role="peer"), Target(count=1, role="director"))


def place(code, role):
    return Affiliation(code, "S01", role, "", date(2015, 1, 1), None)


PLACES = (place("t1", "peer"), place("t2", "peer"), place("t3", "director"))


@pytest.fixture
def events(study):
    """t1 alone in I0001 and with t2 in I0002, t3 alone in I0003; packets of t1: one sent, one released."""
    held = [("I0001", "t1"), ("I0002", "t1"), ("I0002", "t2"), ("I0003", "t3")]
    found = [study.opened(), study.form()]
    for who in ("t1", "t2", "t3"):
        found += [study.consent("2016-03-01", who=who), study.row("recruitment.enrolled", "2016-03-01", who=who)]
    found += [study.interview("interview.held", "2016-03-05", id=id, who=who) for id, who in held]
    for id in ("I0001", "I0002", "I0003"):
        found.append(study.event("transcript.received", "2016-04-01", data={"format": "vtt"}, transcript=id))
    for packet in ("MC-1", "MC-2"):
        data = {"packet": packet, "version": 1}
        found.append(study.event("member_check.released", "2016-05-01", data=data, participant="t1"))
    sent = {"packet": "MC-1", "ordinal": 1}
    return [*found, study.event("member_check.sent", "2016-05-02", data=sent, participant="t1")]


def impact(events, disposition="delete", scopes=(), **more):
    material = Material(
        codings={"I0001": 7, "I0002": 2, "I0003": 5},
        survey_rows={"surveys/a.csv": 1},
        quotes={"MC-1": 3, "MC-2": 2, "MC-3": 4},
        cited={"CL1": ("I0001", "I0001", "I0003"), "CL2": ("I0002",), "CL3": ("I0001",)},
        published=frozenset({"CL1"}),
        targets=TARGETS,
        affiliations=PLACES,
        **more,
    )
    ledger = fold_consent(events)
    recruitment = fold_recruitment(events)
    return withdrawal_impact(
        "t1", JUNE, scopes, disposition, events=events, recruitment=recruitment, ledger=ledger, material=material
    )


def test_packets_are_counted_with_their_quotes_the_one_that_only_lies_assembled_too(events):
    found = impact(events)
    assert (found.packets_to_stop, found.quotes_held_back) == (("MC-2", "MC-3"), 6)
    assert (found.packets_to_ask_back, found.quotes_sent) == (("MC-1",), 3)


def test_claims_count_quotes_of_the_person_alone_and_say_what_is_out(events):
    found = impact(events)
    assert (found.claims, found.quotes_cited, found.quotes_published) == (("CL1", "CL3"), 3, 2)


def test_targets_lose_what_only_this_person_gave(events):
    cells = [(c.target.role, c.before, c.after) for c in impact(events).targets]
    assert cells == [(None, 3, 2), ("peer", 2, 1)]
    assert impact(events, "keep").targets == impact(events, "deidentify").targets == ()


def test_saturation_is_handed_on(events):
    change = SequenceChange("study", "6+2", "not reached", 8, 7)
    assert impact(events, saturation=(change,)).sequences_to_assess_again == ("study",)


def test_withdrawing_one_scope_touches_only_what_rests_on_it(events):
    quoting = impact(events, "keep", ("quote",))
    assert (quoting.state_after, quoting.packets_to_ask_back, quoting.claims) == (
        "interviewed",
        ("MC-1",),
        ("CL1", "CL3"),
    )
    auditing = impact(events, "keep", ("audit",))
    assert (auditing.packets_to_ask_back, auditing.claims, auditing.copies_elsewhere) == ((), (), ())
    assert impact(events).copies_elsewhere == COPIES


def test_the_last_day_is_counted_from_the_last_interview_held_or_the_signature(study, events):
    form = SimpleNamespace(dispositions=["keep", "delete"], dispositions_until_days=14)
    protocol = SimpleNamespace(form_version=lambda form_id, version: form)
    ledger, recruitment = fold_consent(events), fold_recruitment(events)
    assert last_day(ledger, "t1", protocol, recruitment) == date(2016, 3, 19)
    assert last_day(ledger, "t1", protocol, fold_recruitment(events[:3])) == date(2016, 3, 15)
    form.dispositions_until_days = None
    assert last_day(ledger, "t1", protocol, recruitment) is None
    assert dispositions_offered(ledger, "t1", protocol) == ("keep", "delete")


def test_interviews_of_people_erased_count_for_no_target_and_of_others_go_on_counting(study, events):
    gone = study.withdrawn("2016-06-01", disposition="delete", source="request")
    data = {"decision": gone.id, "objects": 1, "refs": ()}
    erased = study.event("erasure.executed", "2016-06-01T12:00:00.000Z", data=data, participant="t1")
    kept = without_erased(fold_recruitment([*events, gone]), [*events, gone])
    assert [p.held for p in target_progress(TARGETS, kept, PLACES)] == [3, 2, 1]
    left = without_erased(fold_recruitment([*events, gone, erased]), [*events, gone, erased])
    assert [p.held for p in target_progress(TARGETS, left, PLACES)] == [2, 1, 1]
    assert left.states["t1"] == "interviewed"
    assert [p.before - p.after for p in impact(events).targets] == [1, 1]


def test_data_kept_needs_no_copies_removed_and_a_withdrawal_the_register_mentions_waits(study):
    for source, disposition, due in (("request", "keep", 0), ("register", "delete", 0), ("request", "deidentify", 1)):
        event = study.withdrawn("2016-06-01", disposition=disposition, source=source)
        assert takes_data(event) == bool(due)
        assert len(copies_due([study.opened(), event])) == due


@pytest.mark.parametrize(
    ("scopes", "ends"), [((), True), (("take_part",), True), (("recontact",), True), (("quote",), False)]
)
def test_contact_ends_with_everything_or_with_its_own_scope(study, scopes, ends):
    assert ends_contact(study.withdrawn("2016-06-01", scopes)) is ends


@settings(max_examples=25, deadline=None)
@given(st.permutations(COPIES), st.integers(0, len(COPIES)))
def test_ticks_in_any_order_leave_exactly_what_was_not_ticked(study, order, many):
    withdrawn = study.withdrawn("2016-06-01", disposition="delete", source="request")
    events = [study.opened(), withdrawn]
    for name in order[:many]:
        (due,) = copies_due(events)
        assert name in due.open
        events.append(entered(cleared_fact(due, name, "COO1", JUNE)))
        events.append(entered(cleared_fact(due, name, "INV1", JUNE)))
    (due,) = copies_due(reversed(events))
    assert set(due.open) == set(order[many:])
    assert set(due.cleared) == set(order[:many])
    assert due.code == f"W{withdrawn.id[:8]}"
