"""A data dictionary proposed from a survey file: what the file says of its variables, and types guessed from answers.

Ranges stay open, and no scale, condition or calculation is made up: those are for people to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from evidence.survey.contents import Survey
from evidence.survey.dictionary_model import Code, DataDictionary, Type, Variable, code_of

GUESSED = ("csv", "xlsx")
"""Formats that do not say of what type a variable is."""
_TICKED: dict[Code, str] = {1.0: "Checked", 0.0: "Unchecked"}
LONGEST_NUMBER = 15
"""Digits beyond which a number is a number of something, such as a phone, and read as text."""
_PLAIN_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
_DAY = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"


def propose(survey: Survey) -> DataDictionary:
    """The dictionary of a file: labels, values and missing codes as the file has them."""
    return DataDictionary(tuple(_proposed(variable, survey) for variable in survey.dictionary.variables))


def _proposed(variable: Variable, survey: Survey) -> Variable:
    column = survey.frame[variable.name] if variable.name in survey.frame else pd.Series(dtype=object)
    answers = substantive(column, variable.missing)
    kind = variable.type
    if variable.set and not variable.values and {code_of(str(answer)) for answer in answers.unique()} <= set(_TICKED):
        return replace(variable, type="single", values=_TICKED, label=_one_line(variable.label))
    if survey.format in GUESSED and not variable.values and kind == "text":
        kind = _guessed_type(answers)
    elif kind == "decimal" and _is_whole(answers):
        kind = "integer"
    elif kind == "single" and _is_measured(answers, variable.values):
        kind = "integer" if _is_whole(answers) else "decimal"
    elif kind == "text" and variable.values:
        kind = "single"
    return replace(
        variable,
        type=kind,
        label=_one_line(variable.label),
        values=_labels(variable.values),
        missing=_labels(variable.missing),
    )


def substantive(column: pd.Series, missing: Mapping[Code, str]) -> pd.Series:
    """The answers without blanks and without declared missing codes."""
    filled = column.dropna()
    texts = [code for code in missing if isinstance(code, str)]
    numbers = [code for code in missing if isinstance(code, float)]
    if texts:
        filled = filled[~filled.isin(texts)].infer_objects()
    if numbers and not pd.api.types.is_datetime64_any_dtype(filled):
        filled = filled[~pd.to_numeric(filled, errors="coerce").isin(numbers)]
    return filled


def _guessed_type(answers: pd.Series) -> Type:
    """The type of answers of which the file says nothing; a number with leading zeros or many digits is text."""
    if pd.api.types.is_datetime64_any_dtype(answers):
        return "date"
    if pd.api.types.is_numeric_dtype(answers):
        return "integer" if _is_whole(answers) else "decimal"
    distinct = pd.Series(answers.unique()).astype("string").str.strip()
    if distinct.empty:
        return "text"
    if (
        distinct.str.fullmatch(_DAY).all()
        and pd.to_datetime(distinct, errors="coerce", format="ISO8601", utc=True).notna().all()
    ):
        return "date"
    if distinct.str.fullmatch(_PLAIN_NUMBER).all() and distinct.str.len().max() <= LONGEST_NUMBER:
        return "decimal" if distinct.str.contains(".", regex=False).any() else "integer"
    return "text"


def unlabelled_codes(answers: pd.Series, values: Mapping[Code, str]) -> set[Code]:
    """Codes that occur and have no label; where codes are numbers, a text written as a number is one."""
    are_numbers = any(isinstance(code, float) for code in values)
    return {_as_code(answer, are_numbers) for answer in answers.unique()} - set(values)


def _is_measured(answers: pd.Series, values: Mapping[Code, str]) -> bool:
    """Whether labels only name some of the numbers: the ends of a rating, or 99 "99 or more" of an age."""
    labelled = [code for code in values if isinstance(code, float)]
    if len(labelled) < len(values) or not pd.api.types.is_numeric_dtype(answers):
        return False
    unlabelled = [code for code in unlabelled_codes(answers, values) if isinstance(code, float)]
    between = len(unlabelled) > 1 and min(labelled) < min(unlabelled) and max(unlabelled) < max(labelled)
    return len(unlabelled) > max(len(labelled), 5) or (between and len(labelled) <= 3)


def _as_code(answer: object, is_number: bool) -> Code:
    return answer if isinstance(answer, str) and not is_number else code_of(str(answer))


def _is_whole(answers: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(answers) or answers.empty:
        return False
    return bool((answers % 1 == 0).all())


def _labels(labels: Mapping[Code, str]) -> dict[Code, str]:
    return {code: _one_line(label) for code, label in labels.items()}


def _one_line(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip()
