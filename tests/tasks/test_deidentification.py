"""From a file with names in it to coding: copy and list made, read again, released, coded; and every refusal."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.changes import applied
from evidence.versions import fold_versions
from study import Fact, StudyError, Subject
from study.protocol.material import AudioCheck
from study.query import fold_queries
from tasks.codings import material_of
from tasks.deidentification import Wanted, copies_said, make_copies
from tasks.erasure_plan import Person, _masked, _restricted_about
from tasks.masking import read_changes
from tasks.queries import settle_queries
from tasks.released import released_transcripts
from tasks.transcript_files import received_fact, transcript_files
from tasks.transcript_judgement import JudgedTranscript
from tasks.transcript_release import decide_releases

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("here")]

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)

NAMED = (
    "Interview: I0001\n\nInterviewer: How was it, {name}?\n\nParticipant: Nobody asked me number 1 anything at first.\n"
)
COPY, LIST = "deidentified/I0001.txt", "deidentified/I0001.changes.csv"
TEAM = """  - {code: COO1, name: B, role: coordinator, tasks: [
      {task: obtain_consent, from: 2016-01-01}, {task: release_transcript, from: 2016-01-01}]}
"""


@pytest.fixture
def here(monkeypatch):
    """Files are read in this process: children take long to start, and one test has them."""
    monkeypatch.setattr("tasks.masking.call_each", lambda function, calls, **limits: (function(*c) for c in calls))


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    root = tiny.write_study(tmp_path / "tiny")
    old = "  - {code: COO1, name: B, role: coordinator, tasks: [{task: obtain_consent, from: 2016-01-01}]}\n"
    text = (root / "study.yaml").read_text()
    assert old in text
    (root / "study.yaml").write_text(text.replace(old, TEAM))
    for n in range(2, 7):
        (root / f"transcripts/I000{n}.txt").unlink()
    (root / "transcripts/I0001.txt").write_text(NAMED.format(name="Tessa"))
    columns = "interview_id,participant_ids,site_id,occurred,mode,outcome,recording"
    (root / "registers/interviews.csv").write_text(f"{columns}\nI0001,P001,,2016-02-01,phone,full,R1\n")
    (root / "restricted/participants.csv").write_text(
        "participant_id,pseudonym,site_id,role,from,to\nP001,Ada,,peer,,\n"
    )
    monkeypatch.setattr(tiny, "release", lambda place, n: Fact("memo.written", "2016-03-01", data={"memo": f"M{n}"}))
    tiny.enrol(root)
    with tiny.at(root) as place:
        arrive(place)
        found(place, "TR060")
        yield place


def arrive(place):
    files = transcript_files(place, place.protocol.transcripts)
    place.trail.append([received_fact(place, file) for file in files])
    return files


def found(place, check, severity="review"):
    data = {"fingerprint": check[2:].ljust(64, "0"), "occurrence": 1, "check": check, "severity": severity}
    place.trail.append([Fact("query.opened", place.instant, (Subject("transcript", "I0001"),), data=data)])


def make(place, **wanted):
    copies = make_copies.fn(place, Wanted(**wanted))
    place.trail.append(copies.facts)
    settle_queries.fn(place, copies.queries, copies.looked_at)
    return copies


def release(place, day="2016-09-01"):
    tiny.decide(place.root, f"release,I0001,,COO1,{day},Read it.")
    files = transcript_files(place, place.protocol.transcripts)
    releases = decide_releases.fn(place, [JudgedTranscript(file, "review") for file in files])
    place.trail.append(releases.facts)
    return releases


def test_a_copy_and_its_list_are_made_once_and_the_original_stays(place):
    before = place.files.get("transcripts/I0001.txt")
    (fact,) = make(place).facts
    assert place.files.get("transcripts/I0001.txt") == before
    copy = place.restricted.get(COPY).decode()
    assert "How was it, [name]?" in copy.replace("Ada", "[name]")
    changes = read_changes(place.restricted.get(LIST))
    assert applied(before.decode(), changes) == copy
    assert b"Tessa" not in place.restricted.get(LIST)
    (original,) = fact.used
    assert original == place.reference("transcripts/I0001.txt", before, personal=True)
    assert [r.hmac for r in fact.generated] == [
        place.reference(f"restricted/{key}", place.restricted.get(key), personal=True).hmac for key in (COPY, LIST)
    ]
    assert dict(fact.data) == {"version": 1, "changes": 1}
    again = make(place)
    assert again.facts == ()
    assert copies_said(again, ()).said[0] == "De-identified copies: 0 made now, 1 as before, 0 refused."
    assert fold_versions(place.events())["I0001"].state == "deidentified"
    assert "Tessa" not in json.dumps([str(e) for e in place.events()])


def test_a_pseudonym_stands_for_its_own_participant_where_the_study_permits_it(place):
    make(place)
    assert b"How was it, Ada?" in place.restricted.get(COPY)
    conventions = place.protocol.transcripts.model_copy(update={"pseudonyms_in": ["labels"]})
    place.protocol = place.protocol.model_copy(update={"transcripts": conventions})
    (fact,) = make(place).facts
    assert b"How was it, [name]?" in place.restricted.get(COPY)
    assert fact.data["version"] == 2


def test_a_release_takes_the_copy_and_coding_rests_on_it(place):
    assert release(place).said[1] == "Decided releases that wait: 1 for open queries, 0 for their transcript."
    make(place)
    released = release(place)
    assert released.said == ("Released for coding: 1 now, 1 of these as de-identified copies, 0 before.",)
    assert release(place).standing == 1
    rests_on = released_transcripts(place, place.events())["I0001"]
    assert rests_on.is_identifiable is False
    assert list(rests_on.turns["text"])[1:2] == ["How was it, Ada?"]
    assert set(material_of(place).released) == {"I0001"}
    (event,) = place.events(["transcript.released"])
    assert [u.ref for u in event.used] == [place.ref("transcripts/I0001.txt")]


def test_a_copy_that_holds_a_name_known_later_is_not_released_and_is_made_again(place):
    make(place)
    place.restricted.put("identities.csv", place.restricted.get("identities.csv") + b"P008,Nobody Atfirst,,,,\n")
    late = release(place)
    assert late.facts == ()
    assert late.said[1].startswith("Decided releases whose de-identified copy is not clean by what is known now: 1.")
    (fact,) = make(place).facts
    assert fact.data["version"] == 2
    assert release(place).copies == 1


def test_a_copy_of_another_version_is_not_released(place):
    make(place)
    place.files.put("transcripts/I0001.txt", NAMED.format(name="dear Tessa").encode())
    arrive(place)
    waits = release(place)
    assert waits.waiting == 1
    (corrected,) = place.events(["transcript.corrected"])
    assert corrected.data["version"] == 2
    first = min(place.events(["transcript.received"]), key=lambda e: e.recorded_at)
    assert [cause.id for cause in corrected.causes] == [first.id]
    assert release(place).facts == ()
    make(place)
    assert release(place).copies == 1


def test_what_stops_a_transcript_stops_its_copy_and_a_clean_file_needs_none(place):
    make(place)
    found(place, "TR010", "block")
    assert release(place).waiting == 1
    resolve = [
        Fact("query.resolved", place.instant, (Subject("transcript", "I0001"),), causes=(r.opened_by,), data={
            "fingerprint": r.fingerprint, "occurrence": 1, "how": "no_longer_found"})
        for r in fold_queries(place.events()).values()
    ]  # fmt: skip
    place.trail.append(resolve)
    released = release(place)
    assert released.said == ("Released for coding: 1 now, 0 before.",)
    assert released_transcripts(place, place.events())["I0001"].is_identifiable is True


def test_without_its_declared_check_against_the_audio_nothing_is_released(place):
    make(place)
    conventions = place.protocol.transcripts.model_copy(update={"audio_check": AudioCheck(share=0.1)})
    place.protocol = place.protocol.model_copy(update={"transcripts": conventions})
    assert release(place).said[1] == (
        "Refused releases, of transcripts not checked against the audio by a second person: 1."
    )
    file = transcript_files(place, conventions)[0]
    data = {"listened": 100, "errors": 2}
    about = (Subject("transcript", "I0001"), Subject("person", "INV1"))
    place.trail.append([Fact("transcript.checked", "2016-08-01", about, generated=(file.reference,), data=data)])
    assert release(place).copies == 1


def test_a_copy_that_would_not_be_clean_or_whole_is_refused_by_name(place):
    place.files.put("transcripts/I0001.txt", b"\x00\x01")
    copies = make(place)
    assert (copies.facts, copies.counts) == ((), {"refused": 1})
    (query,) = copies.queries
    assert (query.check, query.severity, query.subject) == ("TR066", "block", "copy:I0001")
    assert query.where == "transcripts/I0001.txt, its de-identified copy"
    assert [r.state for r in fold_queries(place.events()).values() if r.check == "TR066"] == ["open"]
    place.files.put("transcripts/I0001.txt", NAMED.format(name="Tessa").encode())
    make(place)
    assert [r.state for r in fold_queries(place.events()).values() if r.check == "TR066"] == ["resolved"]


def test_a_copy_changed_by_hand_is_left_and_not_released(place):
    make(place)
    place.restricted.put(COPY, place.restricted.get(COPY) + b"\nParticipant: Added.\n")
    place.files.put("transcripts/I0001.txt", NAMED.format(name="Quill").encode())
    arrive(place)
    copies = make(place)
    assert copies.counts == {"by_hand": 1}
    assert "changed them by hand: 1" in copies_said(copies, ()).said[2]
    assert b"Added" in place.restricted.get(COPY)
    assert release(place).waiting == 1


def test_one_is_made_on_request_and_an_interview_without_transcript_is_named(place):
    assert len(make(place, interviews=("I0001",)).facts) == 1
    with pytest.raises(StudyError, match="no transcript of I0009"):
        make(place, interviews=("I0009",))


def test_field_notes_get_a_copy_that_does_not_bear_their_file_name(place):
    place.files.put("field_notes/Visit to Tessa.txt", b"Observer: Tessa Quill waited.\n")
    facts = make(place, field_notes=True).facts
    (fact,) = [f for f in facts if f.kind == "fieldnote.deidentified"]
    ref = place.ref("field_notes/Visit to Tessa.txt")
    assert place.restricted.get(f"deidentified/field_notes/{ref}.txt") == b"Observer: Ada waited.\n"
    assert fact.used[0].ref == ref
    rows = csv.DictReader(place.restricted.get(f"deidentified/field_notes/{ref}.changes.csv").decode().splitlines())
    assert [(row["rule"], row["place"]) for row in rows] == [("", "file"), ("TR060", "text")]
    assert not any(f.kind == "fieldnote.deidentified" for f in make(place, field_notes=True).facts)


def test_files_are_read_in_a_child_process(place, monkeypatch):
    from evidence.isolated import call_each

    monkeypatch.setattr("tasks.masking.call_each", call_each)
    assert len(make(place).facts) == 1
    assert release(place).copies == 1


def test_an_erasure_takes_copy_list_and_minutes_and_a_deidentification_leaves_the_copy(place):
    make(place)
    place.restricted.put("audio_checks/I0001.csv", b"minute\n")
    person = Person("P001", place.trail_code("P001"), "delete", ("I0001",), ())
    goes = set(_restricted_about(place, person, (), set()))
    assert goes >= {COPY, LIST, "audio_checks/I0001.csv"}
    kept = set(_restricted_about(place, replace(person, disposition="deidentify"), (), set()))
    assert goes - kept == {COPY, LIST}


def test_an_erasure_takes_copies_of_field_notes_and_of_transcripts_named_otherwise(place):
    note = "field_notes/I0001.txt"
    place.files.put(note, b"Observer: Tessa Quill waited.\n")
    make(place, field_notes=True)
    of_note = {f"deidentified/field_notes/{place.ref(note)}{end}" for end in (".txt", ".changes.csv")}
    place.restricted.put("deidentified/Talk I0001.txt", b"masked")
    conventions = place.protocol.transcripts.model_copy(update={"file_name": "Talk {interview_id}"})
    place.protocol = place.protocol.model_copy(update={"transcripts": conventions})
    person = Person("P001", place.trail_code("P001"), "delete", ("I0001",), ())
    goes = set(_restricted_about(place, person, (note,), set()))
    assert goes >= {"deidentified/Talk I0001.txt", *of_note}
    assert of_note <= set(_restricted_about(place, replace(person, disposition="deidentify"), (note,), set()))


def test_a_deidentification_leaves_no_other_copy_in_which_the_person_is_named(place):
    make(place)
    place.restricted.put("deidentified/I0001.vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Participant>Tessa Quill.\n")
    assert _masked(place, ["transcripts/I0001.txt"])[2] == ["deidentified/I0001.vtt"]


def test_no_copy_is_made_of_other_bytes_than_those_it_is_said_to_be_of(place, monkeypatch):
    files = transcript_files(place, place.protocol.transcripts)
    monkeypatch.setattr("tasks.deidentification.transcript_files", lambda *_: files)
    place.files.put("transcripts/I0001.txt", NAMED.format(name="Orlo").encode())
    copies = make(place)
    assert (copies.facts, len(copies.queries)) == ((), 1)
    assert "changed or went while it was read" in copies.queries[0].message
    place.files.erase_all_versions("transcripts/I0001.txt")
    assert "changed or went while it was read" in make(place).queries[0].message


def test_a_detector_that_is_missing_is_said_and_not_taken_for_an_unreadable_file(place, monkeypatch):
    def missing(residue):
        raise StudyError("the model is missing", where="study.yaml", remedy="Install it.")

    monkeypatch.setattr("tasks.masking.check_residue", missing)
    with pytest.raises(StudyError, match="the model is missing"):
        make(place)


def test_a_decision_from_before_the_copy_was_made_releases_no_copy_that_nobody_read(place):
    assert release(place, day="2016-08-31").waiting == 1
    make(place)
    early = release(place, day="2016-08-31")
    assert (early.facts, early.unread) == ((), 1)
    assert "Read the copy, then decide again in registers/decisions.csv." in early.said[1]
    assert release(place).copies == 1
    assert release(place, day="2016-08-30").unread == 0
