"""The checks on people: each threshold of study.yaml changes the verdict, and what does not apply is not passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from evidence.survey.dictionary import Variable
from expectations.check import Suite
from expectations.survey import people_checks
from expectations.validate import validate_full
from study import Protocol

pytestmark = pytest.mark.real

DEFECTIVE: dict[str, object] = {
    "respondent:is_registered": False,
    "respondent:has_consent": False,
    "respondent:is_withdrawn": True,
    "respondent:is_spelled_as_registered": False,
    "respondent:is_at_registered_site": False,
    "respondent:is_of_declared_wave": False,
    "respondent:days_outside_fieldwork": 3.0,
    "respondent:cell_count": 4.0,
    "shared_rows_share": 0.6,
    "response_rate": 0.4,
    "response_rate_change": -0.2,
    "uninvited_count": 2,
    "completed_without_row_count": 1,
    "lost_count": 3,
    "wave_difference_count": 1,
    "participant_code_share": 0.9,
    "identifies_outside_restricted": True,
    "note:contact_count": 1.0,
    "note:name_count": 2.0,
    "note:differs_from_wave_before": True,
}
LENIENT = """
disclosure: {k: 4}
checks:
  SV008: {maximum: 3}
  SV009: {maximum: 0.6}
  SV036: {minimum: 0.4}
  SV039: {minimum: -0.2}
  SV047: {maximum: 3}
  SV049: {maximum: 0.9}
"""
WITH_THRESHOLDS = {"SV008", "SV009", "SV036", "SV039", "SV047", "SV049", "SV052"}


def states(study: Protocol, measured: dict[str, object]) -> dict[str, str]:
    note = Variable("note", is_constant=True)
    checks = (
        *people_checks.of_variable(note, is_key=False),
        *(c for c in people_checks.CHECKS if c.feature),
    )
    listed = {(check.id, check.feature): replace(check, column="") for check in checks}
    frame = pd.DataFrame([measured]).astype(object).infer_objects()
    suite = Suite("people", tuple(listed.values()), subject="survey:staff", file="surveys/staff.csv")
    return {result.check: result.state for result in validate_full(frame, suite, study=study).results}


def test_every_defect_is_found_and_every_threshold_of_study_yaml_changes_the_verdict(
    protocol_with: Callable[[str], Protocol],
):
    found = states(protocol_with(""), DEFECTIVE)
    assert set(found) == {check.id for check in people_checks.CHECKS if check.expectation}
    assert set(found.values()) == {"failed"}
    lenient = states(protocol_with(LENIENT), DEFECTIVE)
    assert {check for check, state in lenient.items() if state == "passed"} == WITH_THRESHOLDS


def test_what_does_not_apply_is_not_applicable_and_what_is_missing_unchecked(study: Protocol):
    assert set(states(study, dict.fromkeys(DEFECTIVE)).values()) == {"not_applicable"}
    assert set(states(study, {"other": 1}).values()) == {"unchecked"}
