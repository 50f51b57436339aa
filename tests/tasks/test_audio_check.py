"""The audio check of a study: drawn once for each version, entered by somebody else, wanted by a release."""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from study import StudyError
from study.protocol.material import AudioCheck
from tasks.audio_check import Heard, draw_minutes, heard_fact
from tasks.transcript_files import received_fact, transcript_files

pytestmark = pytest.mark.real

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

DAY = date(2016, 8, 1)
VTT = "WEBVTT\n\n" + "\n".join(
    f"00:{n:02d}:00.000 --> 00:{n:02d}:59.000\n<v {who}>So {n}.\n"
    for n, who in enumerate(["Interviewer", "Participant"] * 10)
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr("tasks.audio_check.call_each", lambda function, calls, **limits: (function(*c) for c in calls))
    root = tiny.write_study(tmp_path / "tiny")
    for n in range(3, 7):
        (root / f"transcripts/I000{n}.txt").unlink()
    (root / "transcripts/I0003.vtt").write_text(VTT)
    columns = "interview_id,participant_ids,site_id,occurred,mode,outcome,recording,interviewer"
    (root / "registers/interviews.csv").write_text(f"{columns}\nI0001,P001,,2016-02-01,phone,full,R1,COO1\n")
    rows = "R1,I0001,made,2016-02-01,45,\nR1,I0001,sent,2016-02-02,,Vendor"
    (root / "registers/recordings.csv").write_text(f"recording_id,interview_id,step,occurred,minutes,party\n{rows}\n")
    with tiny.at(root) as place:
        conventions = place.protocol.transcripts.model_copy(update={"audio_check": AudioCheck(share=0.1)})
        place.protocol = place.protocol.model_copy(update={"transcripts": conventions})
        place.trail.append([received_fact(place, file) for file in transcript_files(place, conventions)])
        yield place


def listed(place, interview):
    return list(csv.DictReader(place.restricted.get(f"audio_checks/{interview}.csv").decode().splitlines()))


def heard(**changes):
    return Heard(**{"interview": "I0001", "by": "INV1", "day": DAY, "minutes": 5, "words": 800, "errors": 4, **changes})


def test_minutes_are_drawn_once_and_listed_with_the_turns_of_captions(place):
    first = draw_minutes.fn(place)
    assert first.said[0] == "Minutes to hear: drawn now for 2, before for 0 transcripts."
    assert first.said[1].startswith("Not drawn for 1, whose recording's length nobody knows")
    assert len(listed(place, "I0001")) == 5
    assert {row["turns"] for row in listed(place, "I0001")} == {""}
    timed = listed(place, "I0003")
    assert [(row["from"], row["turns"]) for row in timed] == [
        (f"0:{int(row['minute']) - 1:02d}:00", row["minute"]) for row in timed
    ]
    assert len(timed) == 2
    assert draw_minutes.fn(place).said[0] == "Minutes to hear: drawn now for 0, before for 2 transcripts."
    place.files.put("transcripts/I0003.vtt", VTT.replace("So 3", "Well 3").encode())
    assert draw_minutes.fn(place).said[0].startswith("Minutes to hear: drawn now for 1,")


def test_what_was_heard_is_recorded_of_the_version_that_lies_there(place):
    draw_minutes.fn(place)
    fact = heard_fact.fn(place, heard())
    assert dict(fact.data) == {"listened": 111, "errors": 5, "minutes": 5, "words": 800, "found": 4}
    assert [s.id for s in fact.subject] == ["I0001", "INV1"]
    assert len(fact.used) == 1
    place.trail.append([fact])
    with pytest.raises(StudyError, match="was checked against the audio already"):
        heard_fact.fn(place, heard(minutes=9))
    assert "drawn now for 0, before for 1" in draw_minutes.fn(place).said[0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"by": "COO1"}, "cannot be the second person"),
        ({"by": "NOBODY"}, "not in the team"),
        ({"day": date(2016, 9, 2)}, "has not come"),
        ({"interview": "I0009"}, "no transcript of this interview has arrived"),
        ({"interview": "I0002"}, "length of this interview's recording is not known"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(place, wrong, said):
    with pytest.raises(StudyError, match=said) as refused:
        heard_fact.fn(place, heard(**wrong))
    assert refused.value.remedy


@pytest.mark.parametrize("called", ["COO2", "coo1", "B", "coo1; INV2"])
def test_whoever_held_the_interview_cannot_hear_it_under_another_code_or_name(place, called):
    (holder,) = [p for p in place.protocol.team if p.code == "COO1"]
    team = [*place.protocol.team, holder.model_copy(update={"code": "COO2"})]
    place.protocol = place.protocol.model_copy(update={"team": team})
    register = place.files.get("registers/interviews.csv").replace(b"R1,COO1", f"R1,{called}".encode())
    place.files.put("registers/interviews.csv", register)
    for code in ("COO1", "COO2"):
        with pytest.raises(StudyError, match="cannot be the second person"):
            heard_fact.fn(place, heard(by=code))
    draw_minutes.fn(place)
    assert heard_fact.fn(place, heard(by="INV1"))


def test_the_length_comes_from_the_form_or_the_captions_where_no_register_says_it(place):
    assert heard_fact.fn(place, heard(interview="I0002", whole=20)).data["listened"] == 250
    assert heard_fact.fn(place, heard(interview="I0003")).data["listened"] == round(5000 / (1199 / 60))
    assert heard_fact.fn(place, heard(interview="I0003", whole=6)).data["listened"] == round(5000 / (1199 / 60))
    draw_minutes.fn(place)
    assert heard_fact.fn(place, heard(minutes=60)).data["listened"] == 1000


def test_minutes_that_somebody_chose_do_not_count(place):
    with pytest.raises(StudyError, match="no minutes were drawn"):
        heard_fact.fn(place, heard())
    draw_minutes.fn(place)
    assert heard_fact.fn(place, heard()).used


def test_without_a_declared_check_nothing_is_drawn(place):
    place.protocol = place.protocol.model_copy(
        update={"transcripts": place.protocol.transcripts.model_copy(update={"audio_check": None})}
    )
    with pytest.raises(StudyError, match="declares no check"):
        draw_minutes.fn(place)
