"""`fieldtrail dictionary`: REDCap's dictionary made ours, a survey file described, nothing written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from cli.main import app
from evidence.survey.dictionary import read_dictionary
from study.protocol.material import Survey

REDCAP = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations,branching_logic,field_annotation\n"
    "record_id,staff,text,Record,,,\n"
    'mood,staff,radio,Mood,"1, Low | 2, High",,\n'
    "why,staff,notes,Why,,[user-name] = 'x',@NOMISSING\n"
    "what,staff,checkbox,What,\"1, Rest\",[mood] = '1',\n"
)


def run(*words: object):
    return CliRunner().invoke(app, ["dictionary", *map(str, words)])


def pasted(output: str) -> Survey:
    """The lines to paste, read as study.yaml reads them."""
    lines = [line for line in output.splitlines() if line.startswith(("  - ", "    "))]
    (entry,) = YAML(typ="safe").load("\n".join(lines))
    return Survey.model_validate(entry)


@pytest.fixture
def redcap(tmp_path: Path) -> Path:
    file = tmp_path / "Staff DD.csv"
    file.write_text(REDCAP, encoding="utf-8")
    return file


def test_redcaps_dictionary_becomes_ours_and_what_is_left_out_is_said(redcap: Path):
    result = run(redcap, "--missing", "-9=Refused;UNK=Unknown")
    assert result.exit_code == 0, result.output
    assert "describes 4 variables" in result.output
    assert "Left out: Staff DD.csv, row 4, column branching_logic: cannot be read here: [user-name]" in result.output
    made = read_dictionary((redcap.parent / "Staff DD.dictionary.csv").read_bytes(), "made")
    assert made.faults == ()
    assert made.names == ("record_id", "mood", "why", "what___1")
    assert made["mood"].missing == {-9.0: "Refused", "UNK": "Unknown"}
    assert made["why"].missing == made["what___1"].missing == {}
    assert pasted(result.output).dictionary == "surveys/Staff DD.dictionary.csv"


def test_a_dictionary_that_is_there_is_kept_unless_forced(redcap: Path):
    target = redcap.parent / "made.csv"
    target.write_text("somebody's work", encoding="utf-8")
    refused = run(redcap, "--to", target)
    assert (refused.exit_code, target.read_text(encoding="utf-8")) == (3, "somebody's work")
    assert "somebody may have worked on it" in refused.output
    assert run(redcap, "--to", target, "--force").exit_code == 0
    assert target.read_bytes().startswith("﻿variable".encode())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("absent.sav",), 3, "the file cannot be read"),
        (("DD", "--to", "made.xlsx"), 2, "ends in .csv"),
        (("DD", "--missing", "Refused"), 2, "is not code=label"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(redcap: Path, words: tuple[str, ...], code: int, said: str):
    result = run(*(str(redcap) if word == "DD" else word for word in words))
    assert result.exit_code == code
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.real
def test_a_survey_file_is_described_with_the_lines_for_its_study(tmp_path: Path):
    (tmp_path / "study.yaml").touch()
    folder = tmp_path / "surveys"
    folder.mkdir()
    rows = "".join(f"P{n:03},S0{n % 3},2026-03-{n:02},{n % 5}\n" for n in range(1, 29))
    (folder / "Staff 2026.csv").write_text(f"resp_code,site,answered,q1\n{rows}", encoding="utf-8")
    result = run(folder / "Staff 2026.csv")
    assert result.exit_code == 0, result.output
    assert "guessed from the answers" in result.output
    assert "P001" not in result.output
    survey = pasted(result.output)
    assert (survey.name, survey.file) == ("staff_2026", "surveys/Staff 2026.csv")
    assert (survey.key, survey.site, survey.interview_date) == ("resp_code", "site", "answered")
    made = read_dictionary((tmp_path / survey.dictionary).read_bytes(), survey.dictionary)
    assert [v.type for v in made.variables] == ["text", "text", "date", "integer"]
