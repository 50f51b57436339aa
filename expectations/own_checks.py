"""A team's own checks of its survey, judged as every other check is: one column a rule, by Great Expectations.

`evidence.survey.own_checks` reads them and says of each respondent whether a rule holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from evidence.survey.answers import Answers
from evidence.survey.coded import RowTable
from evidence.survey.own_checks import OwnCheck, rule_columns
from evidence.survey.skip_logic import variables_of
from expectations.check import Check, Suite, is_true, raised_by_code
from expectations.survey.suites import ROW_KEY
from expectations.validate import Validation, validate_full
from study import Protocol, StudyError
from study.protocol.material import Survey
from study.query import Severity

SUITE = "own checks"
IDS: dict[Severity, str] = {"block": "SV090", "review": "SV091", "inform": "SV092"}
_WHY = "Only the team knows what can be true of its own questions."
CHECKS = raised_by_code(
    ("SV090", "block", "A check of the team's own holds (severity block)", _WHY),
    ("SV091", "review", "A check of the team's own holds (severity review)", _WHY),
    ("SV092", "inform", "A check of the team's own holds (severity inform)", _WHY),
    ("SV093", "block", "The team's own checks are there and without fault", "A check that is not made passes."),
)


def own_suite(checks: Sequence[OwnCheck], spec: Survey) -> Suite:
    """One check for each of the team's, over the row frame with the columns of `rule_columns`."""
    built = tuple(
        Check(
            IDS[own.severity],
            own.severity,
            own.feature,
            is_true,
            title=own.title,
            reason=own.reason,
            message=own.message if "{" in own.message else f"{own.message} ({{rows}})",
        )
        for own in checks
    )
    return Suite(SUITE, built, subject=f"survey:{spec.name}", file=spec.file, row_key=ROW_KEY)


def judge_own(
    checks: Sequence[OwnCheck], answers: Answers, rows: RowTable, spec: Survey, *, study: Protocol, ref: str
) -> Validation:
    """The team's checks over the answers; `rows` knows each row's name, `ref` is the file's opaque ref.

    One query a check, whose fingerprint rests on the check's id. StudyError when a check was lost on the way.
    """
    asked_about = {name for own in checks for name in variables_of(own.rule) if name in answers}
    values = {name: answers.to(name).coded.whole(answers.index) for name in sorted(asked_about)}
    held = rule_columns(checks, pd.DataFrame(values, index=answers.index))
    frame = RowTable(answers.index, {str(name): held[name] for name in held}, ROW_KEY, rows.names)
    validation = validate_full(frame, own_suite(checks, spec), study=study, place=ref)
    if not frame.empty and [r.feature for r in validation.results] != [own.feature for own in checks]:
        raise StudyError("a check of the team's own was lost", remedy="This is a fault in fieldtrail: report it.")
    asked = [own for own, r in zip(checks, validation.results, strict=False) if r.state in ("failed", "unchecked")]
    placed = [replace(query, where=_where(spec, own)) for query, own in zip(validation.queries, asked, strict=False)]
    return replace(validation, queries=tuple(placed) if validation.results else validation.queries)


def _where(spec: Survey, own: OwnCheck) -> str:
    return f"{spec.file}, column {own.on}, check {own.id}" if own.on else f"{spec.file}, check {own.id}"
