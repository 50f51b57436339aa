"""Transcripts of a study judged, settled and released: what is new, what stays, what each change makes necessary."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from study import Fact, Subject
from tasks import transcript_likeness, transcript_reading
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.request import StudyRequest
from tasks.transcript_files import Registers, transcript_files
from tasks.transcript_release import decide_releases
from tasks.transcripts import JudgedTranscripts, judge_transcripts, outcome_of
from tasks.workspace import opened

SCOPES = ("take_part", "record", "transcribe", "quote", "recontact", "audit")
KEPT = ("I0001.vtt", "I0002.docx", "I0003.srt", "I0004.txt")
ROW = {"ordinal": 0, "version": 1, "row": "0" * 64}


@pytest.fixture
def study(example: Callable[..., Path]) -> Path:
    """Four transcripts of the clean first example, with their consents in the trail."""
    root = example("fsp", clean=True)
    for path in (root / "transcripts").iterdir():
        if path.name not in KEPT:
            path.unlink()
    with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
        place.trail.append(_conduct())
        people = sorted(_participants(root))
        place.trail.append([_consent(place.trail_code(person), SCOPES) for person in people])
    return root


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read without a child process, but for the bad ones."""
    if "bad_file" not in request.node.name:
        for module in (transcript_reading, transcript_likeness):
            monkeypatch.setattr(module, "call_each", lambda function, calls, **limits: (function(*c) for c in calls))


def _conduct() -> list[Fact]:
    form = {"form": "FSP-INT", "version": "1", "language": "en", "scopes": SCOPES, "text": "0" * 64}
    dates = {"opens": "2015-06-01", "approval_from": "2015-05-01", "reconsent": "none"}
    opening = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2015-05-01"}
    task = {"role": "evaluator", "task": "obtain_consent"}
    return [
        Fact("study.opened", "2015-05-01", data=opening),
        Fact("personnel.authorised", "2015-06-01", (Subject("person", "EVA1"),), data=task),
        Fact("consent.form_approved", "2015-06-01", data={**form, **dates}),
    ]


def _consent(code: str, given: tuple[str, ...]) -> Fact:
    how = {
        "mode": "signed",
        "obtained_by": "EVA1",
        "has_witness": False,
        "has_representative": False,
        "copy_given": True,
    }
    form = {"form": "FSP-INT", "form_version": "1", "language": "en"}
    declined = tuple(scope for scope in SCOPES if scope not in given)
    data = {**ROW, **form, **how, "given": given, "declined": declined}
    return Fact("consent.given", "2016-01-02", (Subject("participant", code),), data=data)


def _participants(root: Path) -> set[str]:
    with (root / "registers/interviews.csv").open() as file:
        return {p for row in csv.DictReader(file) for p in row["participant_ids"].split(";")}


def validate(root: Path) -> Outcome:
    """What the flow does, without Prefect's server."""
    return run(root)[0]


def run(root: Path) -> tuple[Outcome, JudgedTranscripts]:
    """The same, with how it judged."""
    with opened(StudyRequest(study=str(root)), "validate-transcripts") as place:
        judged = judge_transcripts.fn(place)
        place.trail.append(list(judged.received))
        settled = settle_queries.fn(place, judged.queries, judged.looked_at)
        place.trail.append(judged.verdicts)
        releases = decide_releases.fn(place, judged.files)
        place.trail.append(list(releases.facts))
        return outcome_of(judged, settled, releases), judged


def found(outcome: Outcome) -> set[tuple[str, str]]:
    return {(query.check, query.where.partition(",")[0]) for query in outcome.queries}


def acts(root: Path) -> list[tuple[str, str]]:
    with opened(StudyRequest(study=str(root)), "status") as place:
        return [(e.kind, e.id) for e in place.events() if e.kind != "run.closed"]


def kinds(root: Path, prefix: str) -> list[str]:
    return [kind for kind, _ in acts(root) if kind.startswith(prefix)]


def change(root: Path, name: str, edit: Callable[[str], str]) -> None:
    path = root / name
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.real
def test_a_clean_study_passes_is_released_once_and_left_alone(study: Path) -> None:
    first = validate(study)
    assert [q for q in first.queries if q.severity == "block"] == []
    assert first.said[0] == "Transcripts: 4 checked, 0 unchanged since they were checked; 4 passed."
    assert "Released for coding: 4 now, 0 before." in first.said
    before = acts(study)
    second = validate(study)
    assert second.said[0] == "Transcripts: 0 checked, 4 unchanged since they were checked; 4 passed."
    assert acts(study) == before
    shutil.rmtree(study / "restricted/readings")
    third, judged = run(study)
    assert set(judged.read) >= {f"transcripts/{name}" for name in KEPT}
    assert {file.format for file in judged.files} == {"vtt", "docx", "srt", "txt"}
    assert all(file.states["TR010"] == "passed" and file.features["speaking_roles_count"] == 2 for file in judged.files)
    assert acts(study) == before
    assert third.queries == first.queries


