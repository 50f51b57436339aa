from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import consent_in_force, fold_consent
from recruitment.consent import GATES, SCOPES, gate, refusals
from study import StudyError


def asked(events, day, scope="take_part", **more):
    at = date.fromisoformat(day) if isinstance(day, str) else day
    return consent_in_force(fold_consent(events), "t1", scope, at, **more)


class TestFormVersions:
    """v1 signed 3 March, v2 from 1 July."""

    def forms(self, study, order, **more):
        return [
            study.opened(),
            study.form(closes="2016-06-30"),
            study.form("v2", "2016-07-01", reconsent=order, **more),
        ]

    def test_without_an_order_the_old_consent_goes_on(self, study):
        consent = study.consent("2016-03-03")
        decision = asked([*self.forms(study, "none"), consent], "2016-07-02")
        assert decision.in_force
        assert decision.event_id == consent.id

    def test_before_next_contact_blocks_what_is_done_with_the_person(self, study):
        events = [*self.forms(study, "before_next_contact"), study.consent("2016-03-03")]
        decision = asked(events, "2016-07-02")
        assert (decision.in_force, decision.why) == (False, "reconsent_due")
        assert decision.event_id == events[2].id
        assert asked(events, "2016-06-30").in_force
        assert asked(events, "2016-07-02", "quote").in_force

    def test_everyone_by_a_day_ends_every_scope_after_it(self, study):
        events = [*self.forms(study, "everyone_by", by="2016-07-31"), study.consent("2016-03-03")]
        assert asked(events, "2016-07-31").in_force
        assert asked(events, "2016-08-01", "quote").why == "reconsent_due"

    def test_an_earlier_order_is_not_lifted_by_a_later_version_without_one(self, study):
        forms = [*self.forms(study, "before_next_contact"), study.form("v3", "2016-09-01")]
        assert asked([*forms, study.consent("2016-03-03")], "2016-09-02").why == "reconsent_due"

    def test_renewing_meets_the_order(self, study):
        renewed = study.consent("2016-07-05", "v2", kind="consent.renewed")
        events = [*self.forms(study, "before_next_contact"), study.consent("2016-03-03"), renewed]
        assert asked(events, "2016-07-04").why == "reconsent_due"
        assert asked(events, "2016-07-06").event_id == renewed.id

    def test_the_old_version_signed_in_the_new_window_covers_nothing(self, study):
        assert asked([*self.forms(study, "none"), study.consent("2016-07-02")], "2016-07-03").why == "form_not_open"

    def test_both_ends_of_the_window_are_included(self, study):
        forms = self.forms(study, "none")
        assert asked([*forms, study.consent("2016-06-30")], "2016-07-03").in_force
        assert asked([*forms, study.consent("2016-07-01", "v2")], "2016-07-03").in_force


class TestUnsoundConsents:
    def test_a_version_that_does_not_exist(self, study):
        assert asked([study.form(), study.consent("2016-03-03", "v9")], "2016-04-01").why == "form_not_open"

    def test_before_the_approval(self, study):
        events = [study.form(opens="2016-02-01", approved="2016-02-20"), study.consent("2016-02-10")]
        assert asked(events, "2016-04-01").why == "form_not_open"

    def test_obtained_by_somebody_not_authorised_that_day(self, study):
        task = {"role": "interviewer", "task": "obtain_consent", "ends": "2016-03-02"}
        authorised = study.event("personnel.authorised", "2016-02-01", data=task, person="RA1")
        assert asked([study.form(), authorised, study.consent("2016-03-02")], "2016-04-01").in_force
        assert asked([study.form(), authorised, study.consent("2016-03-03")], "2016-04-01").why == "not_authorised"

    def test_a_delegation_that_was_ended(self, study):
        authorised = study.event(
            "personnel.authorised", "2016-02-01", data={"role": "pi", "task": "obtain_consent"}, person="RA1"
        )
        ended = study.event("personnel.ended", "2016-03-01", data={"task": "obtain_consent"}, person="RA1")
        assert (
            asked([study.form(), authorised, ended, study.consent("2016-03-03")], "2016-04-01").why == "not_authorised"
        )

    def test_a_short_form_without_witness(self, study):
        assert asked([study.form(), study.consent("2016-03-03", mode="short_form")], "2016-04-01").why == "no_witness"
        witnessed = study.consent("2016-03-03", mode="short_form", has_witness=True)
        assert asked([study.form(), witnessed], "2016-04-01").in_force

    def test_an_unsound_consent_leaves_the_older_one_but_what_it_declines_is_declined(self, study):
        events = [
            study.form(),
            study.consent("2016-03-03"),
            study.consent("2016-04-03", "v9", declined=("quote",), kind="consent.renewed"),
        ]
        assert asked(events, "2016-05-01").event_id == events[1].id
        assert asked(events, "2016-05-01", "quote").why == "declined"


