"""What Fieldtrail itself fails to do with one survey costs that survey only, and says nothing of what it held."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from study import StudyError
from tests.tasks.survey_study import PROTOCOL, Study, in_this_process

pytestmark = pytest.mark.real

TWICE = "  - {name: again, file: surveys/staff.csv, dictionary: surveys/staff.dictionary.csv, linkage: anonymous}\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    in_this_process(monkeypatch)
    return Study(tmp_path / "study")


@pytest.mark.parametrize(("name", "kinds"), [("check_answers", 2), ("read_dictionary", 0)])
def test_a_survey_on_which_the_software_fails_is_one_query_and_the_others_go_on(
    study: Study, monkeypatch: pytest.MonkeyPatch, name: str, kinds: int
) -> None:
    study.write("study.yaml", PROTOCOL + TWICE)
    module = "tasks.survey_judgement" if name == "check_answers" else "tasks.survey_files"
    function, failed = getattr(importlib.import_module(module), name), []

    def fails_once(*args: Any) -> Any:
        if failed:
            return function(*args)
        failed.append(True)
        raise OverflowError("the answer of Jane Doe")

    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.{name}", fails_once)
        study.run()
    one, other = study.judged
    assert (one.verdict, [(q.check, q.severity) for q in one.queries]) == ("unreadable", [("SV001", "block")])
    assert "OverflowError" in one.queries[0].message
    assert "report it" in one.queries[0].message
    assert "Jane" not in one.queries[0].message
    assert (len(one.facts), other.verdict) == (kinds, "review")
    study.run()  # whatever it was may have passed
    assert (study.judged[0].is_unchanged, study.judged[0].verdict) == (False, "passed")
    assert study.open_checks() == {"SV009"}


def test_a_fault_of_the_study_and_an_interruption_end_the_run(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (StudyError("no registry"), KeyboardInterrupt()):
        with monkeypatch.context() as patch:
            patch.setattr("tasks.surveys.judge_survey", Mock(side_effect=error))
            with pytest.raises(type(error)):
                study.run()
