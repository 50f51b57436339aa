"""Recordings of the first example: due by their ids, ticked by a row; with the last one the study can be closed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from recruitment.recordings import Destruction
from study import Actor, Fact, Subject
from tasks.closing import what_is_open
from tasks.due import _recording, due_today
from tasks.entering import enter
from tasks.opening import amendment_facts, opening_facts
from tasks.recordings import audio_seconds
from tasks.recruitment import tracked_consent, tracked_recruitment, uncovered
from tasks.registers import read_registers
from tasks.workspace import StudyRequest, Workspace, opened

pytestmark = pytest.mark.real
EXAMPLES = Path(__file__).parents[2] / "examples"
HEADER = "recording_id,interview_id,step,occurred,minutes,party\n"
SENT = """R0001,I0001,made,2016-01-12,61.5,
R0001,I0001,sent,2016-01-14,,Vendor
R0001,I0001,returned,2016-01-28,,Vendor
"""


def track(place: Workspace) -> list[str]:
    kinds = []
    for tracked_of in (tracked_consent, tracked_recruitment):
        tracked = tracked_of.fn(place, read_registers.fn(place))
        place.trail.append([*tracked.withdrawals, *tracked.facts])
        kinds += [fact.kind for fact in tracked.facts]
    return kinds


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with three interviews and their recordings, the day before the first must be destroyed."""
    root = shutil.copytree(EXAMPLES / "fsp" / "study", tmp_path_factory.mktemp("recordings") / "fsp")
    register = root / "registers/interviews.csv"
    register.write_text("\n".join(register.read_text().splitlines()[:4]) + "\n")
    (root / "registers/recordings.csv").write_text(HEADER + SENT)
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
        place.trail.append(amendment_facts.fn(place))
        assert "recording.returned" in track(place)
    return root


@pytest.fixture
def place(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    root = shutil.copytree(recorded, tmp_path / "fsp")
    with opened(StudyRequest(study=str(root), acting="COO1", as_of=date(2018, 1, 26)), "track-recruitment") as place:
        yield place


def lines(place: Workspace) -> list[tuple[str, str, str]]:
    section = due_today(place, read_registers.fn(place)).section
    return [(line.what, line.day, line.tone) for line in section.lines if line.group == "Recordings"]


def test_the_length_of_an_interview_comes_from_its_register(place: Workspace) -> None:
    assert audio_seconds(place) == {"I0001": 61.5 * 60}
    place.files.erase_all_versions("registers/recordings.csv")
    assert audio_seconds(place) == {}


def test_a_recording_is_due_by_its_id_until_a_row_says_it_is_destroyed(place: Workspace) -> None:
    what = "1 recording to destroy, as consent promised: R0001"
    assert lines(place) == [(what, "by 27 January 2018", "warn")]
    place.now = place.now.replace(day=28)
    assert lines(place) == [(what, "was due 27 January 2018", "bad")]
    place.files.put("registers/recordings.csv", f"{HEADER}{SENT}R0001,I0001,destroyed,2018-01-27,,COO1\n".encode())
    assert [kind for kind in track(place) if kind.startswith("recording.")] == ["recording.destroyed"]
    assert lines(place) == []
    assert [kind for kind in track(place) if kind.startswith("recording.")] == []


def test_a_recording_named_after_somebody_is_due_by_its_interview(place: Workspace) -> None:
    found = [Destruction(name, "I0001", None, date(2018, 1, 1)) for name in ("R0001", "Heather Mock.m4a", "P001")]
    assert [_recording(one, place) for one in found] == ["R0001", "that of I0001", "that of I0001"]


def test_the_last_recording_closes_what_the_study_owes(place: Workspace) -> None:
    from flows.record_recording import RecordRecording

    place.actor = Actor("person", "COO1", "coordinator")
    open_ones = [said for said in what_is_open(place, place.events()) if "destroy them" in said]
    assert open_ones[0].startswith("3 recordings are not recorded as destroyed")
    for n in (1, 2, 3):
        asked = {"recording": f"R000{n}", "interview": f"I000{n}", "step": "destroyed", "day": "2018-01-26"}
        request = RecordRecording.model_validate({"study": "somewhere", "acting": "COO1", **asked})
        entered = enter.fn(place, read_registers.fn(place), request.entered())
        assert entered.said == f"Entry form {n} of recordings was entered."
    track(place)
    assert not any("destroy them" in sentence for sentence in what_is_open(place, place.events()))


def test_a_recording_sent_without_consent_to_be_transcribed_blocks(place: Workspace) -> None:
    withdrawn = {"ordinal": 9, "version": 1, "row": "0" * 64, "scopes": ("transcribe",), "disposition": "keep"}
    held = (e for e in place.events(["interview.held"]) if e.subject_id("interview") == "I0001")
    person = next(held).subject_id("participant") or ""
    place.trail.append([Fact("consent.withdrawn", "2016-01-13", (Subject("participant", person),), data=withdrawn)])
    found = uncovered.fn(place, tracked_consent.fn(place, read_registers.fn(place)))
    assert ("CN028", "block", "recording:R0001") in {(q.check, q.severity, q.subject) for q in found}
    assert b"send_recording,transcribe,2016-01-14" in place.restricted.get("consent/refused-track-consent.csv")
