"""The account: each step with its denominator, silence never agreement, verdicts by theme and what came of doubts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study import Reference
from trustworthiness.member_check_account import VERDICTS, account
from trustworthiness.member_checks import Check, MemberChecks, fold_member_checks

CODE = "a" * 12
OTHER = "b" * 12


@pytest.fixture
def reply(event):
    """The events of one reply: returned, and an answer to each theme."""

    def make(participant: str, verdicts: dict[str, str], *, day: str = "2016-07-25", code: str = CODE):
        packet = {"packet": f"MC-{participant}", "version": 1}
        counts = {name: list(verdicts.values()).count(name) for name in VERDICTS}
        returned = event("member_check.returned", day, participant, withdrawn_quotes=0, **counts, **packet)
        came = replace(returned, id=f"{participant}{code}", generated=(Reference("f1", 9, hmac=code + "0" * 52),))
        answers = [
            event("member_check.answered", day, participant, theme=t, verdict=v, reply=code, **packet)
            for t, v in verdicts.items()
        ]
        return [came, *answers]

    return make


@pytest.fixture
def sent(event):
    def make(*participants: str):
        steps = [
            (
                event("member_check.released", "2016-07-01", p, packet=f"MC-{p}", version=1),
                event("member_check.sent", "2016-07-01", p, packet=f"MC-{p}", ordinal=1),
            )
            for p in participants
        ]
        return [e for pair in steps for e in pair]

    return make


def test_every_step_has_its_denominator_and_says_why_people_left(event, sent, reply):
    events = [
        *sent("A", "B", "C", "D"),
        event("member_check.reminded", "2016-07-20", "B", packet="MC-B", ordinal=1),
        *reply("A", {"T1": "fits", "T2": "does_not"}),
        *reply("C", {"T1": "not_answered", "T2": "not_answered"}),
        event("member_check.excluded", "2016-06-01", "E", reason="no_recontact"),
    ]
    found = account(fold_member_checks(events), considered=["A", "B", "C", "D", "E", "F"])
    assert [(s.id, s.count, s.of, [(left.label, left.count) for left in s.left]) for s in found.steps] == [
        ("considered", 6, 6, [("No consent to be contacted again", 1)]),
        ("eligible", 5, 6, [("No packet released yet", 1)]),
        ("released", 4, 5, []),
        ("sent", 4, 4, [("No reply (not agreement)", 2)]),
        ("returned", 2, 4, [("No theme answered (not agreement)", 1)]),
        ("answered", 1, 2, [("A doubt is open", 1)]),
        ("resolved", 0, 1, []),
        ("closed", 0, 0, []),
    ]
    assert {s.label: (s.count, s.of) for s in found.beside} == {
        "reminded at least once": (1, 4),
        "no reply, which is not agreement": (2, 4),
        "closed without an answer, which is not agreement": (0, 4),
        "replies that answer no theme": (1, 2),
        "replies that doubt a theme": (1, 2),
        "people of whose replies one was set aside": (0, 2),
        "people with an open doubt in a reply set aside": (0, 2),
    }


def test_eligible_is_who_could_be_sent_a_packet_today(event, sent):
    events = [*sent("A"), event("member_check.excluded", "2016-06-01", "B", reason="no_recontact")]
    waiting = {"A": "consent", "B": "transcript", "C": "consent", "D": "transcript", "E": "transcript"}
    found = account(fold_member_checks(events), ["A", "B", "C", "D", "E", "F"], waiting)
    steps = {s.id: (s.count, [(left.label, left.count) for left in s.left]) for s in found.steps}
    assert steps["considered"] == (
        6,
        [
            ("Transcript not released yet", 2),
            ("Consent to be contacted again not in force today", 1),
            ("No consent to be contacted again", 1),
        ],
    )
    assert (steps["eligible"], steps["released"][0]) == ((2, [("No packet released yet", 1)]), 1)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(("silent", "blank", "fits", "does_not")), max_size=6))
def test_silence_and_blanks_never_count_as_agreement(said):
    """Whatever the mixture, a theme fits for those alone who said so; silence agrees with nothing."""
    day = date(2016, 7, 1)
    checks = {}
    for n, how in enumerate(said):
        verdict = {"blank": "not_answered"}.get(how, how)
        came = {} if how == "silent" else {"returned": day, verdict: 1, "verdicts": {"T1": verdict}}
        checks[f"P{n}"] = Check(f"P{n}", "MC", 1, released=day, sent=day, closed=day, **came)
    found = account(MemberChecks(checks))
    by_id = {s.id: s.count for s in found.steps}
    assert by_id["answered"] == said.count("fits") + said.count("does_not")
    assert by_id["closed"] == said.count("fits")
    assert sum(t.fits for t in found.themes) == said.count("fits")
    assert sum(t.asked for t in found.themes) == len(said) - said.count("silent")


def test_a_doubt_is_open_until_a_change_or_a_reason_for_none_of_that_very_theme(event, sent, reply):
    events = [*sent("A"), *reply("A", {"T1": "fits", "T2": "does_not", "T3": "partly"})]

    def resolved(theme: str, change: str):
        return event("member_check.resolved", "2016-08-01", "A", packet="MC-A", theme=theme, change=change)

    beside = fold_member_checks([*events, resolved("T1", "made")])
    assert beside.open_disconfirmations == 2  # T1 was no doubt, so resolving it settles nothing
    state = fold_member_checks([*events, resolved("T2", "made"), resolved("T3", "not_made")])
    assert state.open_disconfirmations == 0
    themes = {t.theme: (t.does_not + t.partly, t.made, t.not_made, t.open) for t in account(state).themes}
    assert themes == {"T1": (0, 0, 0, 0), "T2": (1, 1, 0, 0), "T3": (1, 0, 1, 0)}


@pytest.mark.parametrize(("chosen", "fits", "open_doubts"), [("", 1, 0), (CODE, 1, 1), (OTHER, 0, 1)])
@pytest.mark.parametrize("second_day", ["2016-07-20", "2016-07-26"])
def test_the_counts_follow_the_reply_a_person_chose(event, sent, reply, chosen, fits, open_doubts, second_day):
    first, second = reply("A", {"T1": "fits"}), reply("A", {"T1": "does_not"}, day=second_day, code=OTHER)
    choice = [event("member_check.chosen", "2016-08-02", "A", packet="MC-A", reply=chosen)] if chosen else []
    both = [*first, *second] if chosen else first
    for events in ([*both, *choice], [*choice, *reversed(both)]):
        state = fold_member_checks([*sent("A"), *events])
        assert (state.checks["A"].fits, state.open_disconfirmations) == (fits, open_doubts)
        assert state.problems == ()


def test_a_doubt_does_not_vanish_with_the_reply_that_was_set_aside(event, sent, reply):
    replies = [*reply("A", {"T1": "does_not"}), *reply("A", {"T1": "fits"}, day="2016-07-28", code=OTHER)]
    choice = event("member_check.chosen", "2016-07-29", "A", packet="MC-A", reply=OTHER)
    closed = event("member_check.closed", "2016-07-26", "A", packet="MC-A", ordinal=1)
    events = [*sent("A"), *replies, choice]
    state = fold_member_checks([*events, closed])
    assert (state.checks["A"].fits, state.open_disconfirmations) == (1, 1)
    assert (dict(state.checks["A"].aside), state.checks["A"].came) == ({CODE: ("T1",)}, date(2016, 7, 25))
    assert [p.what for p in state.problems] == ["it was closed while a theme the participant doubted is unresolved"]
    found = {s.label: (s.count, s.of) for s in account(state).beside}
    assert found["people of whose replies one was set aside"] == (1, 1)
    assert found["people with an open doubt in a reply set aside"] == (1, 1)
    resolved = event("member_check.resolved", "2016-08-01", "A", packet="MC-A", theme="T1", change="not_made")
    assert fold_member_checks([*events, resolved]).open_disconfirmations == 0


def test_the_last_choice_stands(event, sent, reply):
    both = [*reply("A", {"T1": "fits"}), *reply("A", {"T1": "does_not"}, day="2016-07-26", code=OTHER)]
    choices = [
        event("member_check.chosen", day, "A", packet="MC-A", reply=code)
        for day, code in (("2016-08-02", OTHER), ("2016-08-03", CODE))
    ]
    choices = [replace(e, id=f"c{n}") for n, e in enumerate(choices)]
    assert fold_member_checks([*sent("A"), *both, *choices]).checks["A"].fits == 1


def test_quotes_taken_back_are_counted_once_with_how_many_people(event, sent):
    back = [
        event("quote.withdrawn", "2016-07-25", p, packet=f"MC-{p}", quote=q)
        for p, q in (("A", "1" * 12), ("A", "2" * 12), ("A", "2" * 12), ("B", "3" * 12))
    ]
    found = account(fold_member_checks([*sent("A", "B"), *back]))
    assert (found.quotes_back, found.people_taking_back) == (3, 2)
