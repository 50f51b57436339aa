"""The main job on every example: planted defects found, clean studies clean, a second run silent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.outcome import Outcome
from tasks.request import StudyRequest

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("prefect_harness"), pytest.mark.timeout(600)]
NAMES = ("fsp", "cps", "peer-support")


def main_job(study: Path) -> Outcome:
    from flows.run_study import RunStudy, run_study

    outcome: Outcome = run_study(RunStudy(study=str(study)))
    return outcome


def standing(study: Path) -> dict[str, Any]:
    from tasks.standing import stand
    from tasks.workspace import opened

    with opened(StudyRequest(study=str(study)), "status") as place:
        return stand(place).document()


@pytest.mark.parametrize("name", NAMES)
def test_every_planted_defect_a_check_covers_is_found_and_a_second_run_records_nothing(
    name: str, example: Callable[..., Path]
) -> None:
    study = example(name)
    first = main_job(study)
    assert [s for s in first.said if s.startswith("Missed")] == []
    (report,) = [s for s in first.said if s.startswith("Planted defects: ")]
    found, of = (int(number) for number in re.findall(r"(\d+) of (\d+) found", report)[0])
    assert found >= 0.8 * of > 0
    assert first.blocking > 0
    before = standing(study)
    assert before["trail"]["verdict"] == "PASS"
    second = main_job(study)
    after = standing(study)
    assert after["events"] == before["events"]
    assert after == before
    assert {q.fingerprint for q in second.queries} == {q.fingerprint for q in first.queries}


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_study_raises_no_blocking_query(name: str, example: Callable[..., Path]) -> None:
    study = example(name, clean=True)
    outcome = main_job(study)
    assert [(q.check, q.where, q.message) for q in outcome.queries if q.severity == "block"] == []
    document = standing(study)
    assert document["transcripts"]["blocked"] == document["transcripts"]["unreadable"] == 0
    assert (study / "out/index.html").stat().st_size > 10_000