@pytest.mark.real
def test_each_bad_file_is_its_own_query_and_the_rest_goes_on(study: Path) -> None:
    folder = study / "transcripts"
    (folder / "I0004.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x01")
    (folder / "I0005.vtt").write_bytes(b"")
    (folder / "I0006.docx").write_text("not a document")
    (folder / "I0008.srt").write_bytes((folder / "I0003.srt").read_bytes())
    (folder / "Notes by Heather.txt").write_text("Interviewer: So?\n\nParticipant: Yes.\n")
    outcome = validate(study)
    assert found(outcome) >= {
        ("TR001", "transcripts/I0004.txt"),
        ("TR001", "transcripts/I0005.vtt"),
        ("TR001", "transcripts/I0006.docx"),
        ("TR041", "transcripts/I0003.srt"),
        ("TR041", "transcripts/I0008.srt"),
        ("TR004", "transcripts/Notes by Heather.txt"),
    }
    assert {where for check, where in found(outcome) if check in ("TR001", "TR004", "TR041")}.isdisjoint(
        {"transcripts/I0001.vtt", "transcripts/I0002.docx"}
    )
    before = acts(study)
    assert found(validate(study)) == found(outcome)
    assert acts(study) == before
    assert "Heather" not in json.dumps(_trail(study))


@pytest.mark.real
def test_a_change_is_judged_again_and_changing_back_too(study: Path) -> None:
    validate(study)
    original = (study / "transcripts/I0004.txt").read_text()
    change(study, "transcripts/I0004.txt", lambda text: text.replace("Participant:", "Interviewer:"))
    changed = validate(study)
    assert ("TR010", "transcripts/I0004.txt") in found(changed)
    assert changed.said[0].startswith("Transcripts: 1 checked, 3 unchanged")
    change(study, "transcripts/I0004.txt", lambda text: original)
    back = validate(study)
    assert found(back) == set()
    assert back.said[0] == "Transcripts: 1 checked, 3 unchanged since they were checked; 4 passed."
    before = acts(study)
    validate(study)
    assert acts(study) == before
    assert kinds(study, "query.") == ["query.opened", "query.resolved"]


@pytest.mark.real
def test_a_copy_that_arrives_later_puts_both_in_question_until_it_is_gone(study: Path) -> None:
    validate(study)
    copy = study / "transcripts/I0008.txt"
    copy.write_bytes((study / "transcripts/I0004.txt").read_bytes())
    same = {where for check, where in found(validate(study)) if check == "TR041"}
    assert same == {"transcripts/I0004.txt", "transcripts/I0008.txt"}
    copy.write_text("Interviewer: So?\n\nParticipant: Yes.\n")
    assert not any(check == "TR041" for check, _ in found(validate(study)))
    assert validate(study).said[0].startswith("Transcripts: 0 checked, 5 unchanged")


@pytest.mark.real
def test_a_leaked_name_keeps_a_transcript_from_release_and_is_never_repeated(study: Path) -> None:
    with (study / "restricted/identities.csv").open() as file:
        name = next(csv.DictReader(file))["name"]
    change(study, "transcripts/I0004.txt", lambda text: text.replace("Participant: ", f"Participant: {name} said. ", 1))
    outcome = validate(study)
    assert ("TR060", "transcripts/I0004.txt") in found(outcome)
    assert "Decided releases that wait: 1 for open queries, 20 for their transcript." in outcome.said
    words = json.dumps([_trail(study), [(q.where, q.message) for q in outcome.queries], outcome.said])
    assert not any(part in words for part in name.split())


@pytest.mark.real
def test_consent_that_was_declined_or_never_given_blocks(study: Path) -> None:
    with opened(StudyRequest(study=str(study)), "track-consent") as place:
        codes = place.known_trail_codes()
        withdrawn = {**ROW, "scopes": ("transcribe",), "disposition": "keep"}
        subject = (Subject("participant", codes[_of(study, "I0001")]),)
        place.trail.append([Fact("consent.withdrawn", "2016-01-03", subject, data=withdrawn)])
    (study / "restricted/codes/participants" / _of(study, "I0002")).unlink()
    assert {w for c, w in found(validate(study)) if c == "TR050"} == {"transcripts/I0001.vtt", "transcripts/I0002.docx"}


