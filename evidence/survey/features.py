"""What is measured on a survey file before anything is judged: by answer and by variable.

Every measurement has a unit and is null where it does not apply; no limit is applied here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from evidence.detectors.patterns import Patterns
from evidence.survey.dictionary import Code, DataDictionary, Variable
from evidence.survey.reading import DECLARES_MISSING, LABELLED, Survey
from evidence.survey.skip_logic import holds

SHORTEST_VECTOR = 10
"""Coded answers of a respondent below which an identical respondent says nothing."""
_PATTERNS = Patterns()


@dataclass(frozen=True, slots=True)
class Answers:
    """A survey's answers as its dictionary declares them, over the variables that file and dictionary share.

    `values` holds substantive answers only; `is_missing` marks declared missing codes (refused, don't know),
    `is_unreadable` what is not of the declared type. A null in `values` with neither mark is system-missing.
    """

    values: pd.DataFrame
    is_missing: pd.DataFrame
    is_unreadable: pd.DataFrame

    @property
    def is_blank(self) -> pd.DataFrame:
        return self.values.isna() & ~self.is_missing & ~self.is_unreadable


def answers_as_declared(survey: Survey, dictionary: DataDictionary) -> Answers:
    """Take declared missing codes out, and read text as the numbers and days the dictionary declares."""
    values, missing, unreadable = {}, {}, {}
    for variable in dictionary.variables:
        if variable.name not in survey.frame.columns:
            continue
        column = survey.frame[variable.name]
        codes = {*variable.missing, *survey.dictionary[variable.name].missing}
        missing[variable.name] = _is_one_of(column, codes)
        rest = column.mask(missing[variable.name])
        read = _read_as(variable, rest)
        unreadable[variable.name] = rest.notna() & read.isna()
        values[variable.name] = read
    index = survey.frame.index
    return Answers(*(pd.DataFrame(part, index=index) for part in (values, missing, unreadable)))


def _is_one_of(column: pd.Series, codes: Collection[Code]) -> pd.Series:
    numbers = [code for code in codes if isinstance(code, float)]
    texts = [code for code in codes if isinstance(code, str)]
    found = column.isin(texts)
    if numbers and not pd.api.types.is_datetime64_any_dtype(column):
        found |= pd.to_numeric(column, errors="coerce").isin(numbers)
    return found


def _read_as(variable: Variable, column: pd.Series) -> pd.Series:
    """The column in the declared type; what does not fit becomes null."""
    if variable.type == "date":
        if pd.api.types.is_datetime64_any_dtype(column):
            return column
        text = column.where(column.map(lambda cell: isinstance(cell, str)), None)
        return pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    if variable.is_numeric:
        return pd.to_numeric(column, errors="coerce").astype(float)
    if pd.api.types.is_numeric_dtype(column):
        return column.map(lambda number: None if pd.isna(number) else f"{number:g}").astype(object)
    return column.astype(object).map(lambda cell: None if pd.isna(cell) else str(cell).strip())


def variable_features(
    survey: Survey, dictionary: DataDictionary, answers: Answers, needed: Iterable[str]
) -> pd.DataFrame:
    """One row a variable of the dictionary, of the file, or needed by the protocol, in that order.

    Columns: variable, is_in_file, is_in_dictionary, has_declared_type, has_declared_label,
    value_label_difference_count, missing_code_difference_count, unused_code_count, distinct_count, blank_share.
    """
    names = list(dict.fromkeys([*dictionary.names, *survey.frame.columns, *needed]))
    return pd.DataFrame([_of_variable(name, survey, dictionary, answers) for name in names])


def _of_variable(name: str, survey: Survey, dictionary: DataDictionary, answers: Answers) -> dict[str, object]:
    row: dict[str, object] = {
        "variable": name,
        "is_in_file": name in survey.frame.columns,
        "is_in_dictionary": name in dictionary,
        "has_declared_type": None,
        "has_declared_label": None,
        "value_label_difference_count": None,
        "missing_code_difference_count": None,
        "unused_code_count": None,
        "distinct_count": None,
        "blank_share": None,
    }
    if not (row["is_in_file"] and row["is_in_dictionary"]):
        return row
    declared, written = dictionary[name], survey.dictionary[name]
    values = answers.values[name]
    if survey.format not in ("csv", "xlsx"):
        row["has_declared_type"] = _same_type(declared, written)
    if survey.format in LABELLED:
        row["has_declared_label"] = _same_label(declared.label, written.label)
        if declared.values and declared.type != "multiple":
            row["value_label_difference_count"] = _differences(declared, written)
    if survey.format in DECLARES_MISSING and declared.type != "date":
        row["missing_code_difference_count"] = len(set(declared.missing) ^ set(written.missing))
    if declared.type == "single" and values.notna().any():
        row["unused_code_count"] = len(set(declared.values) - set(values.dropna().unique()))
    shown = holds(declared.show_if, answers.values).fillna(False) if declared.show_if else pd.Series(True, values.index)
    if declared.type != "text" and shown.sum() > 1:
        row["blank_share"] = float(answers.is_blank.loc[shown.astype(bool), name].mean())
    if values.notna().sum() > 1:
        row["distinct_count"] = int(values.nunique())
    return row


def _same_type(declared: Variable, written: Variable) -> bool | None:
    if declared.type == "multiple":
        return None
    if declared.type == "date":
        return written.type in ("date", "text")
    is_number = written.type in ("integer", "decimal") or (written.type == "single" and written.is_numeric)
    return is_number if declared.is_numeric else written.type == "text" or (written.type == "single" and not is_number)


def _same_label(declared: str, written: str) -> bool | None:
    """Labels agree but for white space; a file that cuts labels at its format's limit still agrees."""
    if not declared:
        return None
    one, other = " ".join(declared.split()), " ".join(written.split())
    return one == other or (len(other) >= 78 and one.startswith(other))


def _differences(declared: Variable, written: Variable) -> int:
    """Codes labelled in only one of dictionary and file, or differently in the two."""
    ours = {**declared.values, **declared.missing}
    theirs = {**written.values, **{c: t for c, t in written.missing.items() if t}}
    return sum(" ".join(ours.get(c, "").split()) != " ".join(theirs.get(c, "").split()) for c in {*ours, *theirs})


def row_features(
    answers: Answers, dictionary: DataDictionary, *, key: str | None, start: str | None, end: str | None, today: date
) -> pd.DataFrame:
    """One row a respondent: each variable's answers under its name, and measurements on them.

    Added columns: `<variable>:fraction`, `:whole` (null where there is a fraction), `:days_after_today`,
    `:is_unreadable`, `:is_answered_unshown`, `:contact_count`; `respondent:key_repeat_count`,
    `:identical_count`, `:answered_share`, `:duration_days`.
    """
    columns: dict[str, pd.Series] = {str(name): answers.values[name] for name in answers.values}
    for variable in dictionary.variables:
        if variable.name in answers.values:
            columns |= _of_answers(variable, answers, today, is_key=variable.name == key)
    columns["respondent:answered_share"] = 1 - answers.is_blank.mean(axis=1)
    columns["respondent:identical_count"] = _identical(answers, dictionary)
    columns["respondent:key_repeat_count"] = nothing = pd.Series(np.nan, answers.values.index)
    columns["respondent:duration_days"] = nothing
    if key in answers.values:
        spelled = answers.values[key].astype("string").str.strip().str.casefold()
        columns["respondent:key_repeat_count"] = spelled.map(spelled.value_counts()).astype("Float64") - 1
    if start in answers.values and end in answers.values:
        columns["respondent:duration_days"] = _days(answers.values[end] - answers.values[start])
    return pd.DataFrame(columns, index=answers.values.index)


def _of_answers(variable: Variable, answers: Answers, today: date, *, is_key: bool) -> dict[str, pd.Series]:
    name, values = variable.name, answers.values[variable.name]
    found: dict[str, pd.Series] = {}
    if variable.type != "text":
        found[f"{name}:is_unreadable"] = answers.is_unreadable[name]
    if variable.is_numeric and variable.type != "decimal":
        found[f"{name}:fraction"] = (values % 1).astype(float)
        found[f"{name}:whole"] = values.where(values % 1 == 0)
    if variable.type == "date":
        found[f"{name}:days_after_today"] = _days(values - pd.Timestamp(today)) // 1
    if variable.show_if is not None:
        unshown = ~holds(variable.show_if, answers.values)
        found[f"{name}:is_answered_unshown"] = (values.notna() & unshown).mask(unshown.isna())
    if variable.type == "text" and not is_key:
        found[f"{name}:contact_count"] = values.map(_contacts).astype(float)
    return found


def _contacts(text: object) -> int | None:
    """How many e-mail addresses, phone numbers and the like a text holds."""
    return len(_PATTERNS.find(text)) if isinstance(text, str) else None


def _days(spans: pd.Series) -> pd.Series:
    days: pd.Series = spans.dt.total_seconds() / 86400
    return days


def _identical(answers: Answers, dictionary: DataDictionary) -> pd.Series:
    """How many other respondents gave exactly the same coded and numeric answers; null for few answers."""
    compared = [
        v.name for v in dictionary.variables if v.name in answers.values and (v.is_numeric or v.type == "single")
    ]
    vectors = answers.values[compared]
    if not compared:
        return pd.Series(np.nan, vectors.index)
    counts = vectors.assign(one=1).groupby(compared, dropna=False)["one"].transform("size")
    return (counts - 1).astype(float).where(vectors.notna().sum(axis=1) >= SHORTEST_VECTOR)
