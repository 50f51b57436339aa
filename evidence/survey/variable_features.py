"""What is measured on each variable of a survey: how file and data dictionary agree, and how the column is filled."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from evidence.survey.answers import Answers, is_one_of
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.labels import label_twin_count, longest, name_change_count, odd_character_count
from evidence.survey.reading import DECLARES_MISSING, LABELLED, Survey
from evidence.survey.skip_logic import holds

MEASURED = (
    "is_in_file",
    "is_in_dictionary",
    "has_declared_type",
    "has_declared_label",
    "has_declared_set",
    "value_label_difference_count",
    "missing_code_difference_count",
    "undefined_code_count",
    "unused_code_count",
    "unlabelled_missing_count",
    "has_label",
    "label_bytes",
    "value_label_bytes",
    "label_twin_count",
    "odd_character_count",
    "name_change_count",
    "distinct_count",
    "blank_share",
    "missing_code_share",
)


def variable_features(
    survey: Survey, dictionary: DataDictionary, answers: Answers, needed: Iterable[str]
) -> pd.DataFrame:
    """One row a variable of the dictionary, of the file, or needed by the protocol, in that order.

    Dictionary against file: is_in_file, is_in_dictionary, has_declared_type, has_declared_label, has_declared_set,
    value_label_difference_count, missing_code_difference_count, undefined_code_count, unused_code_count,
    unlabelled_missing_count. Names and labels: has_label, label_bytes, value_label_bytes, label_twin_count,
    odd_character_count, name_change_count. Answers: distinct_count; blank_share and missing_code_share (0–1, where the
    question was shown).
    """
    names = list(dict.fromkeys([*dictionary.names, *map(str, survey.frame.columns), *needed]))
    declared = {v.name: v for v in dictionary.variables}
    written = {v.name: v for v in survey.dictionary.variables if v.name in survey.frame.columns}
    added = {v.name for v in survey.dictionary.variables if v.name in survey.platform_columns and not v.identifies}
    undescribed = added - declared.keys()  # what the survey's platform adds to every export needs no description
    rows = []
    for name in names:
        row: dict[str, object] = {
            "variable": name,
            "is_in_file": name in survey.frame.columns,
            "is_in_dictionary": None if name in undescribed else name in declared,
        }
        row |= _of_labels(declared.get(name), written.get(name), names, survey)
        if name in declared and name in written:
            row |= _compared(declared[name], written[name], survey)
            row |= _of_answers(declared[name], answers)
        if name in written:
            row |= _of_codes(declared.get(name), written[name], survey, answers)
        rows.append(row)
    return pd.DataFrame(rows, columns=["variable", *MEASURED]).astype(object).where(lambda cells: cells.notna(), None)


def _of_labels(
    declared: Variable | None, written: Variable | None, names: Collection[str], survey: Survey
) -> dict[str, object]:
    """Names and labels, of the dictionary and of the file."""
    known = [v for v in (declared, written) if v is not None]
    if not known:
        return {}
    name = known[0].name
    labels = [v.label for v in known if v.label]
    of_values = [label for v in known for label in (*v.values.values(), *v.missing.values()) if label]
    return {
        "has_label": bool(labels) if declared is not None else None,
        "label_bytes": longest(labels) if labels else None,
        "value_label_bytes": longest(of_values) if of_values else None,
        "label_twin_count": max(map(label_twin_count, known)) if of_values else None,
        "odd_character_count": odd_character_count({name, *labels, *of_values}),
        "name_change_count": None if name in survey.platform_columns else name_change_count(name, names),
    }


def _compared(declared: Variable, written: Variable, survey: Survey) -> dict[str, object]:
    """What the dictionary declares against what the file says of itself, where its format can say it."""
    found: dict[str, object] = {}
    if survey.format not in ("csv", "xlsx"):
        found["has_declared_type"] = _same_type(declared, written)
    if survey.format in LABELLED:
        found["has_declared_label"] = _same_label(declared.label, written.label)
        if declared.values and declared.type != "multiple":
            found["value_label_difference_count"] = _differences(declared, written)
        if declared.set and any(v.set for v in survey.dictionary.variables):
            found["has_declared_set"] = declared.set == written.set
    if survey.format in DECLARES_MISSING and declared.type != "date":
        found["missing_code_difference_count"] = len(set(declared.missing) ^ set(written.missing))
    return found


def _of_codes(declared: Variable | None, written: Variable, survey: Survey, answers: Answers) -> dict[str, object]:
    """Codes that occur and mean nothing on record, options nobody chose, and missing codes without a meaning."""
    found: dict[str, object] = {}
    meant = {code for code, label in (declared.missing.items() if declared else ()) if label}
    if written.missing:
        found["unlabelled_missing_count"] = sum(not t and c not in meant for c, t in written.missing.items())
    is_judged_elsewhere = declared is not None and (
        declared.type in ("single", "multiple")
        or declared.range
        or (declared.is_numeric and declared.values)  # a number of which only some values have a name
    )
    if written.values and not is_judged_elsewhere:
        known = {*written.values, *written.missing, *(declared.missing if declared else ())}
        held = survey.frame[written.name].dropna().drop_duplicates()
        found["undefined_code_count"] = int((~is_one_of(held, known)).sum())
    if declared is not None and declared.type == "single":
        to = answers.to(declared.name)
        there = to.values[to.is_there & (to.coded.counts() > 0)]
        found["unused_code_count"] = len(set(declared.values) - set(there)) if len(there) else None
    return found


def _of_answers(declared: Variable, answers: Answers) -> dict[str, object]:
    """How the column is filled, over those to whom the question was shown."""
    to = answers.to(declared.name)
    shown = np.ones(len(to.codes), dtype=bool)
    if declared.show_if is not None:
        shown = holds(declared.show_if, answers.values).fillna(False).to_numpy(dtype=bool)
    found: dict[str, object] = {}
    blank = to.coded.where(to.is_blank)[shown]
    if declared.type != "text" and len(blank) > 1:
        found["blank_share"] = float(blank.mean())
    if to.is_missing.any() and len(blank) > 1:
        found["missing_code_share"] = float(to.coded.where(to.is_missing)[shown].mean())
    held = to.is_there & (to.coded.counts() > 0)
    if to.coded.counts()[held].sum() > 1:
        found["distinct_count"] = int(to.values[held].nunique())
    return found


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
