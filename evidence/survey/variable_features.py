"""What is measured on each variable of a survey: how file and data dictionary agree, and how the column is filled."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from evidence.survey.answers import Answers
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.reading import DECLARES_MISSING, LABELLED, Survey
from evidence.survey.skip_logic import holds


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
    to = answers.to(name)
    there = to.values[to.is_there & (to.coded.counts() > 0)]
    if survey.format not in ("csv", "xlsx"):
        row["has_declared_type"] = _same_type(declared, written)
    if survey.format in LABELLED:
        row["has_declared_label"] = _same_label(declared.label, written.label)
        if declared.values and declared.type != "multiple":
            row["value_label_difference_count"] = _differences(declared, written)
    if survey.format in DECLARES_MISSING and declared.type != "date":
        row["missing_code_difference_count"] = len(set(declared.missing) ^ set(written.missing))
    if declared.type == "single" and len(there):
        row["unused_code_count"] = len(set(declared.values) - set(there))
    blank = to.coded.where(to.is_blank)
    if declared.show_if is not None:
        blank = blank[holds(declared.show_if, answers.values).fillna(False).to_numpy(dtype=bool)]
    if declared.type != "text" and len(blank) > 1:
        row["blank_share"] = float(blank.mean())
    if to.coded.where(to.is_there).sum() > 1:
        row["distinct_count"] = there.nunique()
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
