"""What came too late: acts whose cover a later entry took away, lapses and what happened then, re-consents due."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import fold_consent, reconsents_due
from recruitment.acts import Answer, acts
from recruitment.coverage import uses_absent
from recruitment.lapses import lapses
from recruitment.late import late_candidates, late_impact, late_participants

EARLY, MIDDLE, LATE = (f"2020-0{n}-01T00:00:00.000Z" for n in (1, 2, 3))


def at(event, recorded_at):
    from dataclasses import replace

    return replace(event, recorded_at=recorded_at)


@pytest.fixture
def history(study):
    """A consent, an interview on 1 April with recording, its transcript and codings, a packet sent on 1 June."""
    received = study.event(
        "transcript.received", "2016-04-10", recorded_at=MIDDLE, data={"format": "txt"}, transcript="I0001"
    )
    coded = {"codebook": "1", "segments": 3, "coders": ["C1"], "rejected": 0}
    return [
        at(study.opened(), EARLY),
        at(study.form(), EARLY),
        study.consent("2016-03-03", recorded_at=EARLY),
        at(study.interview("interview.held", "2016-04-01"), MIDDLE),
        received,
        study.event("coding.imported", "2016-05-01", recorded_at=MIDDLE, data=coded, transcript="I0001"),
        study.event(
            "member_check.sent", "2016-06-01", recorded_at=MIDDLE, data={"packet": "M1", "ordinal": 1}, participant="t1"
        ),
    ]


def found(late):
    return sorted((one.act.what, one.act.day.isoformat(), one.now.why) for one in late)


class TestLate:
    def test_a_withdrawal_entered_after_the_acts_it_covers(self, study, history):
        end = study.withdrawn("2016-03-20", recorded_at=LATE)
        late = late_impact([*history, end])
        assert found(late) == [
            ("coded transcript", "2016-04-01", "withdrawn"),
            ("interview", "2016-04-01", "withdrawn"),
            ("packet", "2016-06-01", "withdrawn"),
            ("recording", "2016-04-01", "withdrawn"),
            ("transcript", "2016-04-01", "withdrawn"),
        ]
        assert {one.then.event_id for one in late} == {history[2].id}
        assert {(one.entered, one.entered_at) for one in late} == {(end.id, LATE)}
        assert late_participants(late)["t1"] == dict.fromkeys(
            ("coded transcript", "interview", "packet", "recording", "transcript"), 1
        )

    def test_only_what_came_after_its_day_and_only_its_scopes(self, study, history):
        packet = [("packet", "2016-06-01", "withdrawn")]
        assert found(late_impact([*history, study.withdrawn("2016-05-20", recorded_at=LATE)])) == packet
        recording = study.withdrawn("2016-03-20", ("record",), recorded_at=LATE)
        assert [one.act.what for one in late_impact([*history, recording])] == ["recording", "transcript"]

    def test_known_in_time_it_is_not_late(self, study, history):
        assert late_impact([*history, study.withdrawn("2016-03-20", recorded_at=EARLY)]) == []
        assert late_impact(history) == []

    def test_a_consent_taken_out_by_a_correction(self, study, history):
        data = {"target": history[2].id, "action": "drop"}
        correction = study.event("correction.made", "2016-07-01", recorded_at=LATE, data=data)
        late = late_impact([*history, correction])
        assert {one.now.why for one in late} == {"no_consent"}
        assert {one.entered for one in late} == {correction.id}
        assert len(late) == 5

    def test_a_form_closed_in_retrospect(self, study, history):
        closed = at(study.form(closes="2016-03-01", revision=2), LATE)
        late = late_impact([*history, closed])
        assert {one.now.why for one in late} == {"form_not_open"}

    def test_a_survey_row_handed_in(self, study, history):
        answers = [Answer("s", 7, "t1", date(2016, 4, 2), MIDDLE)]
        late = late_impact([*history, study.withdrawn("2016-04-02", ("survey",), recorded_at=LATE)], answers)
        assert [(one.act.what, one.act.id) for one in late] == [("survey row", "s:7")]

    def test_everything_loaded_at_once_is_not_late(self, study, history):
        loaded = [at(event, EARLY) for event in [*history, study.withdrawn("2016-03-20")]]
        assert late_impact(loaded) == []
        assert late_candidates(loaded) == frozenset()

    def test_who_is_asked_again(self, study, history):
        assert late_candidates(history) == frozenset()
        withdrawn = study.withdrawn("2016-05-20", recorded_at=LATE)
        assert late_candidates([*history, withdrawn]) == {"t1"}
        assert late_candidates([*history, study.withdrawn("2016-06-02", recorded_at=LATE)]) == frozenset()
        assert late_candidates([*history, study.withdrawn("2016-05-20", who="t2", recorded_at=LATE)]) == frozenset()
        arrived = study.event("survey.received", "2016-06-30", recorded_at=MIDDLE, data={"format": "csv"}, survey="s")
        more = [*history, arrived, study.withdrawn("2016-05-20", who="t2", recorded_at=LATE)]
        assert late_candidates(more) == {"t2"}
        assert late_candidates([*history, at(study.form(closes="2016-03-01", revision=2), LATE)]) is None
        correction = {"target": history[2].id, "action": "drop"}
        assert late_candidates(
            [*history, study.event("correction.made", "2016-07-01", recorded_at=LATE, data=correction)]
        ) == {"t1"}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_order_of_the_events_changes_nothing(study, data):
    ended = study.withdrawn("2016-03-20", recorded_at=LATE)
    events = [
        at(study.form(), EARLY),
        study.consent("2016-03-03", recorded_at=EARLY),
        at(study.interview("interview.held", "2016-04-01"), MIDDLE),
        ended,
    ]
    shuffled = data.draw(st.permutations(events))
    assert late_impact(shuffled) == late_impact(events) != []


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whoever_is_not_a_candidate_has_nothing_late(study, data):
    days = st.integers(1, 9).map(lambda n: f"2016-04-0{n}")
    times = st.sampled_from([EARLY, MIDDLE, LATE])
    events = [at(study.form(opens="2016-03-01", closes=data.draw(st.none() | days)), data.draw(times))]
    for who in ("t1", "t2"):
        events.append(study.consent(data.draw(days), who=who, recorded_at=data.draw(times)))
        events.append(at(study.interview("interview.held", data.draw(days), who=who), data.draw(times)))
        if data.draw(st.booleans()):
            events.append(study.withdrawn(data.draw(days), who=who, recorded_at=data.draw(times)))
    if data.draw(st.booleans()):
        task = {"role": "ra", "task": "obtain_consent"}
        known = data.draw(times)
        events.append(study.event("personnel.authorised", "2016-03-01", recorded_at=known, data=task, person="RA2"))
        events.append(study.event("personnel.authorised", "2016-03-01", recorded_at=EARLY, data=task, person="RA1"))
        task = {"task": "obtain_consent"}
        day, known = data.draw(days), data.draw(times)
        events.append(study.event("personnel.ended", day, recorded_at=known, data=task, person="RA1"))
    late = {one.act.participant for one in late_impact(events)}
    candidates = late_candidates(events)
    assert candidates is None or late <= candidates


def test_a_transcript_is_about_every_speaker_of_every_sitting(study):
    events = [
        study.interview("interview.held", "2016-04-01", who="t1"),
        study.interview("interview.held", "2016-04-01", who="t2"),
        study.interview("interview.held", "2016-04-08", who="t1", ordinal=2),
        study.event("transcript.received", "2016-04-10", data={"format": "txt"}, transcript="I0001"),
    ]
    told = [(a.participant, a.day.isoformat()) for a in acts(events) if a.what == "transcript"]
    assert sorted(told) == [("t1", "2016-04-01"), ("t1", "2016-04-08"), ("t2", "2016-04-01")]


class TestLapses:
    def lapsed(self, study):
        return [
            study.opened(end="2016-06-30"),
            study.renewed("2016-07-15"),
            study.form(),
            study.consent("2016-03-03"),
            study.interview("interview.held", "2016-06-30", id="I0001"),
            study.interview("interview.held", "2016-07-01", id="I0002"),
            study.interview("interview.held", "2016-07-15", id="I0003"),
            study.consent("2016-07-10", who="t2"),
        ]

    def test_the_gap_with_what_happened_meanwhile(self, study):
        events = self.lapsed(study)
        (lapse,) = lapses(events, date(2016, 8, 1))
        assert (lapse.start, lapse.end, lapse.approval) == (date(2016, 7, 1), date(2016, 7, 14), events[0].id)
        assert [(m.day.day, m.activity, m.name, m.participant) for m in lapse.happened] == [
            (1, "collection", "interview", "t1"),
            (10, "contact", "consent", "t2"),
        ]
        assert lapse.counts == {"interview": 1, "consent": 1}

    def test_what_the_board_allowed_is_counted_and_not_listed(self, study):
        events = [*self.lapsed(study), study.excepted("2016-07-01", "2016-07-31", "collection")]
        (lapse,) = lapses(events, date(2016, 8, 1))
        assert ([m.name for m in lapse.happened], lapse.allowed_count) == (["consent"], 1)

    def test_it_goes_on_until_today_and_answers_count(self, study):
        events = [study.opened(end="2016-06-30")]
        answers = [Answer("s", 2, "t1", date(2016, 7, 2), EARLY), Answer("s", 3, "t1", date(2016, 6, 30), EARLY)]
        (lapse,) = lapses(events, date(2016, 7, 3), answers)
        assert (lapse.end, lapse.counts) == (date(2016, 7, 3), {"survey row": 1})
        assert lapses(events, date(2016, 6, 30)) == []
        closed = study.event("study.closed", "2016-06-30", data={"open_obligations": 0})
        assert lapses([*events, closed], date(2016, 7, 3)) == []

    def test_approvals_that_overlap_leave_no_gap(self, study):
        events = [
            study.opened(end="2016-06-30"),
            study.renewed("2016-03-01", "2016-12-31"),
            study.renewed("2017-01-01"),
        ]
        assert lapses(events, date(2018, 1, 1)) == []


class TestReconsents:
    def events(self, study, *forms):
        return fold_consent([study.opened(), study.form(closes="2016-06-30"), *forms, study.consent("2016-03-03")])

    def test_who_by_when_and_whether_it_is_reached(self, study):
        ledger = self.events(study, study.form("v2", "2016-07-01", reconsent="everyone_by", by="2016-07-31"))
        assert reconsents_due(ledger, date(2016, 6, 30)) == []
        (due,) = reconsents_due(ledger, date(2016, 7, 31))
        assert (due.participant, due.version.version, due.signed, due.order) == ("t1", "v2", "v1", "everyone_by")
        assert (due.due, due.is_reached) == (date(2016, 7, 31), False)
        assert reconsents_due(ledger, date(2016, 8, 1))[0].is_reached

    def test_of_several_orders_the_strictest(self, study):
        everyone = study.form("v2", "2016-07-01", reconsent="everyone_by", by="2016-09-30")
        contact = study.form("v3", "2016-08-01", reconsent="before_next_contact")
        (due,) = reconsents_due(self.events(study, everyone, contact), date(2016, 8, 1))
        assert (due.version.version, due.order, due.due, due.is_reached) == ("v3", "before_next_contact", None, True)


def test_later_uses_are_a_forecast_of_what_forms_offer(study):
    ledger = fold_consent([study.form(scopes=["take_part", "quote", "archive"]), study.consent("2016-03-03")])
    assert uses_absent(ledger, "t1", date(2016, 4, 1)) == ()
    assert uses_absent(ledger, "t2", date(2016, 4, 1)) == ("quote", "archive")