class TestWhatModeAndFormNeed:
    @pytest.mark.parametrize("mode", ["waiver_of_documentation", "waiver", "alteration", "exempt"])
    def test_what_only_the_board_allows_needs_its_reference(self, study, mode):
        consent = study.consent("2016-03-03", mode=mode)
        assert asked([study.form(), consent], "2016-04-01").why == "no_reference"
        other = "exempt" if mode == "waiver" else "waiver"
        assert asked([study.form(references=[[other, "B-7"]]), consent], "2016-04-01").why == "no_reference"
        assert asked([study.form(references=[[mode, "B-7"]]), consent], "2016-04-01").event_id == consent.id

    @pytest.mark.parametrize("mode", ["signed", "verbal", "electronic"])
    def test_other_modes_need_none(self, study, mode):
        assert asked([study.form(), study.consent("2016-03-03", mode=mode)], "2016-04-01").in_force

    def test_a_version_approved_in_another_language_only(self, study):
        consent = study.consent("2016-03-03", language="es")
        assert asked([study.form(), consent], "2016-04-01").why == "not_in_language"
        assert asked([study.form(), study.form(language="es"), consent], "2016-04-01").in_force
        not_yet = study.form(language="es", approved="2016-03-04")
        assert asked([study.form(), not_yet, consent], "2016-04-01").why == "not_in_language"

    def test_a_representative_where_the_form_needs_one(self, study):
        form = study.form(needs=["representative"])
        assert asked([form, study.consent("2016-03-03")], "2016-04-01").why == "no_representative"
        assert asked([form, study.consent("2016-03-03", has_representative=True)], "2016-04-01").in_force

    @pytest.mark.parametrize(("assent", "holds"), [("given", True), ("not_capable", True), ("declined", False)])
    def test_assent_where_the_form_needs_it_and_no_is_no(self, study, assent, holds):
        form = study.form(needs=["assent"])
        assert asked([form, study.consent("2016-03-03")], "2016-04-01").why == "no_assent"
        decision = asked([form, study.consent("2016-03-03", assent=assent)], "2016-04-01")
        assert decision.why == ("in_force" if holds else "no_assent")

    def test_understanding_and_copy_take_no_cover_away(self, study):
        form = study.form(needs=["understanding", "copy", "signed_form"])
        assert asked([form, study.consent("2016-03-03", copy_given=False)], "2016-04-01").in_force