@pytest.mark.real
def test_a_threshold_of_the_study_moves_the_verdict(study: Path) -> None:
    first = run(study)[1]
    change(study, "study.yaml", lambda text: text + "\nchecks: {TR013: {maximum: 0.06}}\n")
    outcome, judged = run(study)
    assert {check for check, _ in found(outcome)} == {"TR013"}
    assert len(found(outcome)) == 4
    assert (len(judged.read), len(first.read)) == (0, 4 + len(first.documents))
    with opened(StudyRequest(study=str(study)), "track-consent") as place:
        subject = (Subject("participant", place.known_trail_codes()[_of(study, "I0001")]),)
        withdrawn = {**ROW, "scopes": ("transcribe",), "disposition": "keep"}
        place.trail.append([Fact("consent.withdrawn", "2016-01-03", subject, data=withdrawn)])
    outcome, judged = run(study)
    assert ("TR050", "transcripts/I0001.vtt") in found(outcome)
    assert dict(judged.read) == {}
    assert [one.file.name for one in judged.files if one.validated] == ["I0001.vtt"]
    assert {one.file.name: one.states["TR013"] for one in judged.files} == dict.fromkeys(KEPT, "failed")


@pytest.mark.real
def test_a_release_needs_the_task_and_a_file_named_after_no_interview_may_go(study: Path) -> None:
    (study / "transcripts/other.txt").write_text("Interviewer: So?\n\nParticipant: Yes.\n")
    change(study, "registers/decisions.csv", lambda text: text.replace(",COO1,", ",EVA1,"))
    outcome = validate(study)
    assert "Refused releases, whose decider does not hold the task release_transcript: 24." in outcome.said
    assert kinds(study, "transcript.released") == []
    (study / "transcripts/other.txt").unlink()
    assert found(validate(study)) == set()


@pytest.mark.real
def test_field_notes_and_documents_are_scanned_too_and_stop_nothing(study: Path) -> None:
    with (study / "restricted/identities.csv").open() as file:
        name = next(csv.DictReader(file))["name"]
    shutil.rmtree(study / "field_notes")
    for folder in ("field_notes", "minutes"):
        (study / folder).mkdir()
    (study / f"field_notes/visit to {name}.txt").write_text(f"{name} was at the door. Call 555-867-5309.\n")
    (study / "minutes/2016-01-20.txt").write_text("The team met and agreed on the next steps.\n")
    (study / "minutes/scan.pdf").write_bytes(b"\x00not a document")
    change(study, "study.yaml", lambda text: text + "\ndocuments: [minutes]\n")
    outcome, judged = run(study)
    about = {(q.check, q.where.partition(",")[0].partition("/")[0]) for q in outcome.queries}
    assert {("TR060", "field_notes"), ("TR062", "field_notes"), ("TR001", "minutes")} <= about
    assert {q.subject.partition(":")[0] for q in outcome.queries} == {"fieldnote"}
    verdicts = {one.file.name[-8:]: one.verdict for one in judged.documents}
    assert verdicts == {f"{name}.txt"[-8:]: "review", "1-20.txt": "passed", "scan.pdf": "unreadable"}
    assert "TR004" not in judged.documents[0].states
    assert kinds(study, "transcript.released") == ["transcript.released"] * 4
    assert kinds(study, "fieldnote.") == ["fieldnote.received"] * 3 + ["fieldnote.validated"] * 3
    assert not any(part in json.dumps([_trail(study), outcome.said]) for part in name.split())
    before = acts(study)
    validate(study)
    assert acts(study) == before
    (study / f"field_notes/visit to {name}.txt").unlink()
    assert {q.where.partition(",")[0] for q in validate(study).queries} == {"minutes/scan.pdf"}


def test_interview_ids_are_read_from_file_names_and_registers_say_what_to_expect(study: Path) -> None:
    (study / "transcripts/.hidden").write_text("x")
    (study / "transcripts/I0001 final.txt").write_text("x")
    (study / "transcripts/I9999.txt").write_text("x")
    with opened(StudyRequest(study=str(study)), "status") as place:
        assert place.protocol.transcripts is not None
        files = {f.name: f for f in transcript_files(place, place.protocol.transcripts)}
        registers = Registers(place)
        faults = {name: registers.expected(file).name_faults for name, file in files.items()}
    assert faults == {**dict.fromkeys(KEPT, 0), "I0001 final.txt": 1, "I9999.txt": 2}
    assert files["I0001 final.txt"].subject == f"transcript:{files['I0001 final.txt'].reference.ref}"


def _of(root: Path, interview: str) -> str:
    with (root / "registers/interviews.csv").open() as file:
        return next(r["participant_ids"] for r in csv.DictReader(file) if r["interview_id"] == interview)


def _trail(root: Path) -> list[str]:
    return [path.read_text() for path in sorted((root / "trail").rglob("*.jsonl"))]
