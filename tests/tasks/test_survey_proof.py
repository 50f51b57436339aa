"""What `fieldtrail check` says of a study's surveys before a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from study import load_protocol
from tasks.survey_proof import SurveyProof, survey_proof
from tests.tasks.survey_study import DICTIONARY, PROTOCOL, SOUND, Study, in_this_process

DECLARED = "linkage: coded, key: pid, scales: [{name: calm, items: [q1, q2]}], distribution: surveys/list.csv"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    in_this_process(monkeypatch)
    return Study(tmp_path / "study")


def proof(study: Study) -> SurveyProof:
    return survey_proof(study.root, load_protocol(study.root))


def test_a_sound_survey_is_said_in_a_sentence(study: Study) -> None:
    checks = "id,severity,rule,on,title,reason,message\nadult,block,age >= 18,age,,,No.\n"
    study.write("surveys/staff.checks.csv", checks)
    found = proof(study)
    assert found.faults == ()
    [said] = found.said
    assert said.startswith("surveys/staff.csv (csv) has ")
    assert said.endswith("2 variables, 2 in its data dictionary; 1 check of the team's own.")


def test_what_the_protocol_names_and_the_file_lacks_is_a_fault_by_its_place(study: Study) -> None:
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", DECLARED))
    study.write("surveys/staff.csv", SOUND.replace("age", "agee").replace("q1", "Pid,q1", 1).replace("\n", "\n,"))
    study.write("surveys/staff.checks.csv", "id,severity,rule,message\nx,loud,age > 1,No.\n")
    said = {fault.where: str(fault) for fault in proof(study).faults}
    assert set(said) == {
        "study.yaml, surveys.0.distribution",
        "study.yaml, surveys.0.key",
        "study.yaml, surveys.0.scales.0.items",
        "surveys/staff.dictionary.csv",
        "surveys/staff.checks.csv, row 2, column severity",
    }
    assert said["study.yaml, surveys.0.key"].endswith("has no column pid. Did you mean Pid?")
    assert "has no column age" in said["surveys/staff.dictionary.csv"]


def test_a_file_that_is_not_there_or_not_readable_and_a_faulty_dictionary(study: Study) -> None:
    (study.root / "surveys/staff.csv").unlink()
    assert [f.where for f in proof(study).faults] == ["study.yaml, surveys.0.file"]
    study.write("surveys/staff.csv", "<html></html>")
    study.write("surveys/staff.dictionary.csv", DICTIONARY.replace("single", "choice"))
    found = proof(study)
    assert found.said == ()
    assert [f.where for f in found.faults] == ["surveys/staff.csv", "surveys/staff.dictionary.csv, row 2, column type"]


def test_a_table_without_names_is_one_fault_without_any_of_its_cells(study: Study) -> None:
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous", "linkage: coded, key: Zebulo"))
    study.write("surveys/staff.csv", "Zebulon,4711\n1,30\n")
    found = proof(study)
    [fault] = found.faults
    assert (fault.where, found.said) == ("surveys/staff.csv", ())
    assert "is the header row missing?" in str(fault)
    assert "Zebulon" not in str(fault)