class TestAuthorisation:
    """A HIPAA authorisation over recording and transcribing, from 1 April."""

    def events(self, study, *more):
        form = study.form(
            "h1", "2016-04-01", form="hipaa", covers="hipaa_authorisation", scopes=["record", "transcribe"]
        )
        return [study.form(), study.consent("2016-03-03"), form, *more]

    def signed(self, study, day="2016-04-02"):
        more = {"form": "hipaa", "covers": "hipaa_authorisation", "given": ["record", "transcribe"]}
        return study.consent(day, "h1", **more)

    def test_its_scopes_need_it_besides_the_consent_from_the_day_it_opens(self, study):
        assert asked(self.events(study), "2016-03-31", "record").in_force
        assert asked(self.events(study), "2016-04-01", "record").why == "no_authorisation"
        assert asked(self.events(study), "2016-04-01", "quote").in_force

    def test_signed_it_covers_and_decides_nothing_alone(self, study):
        decision = asked(self.events(study, self.signed(study)), "2016-04-03", "record")
        assert (decision.in_force, decision.event_id) == (True, self.events(study)[1].id)
        without = [e for e in self.events(study, self.signed(study)) if e.data.get("form_version") != "v1"]
        assert asked(without, "2016-04-03", "record").why == "no_consent"

    def test_withdrawn_it_ends(self, study):
        events = self.events(study, self.signed(study), study.withdrawn("2016-05-01", ("record",)))
        assert asked(events, "2016-04-30", "record").in_force
        assert asked(events, "2016-05-01", "record").why == "withdrawn"


class TestScopesAndWithdrawal:
    def test_each_scope_stands_alone(self, study):
        events = [study.form(), study.consent("2016-03-03", declined=("record", "quote"))]
        given = {scope for scope in SCOPES if asked(events, "2016-04-01", scope).in_force}
        assert given == set(SCOPES) - {"record", "quote"}
        assert asked(events, "2016-04-01", "record").why == "declined"

    def test_a_scope_the_form_does_not_offer(self, study):
        events = [study.form(), study.consent("2016-03-03", given=["take_part"], declined=[])]
        assert asked(events, "2016-04-01", "archive").why == "not_on_form"

    def test_a_later_consent_of_the_same_participant_supersedes(self, study):
        events = [
            study.form(),
            study.consent("2016-03-03"),
            study.consent("2016-04-03", declined=("quote",), kind="consent.renewed"),
        ]
        assert asked(events, "2016-04-02", "quote").in_force
        assert asked(events, "2016-04-04", "quote").why == "declined"

    def test_nothing_before_the_first_consent_or_for_somebody_else(self, study):
        ledger = fold_consent([study.form(), study.consent("2016-03-03")])
        assert consent_in_force(ledger, "t1", "take_part", date(2016, 3, 2)).why == "no_consent"
        assert consent_in_force(ledger, "t2", "take_part", date(2016, 3, 4)).event_id is None

    def test_a_withdrawal_blocks_its_own_day_and_only_its_scopes(self, study):
        end = study.withdrawn("2016-05-10", ("quote", "archive"))
        events = [study.form(), study.consent("2016-03-03"), end]
        assert asked(events, "2016-05-09", "quote").in_force
        assert asked(events, "2016-05-10", "quote").event_id == end.id
        assert asked(events, "2016-05-10", "take_part").in_force

    def test_without_scopes_everything_is_withdrawn(self, study):
        events = [study.form(), study.consent("2016-03-03"), study.withdrawn("2016-05-10")]
        assert {asked(events, "2016-05-11", scope).why for scope in SCOPES} == {"withdrawn"}

    def test_leaving_the_study_ends_what_is_done_with_the_person(self, study):
        events = [study.form(), study.consent("2016-03-03"), study.row("recruitment.withdrawn", "2016-05-10")]
        assert asked(events, "2016-05-11").why == "withdrawn"
        assert asked(events, "2016-05-11", "quote").in_force

    def test_a_new_consent_after_a_withdrawal_counts_again(self, study):
        again = study.consent("2016-06-01", ordinal=2)
        events = [study.form(), study.consent("2016-03-03"), study.withdrawn("2016-05-10"), again]
        assert asked(events, "2016-05-31").why == "withdrawn"
        assert asked(events, "2016-06-01").event_id == again.id


