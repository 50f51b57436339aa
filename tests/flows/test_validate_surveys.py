"""The flow on the first example: each planted defect of its survey, none on the clean variant, no trace of a repeat."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.artifacts import Artifact

from evidence import read_survey
from flows.validate_surveys import ValidateSurveys, validate_surveys
from study import Fact
from study.planted import read_planted
from tasks.request import StudyRequest
from tasks.workspace import opened


def opened_study(study: Path) -> str:
    with opened(StudyRequest(study=str(study)), "open-study", create=True) as place:
        data = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2015-05-01"}
        place.trail.append([Fact("study.opened", place.instant, data=data)])
    return str(study)


@pytest.mark.real
@pytest.mark.usefixtures("prefect_harness")
def test_planted_defects_are_found_and_the_clean_survey_passes(example: Callable[..., Path]) -> None:
    study = example("fsp")
    planted = [p for p in read_planted((study / "planted.yaml").read_bytes()) if p.check.startswith("SV")]
    assert len(planted) >= 5
    request = ValidateSurveys(study=opened_study(study))
    outcome = validate_surveys(request)
    found = {(q.check, q.where.partition(",")[0]) for q in outcome.queries}
    assert {(p.check, p.file) for p in planted} <= found
    assert "1 checked, 0 unchanged" in outcome.said[0]
    comments = read_survey(study / "surveys/staff.sav").frame["comment"].dropna().unique()
    assert len(comments) == 5
    for path in (study / "out").rglob("*.html"):
        page = path.read_text()
        assert not re.search("https?://", page), path
        assert not any(str(comment) in page for comment in comments), path
    shown = Artifact.get("surveys-fsp")
    assert shown is not None
    (row,) = json.loads(str(shown.data))
    assert row["Page"] == "out/surveys/staff.html"
    assert row["What to do"].startswith("Look at what is to review")
    with opened(StudyRequest(study=str(study)), "report-progress") as place:
        recorded = len(place.events())
    again = validate_surveys(request)
    assert {q.fingerprint for q in again.queries} == {q.fingerprint for q in outcome.queries}
    with opened(StudyRequest(study=str(study)), "report-progress") as place:
        assert len(place.events()) == recorded

    clean = validate_surveys(ValidateSurveys(study=opened_study(example("fsp", clean=True))))
    assert clean.queries == ()
    assert clean.said[0].endswith("1 passed.")
