"""Every check there is, by id: what it looks at, how severe it is and why it is made.

A check without an expectation is raised by the code of its room; the others are judged by `expectations.validate`.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.checks import ANALYSIS_CHECKS
from expectations import own_checks, registers, survey, transcripts
from expectations.check import Check, raised_by_code
from expectations.validate import ENGINE_CHECKS
from sampling.checks import SAMPLING_CHECKS
from study.decisions import DECISION_CHECKS
from trustworthiness.audit_visit import AUDIT_CHECKS
from trustworthiness.checklists.statements import DOSSIER_CHECKS
from trustworthiness.checks import MEMBER_CHECKS


def _by_id(tables: Iterable[Iterable[Check]]) -> dict[str, Check]:
    """One dictionary of all tables; ValueError when two checks have one id."""
    found: dict[str, Check] = {}
    for check in (check for table in tables for check in table):
        if check.id in found:
            raise ValueError(f"two checks are called {check.id}")
        found[check.id] = check
    return dict(sorted(found.items()))


CATALOGUE: dict[str, Check] = _by_id(
    (
        ENGINE_CHECKS,
        transcripts.CHECKS,
        transcripts.ELSEWHERE,
        survey.CHECKS,
        own_checks.CHECKS,
        registers.CHECKS,
        raised_by_code(*DECISION_CHECKS),
        raised_by_code(*SAMPLING_CHECKS),
        raised_by_code(*ANALYSIS_CHECKS),
        raised_by_code(*MEMBER_CHECKS),
        raised_by_code(*AUDIT_CHECKS),
        raised_by_code(*DOSSIER_CHECKS),
    )
)
