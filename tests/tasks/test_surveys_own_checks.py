"""A team's own checks of its survey in a study: judged with the others, and none passed over in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tasks.survey_study import DICTIONARY, PROTOCOL, Study, in_this_process

pytestmark = pytest.mark.real

HEADER = "id,severity,rule,on,title,reason,message\n"
NO_MINORS = "adult,block,age >= 21,age,Staff are of age,,Ask the site in {rows}.\n"
UNSURE = "sure,inform,q1 == 2,,,,They were not sure.\n"
ANSWERS = "q1,age\n1,19\n2,\n2,20\n2,40\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    in_this_process(monkeypatch)
    study = Study(tmp_path / "study")
    study.write("study.yaml", PROTOCOL + "checks: {SV026: {maximum: 1}}\n")
    study.write("surveys/staff.csv", ANSWERS)
    return study


def test_each_own_check_is_a_query_of_its_own_and_goes_when_it_holds(study: Study) -> None:
    study.write("surveys/staff.checks.csv", HEADER + NO_MINORS + UNSURE)
    judged, outcome = study.run()
    assert [(q.check, q.severity, q.where, q.message, q.rows) for q in judged.queries] == [
        ("SV090", "block", "surveys/staff.csv, column age, check adult", "Ask the site in 2 rows.", ("row 1", "row 3")),
        ("SV092", "inform", "surveys/staff.csv, check sure", "They were not sure. (1 row)", ("row 1",)),
    ]
    assert judged.verdict == "blocked"
    [suite] = [suite for suite in judged.docs.suites if suite.name == "own checks"]
    assert [(c.title, c.column, c.state) for c in suite.checks] == [
        ("Staff are of age", "age", "failed"),
        ("sure", "all columns", "failed"),
    ]
    assert study.run()[0].is_unchanged
    study.write("surveys/staff.checks.csv", HEADER + NO_MINORS.replace("21", "18") + UNSURE)
    judged, outcome = study.run()
    assert study.open_checks() == {"SV092"}
    assert outcome.said[1] == "Queries on surveys: 0 new, 1 still open, 1 resolved, 0 set aside."
    study.write("surveys/staff.checks.csv", HEADER + NO_MINORS + UNSURE)
    study.run()
    opened = [e for e in study.events() if e.kind == "query.opened" and e.data["check"] == "SV090"]
    assert sorted(e.data["occurrence"] for e in opened) == [1, 2]


def test_a_faulty_row_blocks_by_row_and_column_and_the_sound_rows_are_judged(study: Study) -> None:
    study.write("surveys/staff.checks.csv", HEADER + NO_MINORS + "two,review,agee > 1,,,,No.\n")
    judged, _ = study.run()
    said = {q.check: (q.where, q.message) for q in judged.queries}
    assert set(said) == {"SV090", "SV093"}
    assert said["SV093"][0] == "surveys/staff.checks.csv, row 3, column rule"
    assert said["SV093"][1].endswith("Did you mean age?")
    assert any(line.startswith("SV093") for line in judged.docs.raised)


def test_a_file_that_study_yaml_names_and_a_rule_nobody_can_evaluate_do_not_pass(study: Study) -> None:
    named = "linkage: anonymous, checks: surveys/ours.csv}"
    study.write("study.yaml", PROTOCOL.replace("linkage: anonymous}", named) + "checks: {SV026: {maximum: 1}}\n")
    judged, _ = study.run()
    assert [(q.check, q.where) for q in judged.queries] == [("SV093", "surveys/ours.csv")]
    study.write("surveys/staff.dictionary.csv", DICTIONARY + "word,Word,text,,,\n")
    study.write("surveys/staff.csv", ANSWERS.replace("q1,age", "q1,age,word").replace("40\n", "40,yes\n"))
    study.write("surveys/ours.csv", HEADER + "odd,review,word > 3,word,,,No.\n")
    judged, _ = study.run()
    [query] = [q for q in judged.queries if q.check == "SV091"]
    assert "Could not be checked" in query.message


def test_what_is_kept_of_the_last_judgement_is_counts(study: Study) -> None:
    study.run()
    kept = json.loads((study.root / "restricted/readings/surveys/staff.json").read_text())
    assert kept["now"]["rows"] == 4
    assert kept["now"]["variables"]["q1"] == {"answered": 4, "missing": 0, "blank": 0, "codes": {"1": 1, "2": 3}}
    assert kept["now"]["variables"]["age"] == {"answered": 3, "missing": 0, "blank": 1, "codes": {}}
    study.write("surveys/staff.csv", ANSWERS + "1,50\n")
    judged, outcome = study.run()
    assert judged.history.rows_added == 1
    assert outcome.said[2] == "Survey staff: passed, no open query; since the last check 1 row more."
    (study.root / "restricted/readings/surveys/staff.json").write_text("{")
    judged, outcome = study.run()
    assert (judged.is_unchanged, judged.history) == (True, None)
