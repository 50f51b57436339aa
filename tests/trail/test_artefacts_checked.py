"""Every file a study's trail names, checked by the verifier as an auditor on the premises would: on the first example.

Each test changes one thing about the files and states the verdict: as recorded, altered, missing, or erased.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from recruitment.facts import consent_facts
from study import Fact, Subject
from tasks.erasure import finish_pending
from tasks.field_notes import field_note_facts
from tasks.opening import amendment_facts, opening_facts
from tasks.recruitment import tracked_recruitment
from tasks.registers import read_registers
from tasks.sealing import seal_new
from tasks.withdrawing import Withdrawal, withdrawal_facts
from tasks.workspace import StudyRequest, Workspace, opened
from trail import Verdict, verify

pytestmark = pytest.mark.real

EXAMPLE = Path(__file__).parents[2] / "examples/fsp/study"
REGISTER, CODINGS, NOTE = "registers/recruitment.csv", "analysis/codings.csv", "field_notes/S011.txt"


@contextmanager
def at(study: Path) -> Iterator[Workspace]:
    """The study opened, and what was recorded sealed afterwards."""
    request = StudyRequest(study=str(study), acting="COO1")
    with opened(request, "track-recruitment", create=True) as place:
        yield place
    with opened(request, "seal-trail") as place:
        seal_new.fn(place)


def record_everything(study: Path) -> None:
    """Protocol, forms, guides, frame, consents, register, field notes and a coded transcript, as the flows do."""
    with at(study) as place:
        place.trail.append(opening_facts.fn(place))
        place.trail.append(amendment_facts.fn(place))
        registers = read_registers.fn(place)
        rows, today = registers.frames["consent"], place.today.isoformat()
        consents = consent_facts(rows, place.events(), registers.codes, place.protocol, today=today)
        tracked = tracked_recruitment.fn(place, registers)
        place.trail.append([*consents.facts, *tracked.facts, *field_note_facts(place)])
        path = next(s.key for s in place.files.list("transcripts/") if "I0001" in s.key)
        transcript, codings = (place.reference(p, place.files.get(p), personal=True) for p in (path, CODINGS))
        about = (Subject("transcript", "I0001"),)
        data = {"codebook": "1", "segments": 1, "coders": ("RES1",), "rejected": 0, "inputs": "0" * 64}
        place.trail.append(
            [
                Fact("transcript.received", place.instant, about, generated=(transcript,), data={"format": "docx"}),
                Fact("coding.imported", place.instant, about, used=(codings, transcript), data=data),
            ]
        )
        theme = {"packet": "MC-I0001", "theme": "T1", "change": "made"}
        who = (Subject("participant", place.trail_code("P001")),)
        resolved = Fact("member_check.resolved", "2016-05-09", who, data=theme)
        place.trail.append([place.with_record(resolved, {"reason": "as they said"})])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("recorded") / "fsp")
    record_everything(study)
    return study


@pytest.fixture
def study(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recorded, tmp_path / "fsp"))


def checked(study: Path) -> Verdict:
    return verify(study / "trail", study / "trail.vkey", artefacts=study, keys=study / "restricted")


def ref_of(study: Path, path: str) -> str:
    with opened(StudyRequest(study=str(study)), "status") as place:
        return place.codes.known_ref(path)


def faults(verdict: Verdict) -> list[tuple[str, str]]:
    return [(fault.split()[0], fault.split()[1]) for fault in verdict.faults]


def test_what_was_recorded_is_there_as_it_was(study: Path) -> None:
    assert checked(study).faults == ()
    record_everything(study)
    assert checked(study).faults == ()


def test_a_file_altered_or_gone_is_named_by_its_ref_and_restored_is_as_it_was(study: Path) -> None:
    note, held = ref_of(study, NOTE), (study / NOTE).read_bytes()
    (study / NOTE).write_bytes(held.replace(b"a", b"b", 1))
    assert faults(checked(study)) == [("ARTEFACT_ALTERED", note)]
    (study / NOTE).unlink()
    assert faults(checked(study)) == [("ARTEFACT_MISSING", note)]
    (study / NOTE).write_bytes(held)
    (study / "restricted/keys" / f"{note}.key").unlink()
    assert faults(checked(study)) == [("ARTEFACT_MISSING", note)]


@pytest.mark.parametrize(
    ("path", "more"),
    [(REGISTER, "P900,S003,peer,identified,2016-01-05,,\n"), ("study.yaml", "# looked through\n")],
)
def test_what_people_changed_is_altered_until_a_run_has_read_it(study: Path, path: str, more: str) -> None:
    ref = ref_of(study, path)
    with open(study / path, "a") as file:
        file.write(more)
    assert faults(checked(study)) == [("ARTEFACT_ALTERED", ref)]
    record_everything(study)
    assert checked(study).faults == ()


def test_what_was_erased_is_said_with_its_event_and_what_was_rewritten_is_as_recorded(study: Path) -> None:
    asked = Withdrawal("P001", date(2016, 6, 1), (), "delete")
    with at(study) as place:
        place.trail.append(withdrawal_facts.fn(place, asked))
        finish_pending(place)
        (erased,) = place.events(["erasure.executed"])
    refs = erased.data["refs"]
    verdict = checked(study)
    assert verdict.faults == ()
    assert len(refs) == 2  # the transcript, and the reason that was recorded
    said = [note for note in verdict.notes if " erased (event " in note]
    assert sorted(note.split()[0] for note in said) == sorted(refs)
    assert {g.ref for g in erased.generated} == {ref_of(study, REGISTER), ref_of(study, CODINGS)}
    record_everything_but_the_person(study)
    assert checked(study).faults == ()
    with open(study / CODINGS, "a") as file:
        file.write("I0002,RES1,relief,1,1,added afterwards\n")
    assert faults(checked(study)) == [("ARTEFACT_ALTERED", ref_of(study, CODINGS))]


def record_everything_but_the_person(study: Path) -> None:
    """The next run: the register reads the same for everybody else, and its new digest is recorded."""
    with at(study) as place:
        registers = read_registers.fn(place)
        facts = tracked_recruitment.fn(place, registers).facts
        assert [fact.kind for fact in facts] == ["recruitment.tallied"]
        place.trail.append(facts)
