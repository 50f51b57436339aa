"""Where member checking stands: steps, denominators, and silence that is never agreement."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustworthiness.member_checks import STEPS, fold_member_checks

PACKET = {"packet": "MC-I0001"}


@pytest.fixture
def steps(event):
    """The events of one participant, by name of the step."""

    def make(participant: str = "tA", packet: str = "MC-I0001") -> dict:
        p = {"packet": packet}
        return {
            "released": event("member_check.released", "2016-07-01", participant, version=1, **p),
            "sent": event("member_check.sent", "2016-07-01", participant, ordinal=1, **p),
            "reminded": event("member_check.reminded", "2016-07-20", participant, ordinal=1, **p),
            "returned": event(
                "member_check.returned", "2016-07-25", participant, version=1,
                fits=2, partly=0, does_not=1, not_answered=1, withdrawn_quotes=1, **p,
            ),
            "resolved": event("member_check.resolved", "2016-08-01", participant, theme="T3", change="made", **p),
            "closed": event("member_check.closed", "2016-08-02", participant, ordinal=1, **p),
        }  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("until", "step"),
    [
        ("released", "released"),
        ("sent", "sent"),
        ("reminded", "reminded"),
        ("returned", "returned"),
        ("resolved", "resolved"),
        ("closed", "closed"),
    ],
)
def test_every_step_is_reached_by_its_own_kind(steps, until, step):
    events = list(steps().values())
    last = list(steps()).index(until) + 1
    state = fold_member_checks(events[:last])
    assert state.checks["tA"].step == step
    assert state.problems == ()
    assert state.by_step == {**dict.fromkeys(STEPS, 0), step: 1}


@pytest.mark.slow
@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_permutation_gives_the_same_state(steps, data):
    events = [*steps("tA").values(), *steps("tB", "MC-I0002").values()]
    shuffled = data.draw(st.permutations(events + events[:3]))
    assert fold_member_checks(shuffled) == fold_member_checks(events)


@pytest.mark.parametrize(
    ("present", "problem"),
    [
        (["sent"], "the packet was not released before"),
        (["released", "returned"], "the packet was not sent before"),
        (["released", "sent", "resolved"], "there was no reply before"),
        (
            ["released", "sent", "returned", "closed"],
            "it was closed while a theme the participant doubted is unresolved",
        ),
    ],
)
def test_what_does_not_follow_leaves_the_state_and_becomes_a_problem(steps, present, problem):
    events = steps()
    state = fold_member_checks([events[name] for name in present])
    assert [p.what for p in state.problems] == [problem]
    assert state.checks.get("tA", None) == fold_member_checks([events[n] for n in present[:-1]]).checks.get("tA")


def test_an_act_is_looked_at_on_its_corrected_day(steps, event):
    events = list(steps().values())
    early = event("member_check.resolved", "2016-03-01", "tA", theme="T3", change="made", **PACKET)
    events[4] = early
    state = fold_member_checks(events)
    assert [p.event_id for p in state.problems][:1] == [early.id]
    dated = event("member_check.dated", "2016-08-01", "tA", target=early.id, **PACKET)
    assert fold_member_checks([*events, dated]) == fold_member_checks(list(steps().values()))


def test_a_second_reply_does_not_change_the_counts(steps, event):
    events = steps()
    second = event(
        "member_check.returned",
        "2016-07-26",
        "tA",
        packet="MC-I0001",
        version=1,
        fits=4,
        partly=0,
        does_not=0,
        not_answered=0,
        withdrawn_quotes=0,
    )
    second = type(second)(**{**{f: getattr(second, f) for f in second.__slots__}, "id": "other"})
    state = fold_member_checks([events["released"], events["sent"], events["returned"], second])
    assert state.checks["tA"].fits == 2
    assert [p.what for p in state.problems] == ["a reply was recorded before"]


def test_the_account_has_a_denominator_at_every_step(steps, event):
    silent = steps("tB", "MC-I0002")
    state = fold_member_checks(
        [
            *steps("tA").values(),
            silent["released"], silent["sent"],
            event("member_check.excluded", "2016-06-01", "tC", reason="no_recontact"),
        ]
    )  # fmt: skip
    account = {line.what: (line.count, line.of) for line in state.account}
    assert account == {
        "excluded, with a reason": (1, 3),
        "packets released": (2, 3),
        "packets sent": (2, 2),
        "reminded": (1, 2),
        "replies returned": (1, 2),
        "no reply (not agreement)": (1, 2),
        "replies that answer at least one theme": (1, 1),
        "themes: this fits": (2, 4),
        "themes: partly": (0, 4),
        "themes: does not fit": (1, 4),
        "themes: not answered": (1, 4),
        "doubts resolved, with a change or a reason for none": (1, 1),
        "closed": (1, 2),
    }


def test_a_blank_reply_is_returned_but_answers_nothing(event, steps):
    events = steps()
    blank = event(
        "member_check.returned",
        "2016-07-25",
        "tA",
        version=1,
        fits=0,
        partly=0,
        does_not=0,
        not_answered=4,
        withdrawn_quotes=0,
        **PACKET,
    )
    state = fold_member_checks([events["released"], events["sent"], blank])
    account = {line.what: (line.count, line.of) for line in state.account}
    assert account["replies returned"] == (1, 1)
    assert account["replies that answer at least one theme"] == (0, 1)
    assert account["themes: this fits"] == (0, 4)


@pytest.mark.parametrize("reason", ["withdrawn", "no_recontact"])
def test_who_leaves_after_the_release_is_out(steps, event, reason):
    events = steps()
    state = fold_member_checks(
        [events["released"], events["sent"], event("member_check.excluded", "2016-07-02", "tA", reason=reason)]
    )
    assert state.checks["tA"].step == "excluded"
    assert state.due(date(2017, 1, 1), answer_within_days=21, reminders=1) == ((), ())


def test_a_release_lifts_an_earlier_exclusion(steps, event):
    blocked = event("member_check.excluded", "2016-06-30T20:00:00.000Z", "tA", reason="blocked")
    assert fold_member_checks([blocked]).checks["tA"].step == "excluded"
    assert fold_member_checks([blocked, steps()["released"]]).checks["tA"].step == "released"


def test_who_is_due_a_reminder_and_whose_time_is_over(steps):
    sent = [steps()["released"], steps()["sent"]]
    state = fold_member_checks(sent)
    assert state.due(date(2016, 7, 22), answer_within_days=21, reminders=1) == ((), ())
    assert state.due(date(2016, 7, 23), answer_within_days=21, reminders=1) == (("tA",), ())
    assert state.due(date(2016, 7, 23), answer_within_days=21, reminders=0) == ((), ("tA",))
    reminded = fold_member_checks([*sent, steps()["reminded"]])
    assert reminded.due(date(2016, 8, 12), answer_within_days=21, reminders=1) == ((), ())
    assert reminded.due(date(2016, 8, 13), answer_within_days=21, reminders=1) == ((), ("tA",))
