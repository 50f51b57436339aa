"""A survey file judged: the suites its data dictionary and the protocol ask for, over its measurements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import Answers, row_features, variable_features
from evidence.survey.scales import Scale, scale_features, scales_of
from expectations.check import Builder, Check, Suite, in_set, matches, within
from expectations.survey.checks import (
    ALPHA,
    CONTACT,
    FILE,
    FRACTION,
    FUTURE,
    RANGE,
    REQUIRED_KEY,
    RESPONDENTS,
    REVERSAL,
    STRAIGHT,
    UNREADABLE,
    UNSHOWN,
    UNUSABLE,
    VARIABLES,
    WILD,
)
from expectations.validate import Validation, validate_full
from study import Protocol
from study.protocol.material import Scale as DeclaredScale
from study.protocol.material import Survey

ROW_KEY = "row key"
"""The column of the row frame that names a row to the team."""
DEFAULT_ALPHA = float(DeclaredScale.model_fields["minimum_alpha"].default)


@dataclass(frozen=True, slots=True)
class SurveyToJudge:
    """A survey file with its answers read as declared; `links` holds what respondents have to do with the registry."""

    spec: Survey
    file: SurveyFile
    dictionary: DataDictionary
    answers: Answers
    links: pd.DataFrame

    def rows(self, today: date) -> pd.DataFrame:
        """One row a respondent, measured as of `today`, with ROW_KEY."""
        spec, values = self.spec, self.answers.values
        measured = row_features(
            self.answers, self.dictionary, key=spec.key, start=spec.start, end=spec.end, today=today
        )
        numbered = pd.Series([f"row {i}" for i in range(1, len(values) + 1)], values.index, dtype=object)
        keys = values[spec.key].astype(object) if spec.key in values else numbered
        return pd.concat([measured, self.links], axis=1).assign(**{ROW_KEY: keys.where(keys.notna(), numbered)})


def judge(survey: SurveyToJudge, rows: pd.DataFrame, *, study: Protocol, ref: str) -> tuple[Validation, ...]:
    """The suites over file, variables and answers; `rows` from `SurveyToJudge.rows`, `ref` the file's opaque ref."""
    spec, file, dictionary = survey.spec, survey.file, survey.dictionary
    about = {"subject": f"survey:{spec.name}", "ref": ref}
    scales = scales_of(spec.scales, dictionary, minimum_alpha=DEFAULT_ALPHA)
    measured = {
        **about,
        "where": spec.file,
        "is_named_as_its_content": file.format == spec.file.rpartition(".")[2].lower(),
        "row_difference_count": len(file.frame) - spec.rows if spec.rows else None,
        **_named_rows(scale_features(scales, survey.answers, dictionary), rows[ROW_KEY]),
    }
    needed = [c for c in (spec.key, spec.site, spec.interview_date, spec.start, spec.end) if c]
    needed += [item for scale in scales for item in scale.items]
    variables = variable_features(file, dictionary, survey.answers, needed).assign(**about)
    variables["rule"] = variables["variable"]
    variables["where"] = spec.file + ", column " + variables["variable"]
    suite = row_suite(dictionary, rows.columns, spec)
    return (
        validate_full(pd.DataFrame([measured]), file_suite(scales), study=study, subject_column="subject"),
        validate_full(variables, variable_suite(), study=study, subject_column="subject"),
        validate_full(rows, suite, study=study, place=ref),
    )


def _named_rows(measured: Mapping[str, object], keys: pd.Series) -> dict[str, object]:
    """The same with row keys in place of the positions under `<feature>:rows`."""
    return {
        name: tuple(keys.iloc[list(value)]) if name.endswith(":rows") and isinstance(value, tuple) else value
        for name, value in measured.items()
    }


def file_suite(scales: Iterable[Scale]) -> Suite:
    """Over the one-row frame of a file's own measurements and those of its scales."""
    return Suite("file and scales", (*FILE, *(check for scale in scales for check in _of_scale(scale))))


def variable_suite() -> Suite:
    """Over the frame of one row a variable."""
    return Suite("variables", VARIABLES)


def row_suite(dictionary: DataDictionary, measured: Collection[str], spec: Survey) -> Suite:
    """Over the frame of one row a respondent, whose columns are `measured`: each variable's checks, and RESPONDENTS."""
    of_variables = (check for v in dictionary.variables for check in _of_variable(v, v.name == spec.key))
    of_respondents = (replace(check, column=_column(check.feature, spec)) for check in RESPONDENTS)
    checks = (*(check for check in of_variables if check.feature in measured), *of_respondents)
    return Suite("answers", checks, subject=f"survey:{spec.name}", file=spec.file, row_key=ROW_KEY)


def _column(feature: str, spec: Survey) -> str:
    """The column of the file a measurement of the respondent is about; `all` when it is about the whole row."""
    about = {"duration_days": spec.end, "answered_share": "all", "identical_count": "all"}
    about["is_at_registered_site"] = spec.site
    return about.get(feature.removeprefix("respondent:"), spec.key) or "all"


def _of_variable(variable: Variable, is_key: bool) -> Iterator[Check]:
    """The checks a variable's dictionary row asks for."""

    def on(check: Check, measurement: str = "", expectation: Builder | None = None) -> Check:
        feature = f"{variable.name}:{measurement}" if measurement else variable.name
        return replace(check, feature=feature, column=variable.name, expectation=expectation or check.expectation)

    if is_key:
        yield on(REQUIRED_KEY)
    if variable.type == "single" and variable.is_numeric:
        yield on(WILD, "whole", in_set(*variable.values))
    elif variable.type == "single":
        yield on(WILD, "", in_set(*variable.values))
    if variable.type == "multiple":
        codes = "|".join(f"{code:g}" if isinstance(code, float) else re.escape(code) for code in variable.values)
        yield on(WILD, "", matches(rf"(?:{codes})(?:\s*;\s*(?:{codes}))*"))
    if variable.range is not None:
        yield on(RANGE, "", within(*variable.range))
    if variable.is_numeric and variable.type != "decimal":
        yield on(FRACTION, "fraction")
    if variable.type == "date":
        yield on(FUTURE, "days_after_today")
    if variable.type != "text":
        yield on(UNREADABLE, "is_unreadable")
    elif not is_key:
        yield on(CONTACT, "contact_count")
    if variable.show_if is not None:
        yield on(UNSHOWN, "is_answered_unshown")


def _of_scale(scale: Scale) -> Iterator[Check]:
    yield replace(UNUSABLE, feature=f"unusable_item_count:{scale.name}", column=scale.name)
    yield replace(
        ALPHA, feature=f"alpha:{scale.name}", column=scale.name, expectation=within(scale.minimum_alpha, None)
    )
    yield replace(STRAIGHT, feature=f"straight_line_share:{scale.name}", column=scale.name)
    for item in scale.items:
        yield replace(REVERSAL, feature=f"reversal_gain:{item}", column=item)