class TestDaysAndTimes:
    def test_consent_that_day_covers_an_act_that_day_but_the_order_is_not_provable(self, study):
        events = [study.form(), study.consent("2016-03-03")]
        assert asked(events, "2016-03-03").in_force
        assert not asked(events, "2016-03-03").is_order_provable
        assert asked(events, "2016-03-04").is_order_provable

    def test_two_clock_times_decide_within_the_day(self, study):
        events = [study.opened(), study.form(), study.consent("2016-03-03T22:00:00.000Z")]
        zone = ZoneInfo("America/Los_Angeles")
        assert asked(events, datetime(2016, 3, 3, 13, 59, tzinfo=zone)).why == "no_consent"
        assert asked(events, datetime(2016, 3, 3, 14, 1, tzinfo=zone)).in_force

    def test_days_are_the_studys(self, study):
        events = [study.opened(), study.form(), study.consent("2016-03-03")]
        assert not asked(events, datetime(2016, 3, 3, 7, 0, tzinfo=UTC)).in_force
        assert asked(events, datetime(2016, 3, 3, 9, 0, tzinfo=UTC)).in_force

    def test_a_clock_time_without_zone_is_an_error(self, study):
        with pytest.raises(StudyError, match="no time zone"):
            asked([study.form()], datetime(2016, 3, 3, 9, 0))


class TestApproval:
    def test_a_lapse_blocks_and_a_renewal_restores(self, study):
        events = [
            study.opened(end="2016-06-30"),
            study.renewed("2016-07-15"),
            study.form(),
            study.consent("2016-03-03"),
        ]
        assert asked(events, "2016-06-30").in_force
        lapsed = asked(events, "2016-07-01")
        assert (lapsed.why, lapsed.event_id) == ("approval_lapsed", events[0].id)
        assert asked(events, "2016-07-15").in_force

    def test_a_board_may_allow_one_activity_during_a_lapse(self, study):
        events = [study.opened(end="2016-06-30"), study.form(), study.consent("2016-03-03")]
        allowed = [*events, study.excepted("2016-07-05", "2016-07-10", "contact")]
        assert asked(allowed, "2016-07-05", "recontact").in_force
        assert asked(allowed, "2016-07-10", "recontact").in_force
        for day, scope in [("2016-07-04", "recontact"), ("2016-07-11", "recontact"), ("2016-07-05", "record")]:
            assert asked(allowed, day, scope).why == "approval_lapsed"

    def test_without_an_end_it_never_lapses(self, study):
        assert asked([study.opened(), study.form(), study.consent("2016-03-03")], "2036-01-01").in_force


def test_what_was_known_then(study):
    late = study.withdrawn("2016-05-01", recorded_at="2016-09-01T00:00:00.000Z")
    events = [
        study.form(approved="2016-02-01"),
        study.consent("2016-03-03", recorded_at="2016-03-04T00:00:00.000Z"),
        late,
    ]
    assert asked(events, "2016-06-01").why == "withdrawn"
    known_at = datetime(2021, 1, 1, tzinfo=UTC)
    assert asked(events, "2016-06-01", known_at=known_at).why == "withdrawn"
    events[0] = study.event(
        "consent.form_approved", "2016-02-01", recorded_at="2016-02-01T00:00:00.000Z", data=dict(events[0].data)
    )
    assert asked(events, "2016-06-01", known_at="2016-08-31T00:00:00.000Z").in_force
    assert asked(events, "2016-06-01", known_at="2016-03-01T00:00:00.000Z").why == "no_consent"


def test_a_corrected_consent_is_gone(study):
    wrong = study.consent("2016-03-03")
    correction = study.event("correction.made", "2016-04-01", data={"target": wrong.id, "action": "drop"})
    assert asked([study.form(), wrong, correction], "2016-05-01").why == "no_consent"


