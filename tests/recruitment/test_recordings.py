"""The register of recordings: what is recorded, what is refused, how long recordings are, when they must go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import fold_consent
from recruitment.facts import Codes
from recruitment.measure import Known, feature_queries, measure
from recruitment.recordings import (
    destructions,
    recorded_seconds,
    recording_facts,
    recording_sequence,
    sending_queries,
)
from recruitment.registers import RECORDINGS
from recruitment.sequence import changed_queries
from study import load_protocol
from study.kinds import kind_of

ABOUT = {"study": "fsp", "ref": "a5"}
COLUMNS = "recording_id,interview_id,step,occurred,minutes,party"
WAY = ("R1,I0001,made,2016-02-02,62.5,", "R1,I0001,sent,2016-02-03,,Vendor", "R1,I0001,returned,2016-02-20,,Vendor")


@pytest.fixture(scope="module")
def protocol():
    return load_protocol(Path(__file__).parents[2] / "examples" / "fsp" / "study")


@pytest.fixture
def rows(protocol):
    def measured(*written: str) -> pd.DataFrame:
        cells = [row.split(",") for row in written]
        index = pd.Index(range(2, len(written) + 2), name="row")
        interviews = frozenset({"I0001", "I0002"})
        known = Known(protocol, frozenset(), frozenset(), frozenset(), date(2016, 6, 30), interviews=interviews)
        return measure(RECORDINGS, pd.DataFrame(cells, columns=COLUMNS.split(","), index=index, dtype=str), known)

    return measured


def faults(rows, protocol):
    known = Known(protocol, frozenset(), frozenset(), frozenset(), date(2016, 6, 30))
    found = feature_queries(RECORDINGS, rows, known, study="fsp", ref="a5")
    return {(q.check, q.where.rpartition("column ")[2], q.rows) for q in found}


def events_of(study, reading):
    subjects = [{s.type: s.id for s in fact.subject} for fact in reading.facts]
    return [
        study.event(f.kind, f.occurred, data=dict(f.data), **s) for f, s in zip(reading.facts, subjects, strict=True)
    ]


def test_acts_are_recorded_once_and_a_changed_or_vanished_row_is_asked_about(study, rows):
    codes = Codes({}, lambda code: b"")
    first = recording_facts(rows(*WAY), [], codes)
    assert [(f.kind, f.occurred, f.subject[0].id, f.subject[1].id) for f in first.facts] == [
        ("recording.sent", "2016-02-03", "R1", "I0001"),
        ("recording.returned", "2016-02-20", "R1", "I0001"),
    ]
    assert "Vendor" not in str(first.facts)
    recorded = events_of(study, first)
    assert recording_facts(rows(*WAY), recorded, codes).facts == []
    moved = recording_facts(rows(WAY[1].replace("02-03", "02-04"), WAY[0]), recorded, codes)
    assert moved.facts == []
    queries = changed_queries(moved, frozenset(), **ABOUT)
    assert {(q.check, q.subject) for q in queries} == {("RG009", "recording:R1"), ("RG010", "recording:R1")}


def test_each_kind_is_keyed_by_its_row():
    assert {kind_of(f"recording.{step}").key for step in ("sent", "returned", "destroyed")} == {
        ("recording", "interview", "data.ordinal", "data.version")
    }


def test_what_a_row_may_not_hold_is_named_by_its_column(rows, protocol):
    wrong = rows(
        "Heather,I0001,made,2016-02-02,60,",
        "R2,I0099,made,2016-02-02,an hour,",
        "R-P001,I0001,mailed,02/03/2016,,",
        "R3,I0001,sent,2016-07-01,,",
    )
    assert faults(wrong, protocol) == {
        ("RG014", "recording_id", ("2", "4")),
        ("RG014", "interview_id", ("3",)),
        ("RG014", "minutes", ("3",)),
        ("RG006", "step", ("4",)),
        ("RG004", "occurred", ("4",)),
        ("RG016", "occurred", ("5",)),
    }
    assert not wrong["is_usable"].any()
    assert faults(rows(*WAY), protocol) == set()


@pytest.mark.parametrize(
    ("acts", "wrong"),
    [
        (WAY, []),
        ((WAY[2],), ["returned does not follow the start"]),
        (
            (*WAY, "R1,I0001,destroyed,2016-02-10,,"),
            ["destroyed does not follow sent", "returned does not follow destroyed"],
        ),
        ((*WAY, "R1,I0001,destroyed,2016-03-10,,"), []),
        ((WAY[1], "R2,I0001,returned,2016-02-20,,"), ["returned does not follow the start"]),
    ],
)  # fmt: skip
def test_the_steps_of_a_recording_follow_one_another_by_their_days(rows, acts, wrong):
    found = recording_sequence(rows(*acts), **ABOUT)
    assert sorted(q.message.partition(".")[0] for q in found) == [f"The step {said}" for said in wrong]


def test_a_sending_needs_consent_to_be_transcribed_on_that_very_day(study, rows):
    events = [
        study.form(),
        study.consent("2016-02-02", declined=("quote",)),
        study.withdrawn("2016-02-10", ("transcribe",)),
    ]
    ledger, spoke = fold_consent(events), {"I0001": ("t1",)}
    assert sending_queries(rows(*WAY), ledger, spoke, **ABOUT) == []
    refused = []
    late = rows(WAY[1].replace("02-03", "02-11"), "R2,I0001,sent,2016-02-01,,")
    found = sending_queries(late, ledger, spoke, **ABOUT, refused=refused)
    assert [(q.check, q.severity, q.subject) for q in found] == [
        ("CN028", "block", "recording:R1"),
        ("CN028", "block", "recording:R2"),
    ]
    assert {(r.step, r.scope, r.participant) for r in refused} == {("send_recording", "transcribe", "t1")}
    assert sending_queries(late, ledger, {"I0001": ()}, **ABOUT) == []  # nobody spoke yet: nobody to ask


def test_the_length_of_an_interview_is_that_of_all_its_recordings_or_not_known(rows):
    both = rows(WAY[0], "R2,I0001,made,2016-02-02,10,", "R3,I0002,made,2016-02-02,30,", "R4,I0002,made,2016-02-02,,")
    assert recorded_seconds(both) == {"I0001": 72.5 * 60}


def promising(protocol, *days):
    forms = [
        form.model_copy(update={"form": "interview", "version": f"v{n}", "audio_destroyed_within_days": promised})
        for n, (form, promised) in enumerate(zip(protocol.consent_forms, days, strict=True), 1)
    ]
    return protocol.model_copy(update={"consent_forms": forms})


def acts(study, *kinds_and_days):
    subject = {"recording": "R1", "interview": "I0001"}
    return [
        study.event(f"recording.{step}", day, data={"ordinal": n, "version": 1}, **subject)
        for n, (step, day) in enumerate(kinds_and_days, 1)
    ]


def test_destruction_is_due_from_the_last_return_by_the_shortest_promise(study, protocol):
    events = [study.form(), study.consent("2016-02-02"), study.consent("2016-02-02", "v2", "t2")]
    kept, spoke = {"R1": "I0001"}, {"I0001": ("t1", "t2")}

    def due(*done, days=(30, 10)):
        of = promising(protocol, *days)
        found = destructions(kept, spoke, of, fold_consent(events), [*events, *acts(study, *done)])
        return [(d.since, d.due) for d in found]

    sent, back = ("sent", "2016-02-03"), ("returned", "2016-02-20")
    assert due(sent) == [(None, None)]
    assert due(sent, back) == [(date(2016, 2, 20), date(2016, 3, 1))]
    assert due(sent, back, days=(30, None)) == [(date(2016, 2, 20), date(2016, 3, 21))]
    assert due(sent, back, days=(None, None)) == []
    assert due(sent, back, ("sent", "2016-02-25")) == [(None, None)]
    assert due(sent, back, ("destroyed", "2016-03-01")) == []
    arrived = study.event("transcript.received", "2016-02-05", data={"format": "vtt"}, transcript="I0001")
    events.append(arrived)
    assert due() == [(date(2016, 2, 5), date(2016, 2, 15))]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_in_which_events_come_changes_no_due_day(study, protocol, order):
    events = [
        study.form(),
        study.consent("2016-02-02"),
        *acts(study, ("sent", "2016-02-03"), ("returned", "2016-02-20")),
    ]
    found = destructions(
        {"R1": "I0001"},
        {"I0001": ("t1",)},
        promising(protocol, 30, None),
        fold_consent(events),
        [events[i] for i in order],
    )
    assert [d.due for d in found] == [date(2016, 3, 21)]
