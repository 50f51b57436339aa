"""A survey file judged: the suites its data dictionary and the protocol ask for, over its measurements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from evidence.survey import Survey as SurveyFile
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import Answers, RowTable, row_features, variable_features
from evidence.survey.file_features import file_features
from evidence.survey.linkage import Spellings
from evidence.survey.scale_report import ScaleReport
from evidence.survey.scales import Scale, features_of, scale_reports, scales_of
from expectations.check import Check, Suite
from expectations.survey import (
    answer_checks,
    file_checks,
    people_checks,
    respondent_checks,
    scale_checks,
    variable_checks,
)
from expectations.validate import Validation, validate_full
from study import Protocol
from study.protocol.material import Scale as DeclaredScale
from study.protocol.material import Survey

ROW_KEY = "respondent:row key"
"""The column of the row frame that names a row to the team; no variable may be called so."""
DEFAULT_ALPHA = float(DeclaredScale.model_fields["minimum_alpha"].default)


@dataclass(frozen=True, slots=True)
class SurveyToJudge:
    """A survey file with its answers read as declared, and what other rooms measured on it.

    `links` holds more columns of the row frame, `respondent:<feature>` or `<variable>:<feature>`: what respondents have
    to do with the registry, other waves and so on. `about_file` is more features of the file, by name, with the
    positions of rows under `<feature>:rows`; `about_variables` more features of variables, feature → variable → value.
    `reports` are those of `measured_scales` where they are measured already; `spellings` finds the registered key that
    is meant, where there is a registry.
    """

    spec: Survey
    file: SurveyFile
    dictionary: DataDictionary
    answers: Answers
    links: pd.DataFrame
    about_file: Mapping[str, object] = field(default_factory=dict)
    about_variables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    reports: tuple[ScaleReport, ...] | None = None
    spellings: Spellings | None = None

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scales of protocol and data dictionary."""
        return scales_of(self.spec.scales, self.dictionary, minimum_alpha=DEFAULT_ALPHA)

    def measured_scales(self) -> tuple[ScaleReport, ...]:
        """A report of each scale."""
        if self.reports is not None:
            return self.reports
        sites = self.answers.values.get(self.spec.site) if self.spec.site else None
        return scale_reports(self.scales, self.answers, self.dictionary, sites)

    @property
    def days(self) -> tuple[str, ...]:
        """The columns that study.yaml names for the day somebody answered."""
        return tuple(filter(None, (self.spec.interview_date, self.spec.start, self.spec.end)))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that study.yaml names, and the items of scales."""
        named = filter(None, (self.spec.key, self.spec.site, *self.days, self.spec.wave_column))
        return (*named, *(item for scale in self.scales for item in scale.items))

    @property
    def about_rows(self) -> frozenset[str]:
        """The columns that say of a row what it is, not what was answered."""
        spec = self.spec
        named = (spec.key, spec.site, *self.days, spec.wave_column)
        return frozenset({*filter(None, named), *self.file.row_columns, *self.file.platform_columns})

    def measured_file(self) -> dict[str, object]:
        """Measurements of the file as a whole."""
        return file_features(self.file, self.dictionary, self.answers, self.about_rows)

    def rows(self, today: date) -> RowTable:
        """One row a respondent, measured as of `today`, whose names are in ROW_KEY."""
        spec, index = self.spec, self.answers.index
        parts = {*self.file.row_columns, *([spec.wave_column] if spec.wave_column else [])} - {spec.key}
        measured = row_features(
            self.answers,
            self.dictionary,
            key=spec.key,
            start=spec.start,
            end=spec.end,
            today=today,
            about_rows=self.about_rows,
            parts=[self.file.frame[name] for name in sorted(parts) if name in self.file.frame],
            spellings=self.spellings,
        )
        linked = {str(name): self.links[name] for name in self.links}
        return RowTable(index, {**measured, **linked}, ROW_KEY, self._named)

    def _named(self, positions: Sequence[int]) -> tuple[str, ...]:
        """The keys in these rows; where there is none, the row's number from 1."""
        numbered = tuple(f"row {position + 1}" for position in positions)
        if self.spec.key is None or self.spec.key not in self.answers:
            return numbered
        keys = self.answers.to(self.spec.key)
        written = keys.values.array.take(keys.codes[list(positions)])
        return tuple(n if pd.isna(key) else _shown(key) for key, n in zip(written, numbered, strict=True))