def test_of_two_versions_of_a_row_the_newer_counts(study):
    events = [study.form(), study.consent("2016-03-03"), study.consent("2016-03-03", row_version=2, copy_given=False)]
    assert len(fold_consent(events).given["t1"]) == 1
    assert asked(events, "2016-05-01").event_id == events[2].id


def test_every_gate_names_a_scope_and_refuses_without_it(study):
    day = date(2016, 5, 1)
    days = {"interview_day": day, "survey_day": day, "contact_day": day, "today": day}
    given_it = fold_consent([study.form(), study.consent("2016-03-03")])
    for step, needed in GATES.items():
        assert gate(given_it, step, "t1", days).in_force
        for scope in needed.scopes:
            assert scope in SCOPES
            declined_it = fold_consent([study.form(), study.consent("2016-03-03", declined=(scope,))])
            (refused,) = refusals(declined_it, step, "t1", days)
            assert (refused.scope, refused.day, refused.decision.why) == (scope, day, "declined")
            assert gate(declined_it, step, "t1", days) == refused.decision


def test_analysis_also_needs_an_approval_on_its_own_day(study):
    events = [study.opened(end="2016-06-30"), study.form(), study.consent("2016-03-03")]
    days = {"interview_day": date(2016, 5, 1), "today": date(2016, 7, 2)}
    assert gate(fold_consent(events), "validate_transcript", "t1", days).in_force
    for step in ("code", "release_transcript"):
        assert gate(fold_consent(events), step, "t1", days).why == "approval_lapsed"
        excepted = [*events, study.excepted("2016-07-01", "2016-07-14", "analysis")]
        assert gate(fold_consent(excepted), step, "t1", days).in_force
        assert gate(fold_consent(excepted), step, "t1", {**days, "today": date(2016, 7, 15)}).why == "approval_lapsed"


START = date(2016, 2, 1)
DAYS = st.integers(0, 60).map(lambda n: (START + timedelta(n)).isoformat())
SOME = st.lists(st.sampled_from(SCOPES), max_size=4, unique=True)


@st.composite
def histories(draw, study):
    """A few forms, consents, withdrawals, approvals and delegations on days of one spring."""
    versions = draw(st.lists(DAYS, min_size=1, max_size=3, unique=True))
    events = []
    for i, opens in enumerate(sorted(versions)):
        order = draw(st.sampled_from(["none", "before_next_contact", "everyone_by"]))
        closes = draw(st.none() | DAYS)
        more = {"by": draw(DAYS)} if order == "everyone_by" else {}
        more |= {"needs": ["representative"]} if draw(st.booleans()) else {}
        more |= {"references": [["waiver", "B-7"]]} if draw(st.booleans()) else {}
        events.append(study.form(f"v{i}", opens, closes, reconsent=order, **more))
    for i in range(draw(st.integers(0, 4))):
        version = f"v{draw(st.integers(0, 3))}"
        kind = draw(st.sampled_from(["consent.given", "consent.renewed"]))
        mode = draw(st.sampled_from(["signed", "signed", "short_form", "waiver"]))
        how = {
            "mode": mode,
            "language": draw(st.sampled_from(["en", "en", "es"])),
            "has_representative": draw(st.booleans()),
        }
        events.append(study.consent(draw(DAYS), version, kind=kind, ordinal=i, declined=draw(SOME), **how))
    for i in range(draw(st.integers(0, 2))):
        events.append(study.withdrawn(draw(DAYS), tuple(draw(SOME)), ordinal=i))
    if draw(st.booleans()):
        events.append(study.row("recruitment.withdrawn", draw(DAYS)))
    for start in draw(st.lists(DAYS, max_size=2, unique=True)):
        events.append(study.renewed(start, draw(st.none() | DAYS)))
    for start in draw(st.lists(DAYS, max_size=1)):
        events.append(study.excepted(start, draw(DAYS), draw(st.sampled_from(["contact", "collection", "analysis"]))))
    for person, start in draw(st.lists(st.tuples(st.sampled_from(["RA1", "RA2"]), DAYS), max_size=2, unique=True)):
        data = {"role": "interviewer", "task": "obtain_consent"}
        events.append(study.event("personnel.authorised", start, data=data, person=person))
    return events


