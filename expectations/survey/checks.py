"""The survey checks of every room. Those without a feature here are made for each variable or scale."""

from __future__ import annotations

from expectations.check import Check
from expectations.survey import (
    answer_checks,
    file_checks,
    people_checks,
    respondent_checks,
    scale_checks,
    variable_checks,
)

CHECKS: tuple[Check, ...] = (
    *file_checks.RAISED_BY_CODE,
    *file_checks.FILE,
    *variable_checks.VARIABLES,
    *answer_checks.ANSWERS,
    *respondent_checks.RESPONDENTS,
    *people_checks.CHECKS,
    *scale_checks.CHECKS,
)