def judge(
    survey: SurveyToJudge, rows: RowTable, *, study: Protocol, ref: str, only: Collection[str] | None = None
) -> tuple[Validation, ...]:
    """The suites over file, variables and answers; `rows` from `SurveyToJudge.rows`, `ref` the file's opaque ref.

    With `only` no other checks than those ids are made, and no suite without any of them.
    """
    spec, file, dictionary = survey.spec, survey.file, survey.dictionary
    about = {"subject": f"survey:{spec.name}", "ref": ref}
    scales = survey.scales
    measured = {
        **about,
        "where": spec.file,
        "is_named_as_its_content": file.format == spec.file.rpartition(".")[2].lower(),
        "row_difference_count": len(file.frame) - spec.rows if spec.rows else None,
        **_named_rows({**survey.measured_file(), **features_of(survey.measured_scales()), **survey.about_file}, rows),
    }
    variables = variable_features(file, dictionary, survey.answers, survey.needed).assign(**about)
    of_protocol = _of_protocol(survey, variables["variable"])
    variables["is_described"], variables["is_declared_day"] = (
        of_protocol["is_described"],
        of_protocol["is_declared_day"],
    )
    is_unnamed = variables["is_in_dictionary"].astype(bool) | ~variables["variable"].isin(survey.needed)
    variables["is_in_dictionary"] = variables["is_in_dictionary"].where(is_unnamed, None)  # SV010 or SV076 says it
    variables.loc[variables["variable"] == spec.wave_column, "distinct_count"] = None  # a wave's number is the same
    for feature, values in survey.about_variables.items():
        variables[feature] = [values.get(name) for name in variables["variable"]]
    variables["rule"] = variables["variable"]
    variables["where"] = spec.file + ", column " + variables["variable"]
    of_file = _file_suite(scales, people_checks.FILE if survey.about_file else ())
    of_variables = _variable_suite(people_checks.VARIABLES if survey.about_variables else ())
    by_subject = {"place": "", "subject_column": "subject"}
    asked = (
        (pd.DataFrame([measured]), of_file, by_subject),
        (variables, of_variables, by_subject),
        (rows, row_suite(dictionary, rows.columns, spec), {"place": ref, "subject_column": None}),
    )
    parts = [(frame, suite if only is None else _part(suite, only), how) for frame, suite, how in asked]
    return tuple(validate_full(frame, suite, study=study, **how) for frame, suite, how in parts if suite.checks)


def _of_protocol(survey: SurveyToJudge, names: Iterable[str]) -> dict[str, list[bool | None]]:
    """By variable: `is_described` in the data dictionary, of those in the file that study.yaml needs, and
    `is_declared_day`, of those it takes days from; null for others."""
    declared = {v.name: v.type for v in survey.dictionary.variables}
    there = set(map(str, survey.file.frame.columns))
    listed = list(names)
    return {
        "is_described": [name in declared if name in survey.needed and name in there else None for name in listed],
        "is_declared_day": [declared[n] == "date" if n in survey.days and n in declared else None for n in listed],
    }


def _part(suite: Suite, only: Collection[str]) -> Suite:
    return replace(suite, checks=tuple(check for check in suite.checks if check.id in only))


def _shown(key: object) -> str:
    """A key as somebody would write it."""
    return f"{key:.0f}" if isinstance(key, float) and key.is_integer() else str(key)


def _named_rows(measured: Mapping[str, object], rows: RowTable) -> dict[str, object]:
    """The same with row keys in place of the positions under `<feature>:rows`."""
    return {
        name: rows.names(value) if name.endswith(":rows") and isinstance(value, tuple) else value
        for name, value in measured.items()
    }


def _file_suite(scales: Iterable[Scale], more: Iterable[Check] = ()) -> Suite:
    """Over the one-row frame of a file's own measurements and those of its scales; `more` when people are measured."""
    of_scales = (check for scale in scales for check in scale_checks.of_scale(scale))
    return Suite("file and scales", (*file_checks.FILE, *more, *of_scales))


def _variable_suite(more: Iterable[Check] = ()) -> Suite:
    """Over the frame of one row a variable; `more` when people are measured."""
    return Suite("variables", (*variable_checks.VARIABLES, *more))


def row_suite(dictionary: DataDictionary, measured: Collection[str], spec: Survey) -> Suite:
    """Over the frame of one row a respondent, whose columns are `measured`: each variable's checks, and RESPONDENTS."""
    of_answers = (
        check
        for variable in dictionary.variables
        if variable.name in measured
        for check in answer_checks.of_variable(variable, is_key=variable.name == spec.key)
    )
    of_people = (
        *(c for v in dictionary.variables for c in people_checks.of_variable(v, is_key=v.name == spec.key)),
        *(replace(c, column=_column(c.feature, spec, people_checks.ABOUT)) for c in people_checks.MEASURED),
    )
    of_respondents = (
        replace(check, column=_column(check.feature, spec, room.ABOUT))
        for room in (respondent_checks, people_checks)
        for check in room.RESPONDENTS
    )
    where_measured = (*answer_checks.of_sets(dictionary.variables), *of_people)
    checks = (*of_answers, *(check for check in where_measured if check.feature in measured), *of_respondents)
    return Suite("answers", checks, subject=f"survey:{spec.name}", file=spec.file, row_key=ROW_KEY)


def _column(feature: str, spec: Survey, about: Mapping[str, str]) -> str:
    """The column of the file a measurement of the respondent is about; `all` when it is about the whole row."""
    field = about.get(feature.removeprefix("respondent:"), "key")
    return "all" if field == "all" else getattr(spec, field) or "all"