def takes_effect(event) -> str:
    """The day an event first matters: a form's opening, an approval's first day, else the day it occurred."""
    return str(event.data.get("opens") or event.data.get("approval_from") or event.occurred)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.data(), DAYS, st.sampled_from(SCOPES))
def test_the_answer_never_depends_on_what_takes_effect_later(study, data, day, scope):
    events = data.draw(histories(study))
    past = [e for e in events if takes_effect(e) <= day]
    assert asked(events, day, scope) == asked(past, day, scope)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_order_of_the_events_gives_the_same_ledger(study, data):
    events = data.draw(histories(study))
    shuffled = data.draw(st.permutations(events))
    assert fold_consent(shuffled) == fold_consent([*events, *events[:2]])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_split_into_lanes_gives_the_same_ledger(study, data):
    """Runs that overlap write what the other wrote too: the same act in two lanes, recorded at two times."""
    events = data.draw(histories(study))
    lanes: list[list] = [[], [], []]
    for event in events:
        for lane in data.draw(st.sets(st.integers(0, 2), min_size=1)):
            again = replace(
                event, recorded_at=f"2020-01-0{lane + 1}T00:00:00.000Z", run=replace(event.run, attempt=lane)
            )
            lanes[lane].append(again)
    whole = [event for lane in data.draw(st.permutations(lanes)) for event in lane]
    assert fold_consent(whole) == fold_consent(events)


@settings(max_examples=50, deadline=None)
@given(st.data(), DAYS, st.sampled_from(SCOPES))
def test_on_one_day_a_consent_covers_and_a_withdrawal_blocks(study, data, day, scope):
    """Days alone: signing and acting on one day is covered with the order unproven; withdrawing that day blocks it."""
    form, consent = study.form(opens=START.isoformat()), study.consent(day)
    decision = asked([form, consent], day, scope)
    assert (decision.in_force, decision.is_order_provable) == (True, False)
    ended = data.draw(st.permutations([form, consent, study.withdrawn(day, (scope,))]))
    assert asked(ended, day, scope).why == "withdrawn"
    lapsed = study.opened(start="2016-01-01", end=(date.fromisoformat(day) - timedelta(1)).isoformat())
    assert asked([form, consent, lapsed], day, scope).why == "approval_lapsed"


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.data(), DAYS, st.sampled_from(SCOPES))
def test_a_withdrawal_is_never_undone_by_an_older_consent(study, data, day, scope):
    events = data.draw(histories(study))
    ends = [
        e
        for e in events
        if e.kind == "consent.withdrawn" and e.occurred <= day and scope in (e.data["scopes"] or SCOPES)
    ]
    latest = max((e.occurred for e in ends), default=None)
    if latest is not None and not any(
        e.kind in ("consent.given", "consent.renewed") and latest < e.occurred <= day for e in events
    ):
        assert not asked(events, day, scope).in_force


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.data(), st.lists(DAYS, max_size=3, unique=True), st.lists(DAYS, max_size=3, unique=True), DAYS)
def test_with_sound_consents_the_later_of_consent_and_withdrawal_decides(study, data, signed, ended, day):
    """An answer worked out otherwise: only a consent signed after the last withdrawal so far counts again."""
    events = [
        study.form(opens=START.isoformat()),
        *(study.consent(at, ordinal=i) for i, at in enumerate(signed, 1)),
        *(study.withdrawn(at, ("quote",), ordinal=i) for i, at in enumerate(ended, 1)),
    ]
    last = max((at for at in ended if at <= day), default="")
    expected = any(last < at <= day for at in signed)
    assert asked(data.draw(st.permutations(events)), day, "quote").in_force == expected
