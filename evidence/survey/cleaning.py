"""The clean form of a survey: what fails fixed rules is set missing or left out, and every change is listed.

Nothing is imputed, nothing recoded, no reversed item turned round; declared missing codes stay the codes they are. The
rules are the whole of it: CELLS sets single answers missing, ROWS leaves whole rows out, and variables go that identify
somebody directly or that the data dictionary does not describe. Source: Van den Broeck et al. 2005, Data cleaning,
PLoS Medicine 2(10):e267 (screen, diagnose, treat; keep the original and document every change).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from evidence.survey.dictionary import Code, DataDictionary, Variable
from evidence.survey.features import Answers
from evidence.survey.reading import Survey

CELLS: Mapping[str, str] = {
    "SV020": "the code is not in the data dictionary",
    "SV021": "the number is outside of the declared range",
    "SV022": "a fraction where only whole numbers can be",
    "SV023": "the date is in the future",
    "SV027": "the question was not to be shown",
    "SV028": "the answer is not of the declared type",
    "SV050": "the text holds what looks like contact details",
    "SV051": "the text holds a name of the registry",
}
"""Check → why an answer that fails it is set missing."""
Row = Literal["withdrawn", "no_consent", "not_registered", "no_key", "duplicate"]
ROWS: Mapping[Row, str] = {
    "withdrawn": "the person withdrew these answers",
    "no_consent": "no consent to the survey was in force that day",
    "not_registered": "the registry does not know the key",
    "no_key": "there is no key",
    "duplicate": "the key stands in several rows, and nobody decided which of them counts",
}
"""Why a whole row is left out; the first that holds is the one that is said."""
IDENTIFYING = frozenset({"SV050", "SV051"})
"""Checks whose text the list of changes does not repeat."""
NOT_KEPT: Mapping[str, str] = {
    "SV028": "it cannot stand in this column",
    "SV050": "identifying text is never kept",
    "SV051": "identifying text is never kept",
}
"""Checks whose answers go, whoever set them aside, and why: a decision on a column says nothing of texts that came
later, and these tell who somebody is."""
CHANGES = ("row", "key", "variable", "was", "became", "rule", "reason")
MISSING, KEPT, LEFT_OUT = "missing", "kept", "left out"
WHOLE_ROW = "(whole row)"
Kind = Literal["number", "text", "day", "time"]
Measure = Literal["nominal", "ordinal", "scale"]


@dataclass(frozen=True, slots=True)
class Failed:
    """The rows (positions from 0) whose answer to a variable fails a check; `kept` says who set that aside, if anybody
    did."""

    check: str
    variable: str
    rows: Sequence[int]
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Rows (positions from 0) that fail a check of whole rows and stay, because somebody (`by`) set its query aside."""

    rows: frozenset[int]
    by: str


@dataclass(frozen=True, slots=True)
class CleanVariable:
    """A column of the clean form: what the data dictionary says of it, and how it is measured."""

    name: str
    label: str
    kind: Kind
    measure: Measure
    values: Mapping[Code, str] = field(default_factory=dict)
    missing: Mapping[Code, str] = field(default_factory=dict)
    whole: bool = False
    is_reversed: bool = False
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Clean:
    """The clean form: one row a respondent who stays, `rows` their positions in the file (from 0).

    Numbers are float64, days and times datetime64, text str; system-missing is null. `changes` has the columns CHANGES:
    row and key name the respondent of a changed answer; a row left out is named by its number alone. `excluded` counts
    rows by why, `left_out` says of variables why they are not there. `accepted` are rows that stay although they fail a
    check, by check; `other_labels` what the file calls codes that the data dictionary labels otherwise.
    """

    frame: pd.DataFrame
    variables: tuple[CleanVariable, ...]
    changes: pd.DataFrame
    rows: np.ndarray
    excluded: Mapping[Row, int]
    left_out: Mapping[str, str]
    accepted: Mapping[str, Accepted] = field(default_factory=dict)
    other_labels: Mapping[str, Mapping[Code, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> CleanVariable:
        return next(v for v in self.variables if v.name == name)


def cleaned(
    survey: Survey,
    dictionary: DataDictionary,
    answers: Answers,
    failed: Iterable[Failed],
    excluded: Mapping[Row, Collection[int]],
    accepted: Mapping[str, Accepted] | None = None,
    *,
    key: str | None,
) -> Clean:
    """The clean form of a survey read with its dictionary; checks of `failed` that are no rule of CELLS change nothing.

    `excluded` are the positions of rows to leave out, `accepted` those that stay by a decision. An answer that fails
    several checks is one change, with all of them; it is kept only where every one of them was set aside.
    """
    count = len(survey.frame)
    why = _why_out(excluded, count)
    stays = np.flatnonzero(why == "")
    left_out = _left_out(survey, dictionary)
    columns: dict[str, pd.Series] = {}
    variables: list[CleanVariable] = []
    for declared in dictionary.variables:
        if declared.name not in survey.frame.columns or declared.name in left_out:
            continue
        column, described = _column(declared, survey, answers)
        columns[declared.name] = column
        variables.append(described)
        apart = _codes_apart(declared, described, column, survey, answers, taken={*survey.frame.columns, *columns})
        if apart is not None:
            columns[apart[1].name], described = apart
            variables.append(described)
    keys = _keys(survey, dictionary, key)
    cells = _cells([f for f in failed if f.check in CELLS and f.variable in columns], survey, keys, stays)
    for name, part in cells[cells["became"] == MISSING].groupby("variable", sort=False):
        column = columns[str(name)].copy()
        column.iloc[part["row"].to_numpy(int) - 1] = None
        columns[str(name)] = column
    whole = pd.DataFrame(columns, index=survey.frame.index)
    out = pd.DataFrame(
        {"row": np.flatnonzero(why != "") + 1, "key": "", "variable": WHOLE_ROW, "was": "", "became": LEFT_OUT}
    ).assign(rule=why[why != ""], reason=[ROWS[rule] for rule in why[why != ""]])
    changes = pd.concat([out, cells]) if len(out) else cells
    order = {name: number for number, name in enumerate([WHOLE_ROW, *whole.columns])}
    changes = changes.sort_values(["row", "variable"], key=lambda c: c.map(order) if c.name == "variable" else c)
    counts = {rule: int((why == rule).sum()) for rule in ROWS if (why == rule).any()}
    return Clean(
        whole.iloc[stays].reset_index(drop=True),
        tuple(variables),
        changes.loc[:, list(CHANGES)].reset_index(drop=True),
        stays,
        counts,
        left_out,
        {check: replace(one, rows=one.rows & set(stays.tolist())) for check, one in (accepted or {}).items()},
        {v.name: other for v in variables if (other := _other_labels(v.name, survey, dictionary))},
    )


def _other_labels(name: str, survey: Survey, dictionary: DataDictionary) -> dict[Code, str]:
    """What the file calls the codes of a variable that the data dictionary labels otherwise."""
    if name not in dictionary or name not in survey.dictionary:
        return {}
    own, declared = survey.dictionary[name], dictionary[name]
    ours = {**declared.missing, **declared.values}
    theirs = {**own.missing, **own.values}
    return {c: label for c, label in theirs.items() if label and ours.get(c) and label.split() != ours[c].split()}


def _why_out(excluded: Mapping[Row, Collection[int]], count: int) -> np.ndarray:
    """For each row the rule that leaves it out, empty where it stays."""
    why = np.full(count, "", dtype=object)
    for rule in reversed(list(ROWS)):
        why[list(excluded.get(rule, ()))] = rule
    return why


def _left_out(survey: Survey, dictionary: DataDictionary) -> dict[str, str]:
    """Variables of the file that the clean form does not have."""
    found = {}
    for name in survey.frame.columns:
        if name not in dictionary:
            found[str(name)] = "not in the data dictionary"
        elif dictionary[name].identifies == "direct":
            found[str(name)] = "identifies people directly"
    return found


def _column(declared: Variable, survey: Survey, answers: Answers) -> tuple[pd.Series, CleanVariable]:
    """The answers with their missing codes, in the declared type, and what is said of them."""
    raw, values = survey.frame[declared.name], answers.values[declared.name]
    written = survey.dictionary[declared.name]
    missing = _in_order({**written.missing, **declared.missing})
    column: pd.Series
    kind: Kind
    if declared.is_numeric:
        column, kind = values.astype(float), "number"
        codes = answers.is_missing[declared.name]
        if codes.any():
            column = column.where(~codes, pd.to_numeric(raw.where(codes), errors="coerce").astype(float))
        missing = {code: label for code, label in missing.items() if isinstance(code, float)}
    elif declared.type == "date":
        column = pd.to_datetime(values)
        kind = "day" if (column.dropna() == column.dropna().dt.normalize()).all() else "time"
        missing = {}
    else:
        column, kind = values.astype(object), "text"
        codes = answers.is_missing[declared.name]
        column = column.where(~codes, raw.where(codes).map(_written, na_action="ignore")).astype(object)
        column = column.where(column.notna(), None)
        missing = {_written(code): label for code, label in missing.items()}
    label = declared.label or written.label
    if declared.is_reversed:
        label = f"{label} (reversed item, as answered)".strip()
    whole = declared.is_numeric and declared.type != "decimal"
    described = CleanVariable(
        declared.name,
        label,
        kind,
        _measure(declared),
        {_fitting(code, kind): text for code, text in declared.values.items()} if declared.type == "single" else {},
        missing,
        whole,
        declared.is_reversed,
        declared.scale,
    )
    return column, described


def _in_order(codes: Mapping[Code, str]) -> dict[Code, str]:
    """Numbers first, each kind in its order: a file's own codes come in any."""
    return dict(sorted(codes.items(), key=lambda item: (isinstance(item[0], str), item[0])))


def _fitting(code: Code, kind: str) -> Code:
    """A code as the column holds it."""
    return code if kind == "number" else _written(code)


def _measure(declared: Variable) -> Measure:
    if declared.type in ("integer", "decimal", "date"):
        return "scale"
    return "ordinal" if declared.type == "single" and declared.scale else "nominal"


def _codes_apart(
    declared: Variable,
    described: CleanVariable,
    column: pd.Series,
    survey: Survey,
    answers: Answers,
    *,
    taken: Collection[object],
) -> tuple[pd.Series, CleanVariable] | None:
    """Missing codes that the column's type cannot hold (letters among numbers, codes among days), beside it."""
    cannot = answers.is_missing[declared.name] & column.isna()
    if not cannot.any():
        return None
    raw = survey.frame[declared.name].where(cannot).map(_written, na_action="ignore").astype(object)
    known = _in_order({**survey.dictionary[declared.name].missing, **declared.missing})
    codes: dict[Code, str] = {_written(c): label for c, label in known.items() if label and c not in described.missing}
    name = next(n for n in (f"{declared.name}_missing{end}" for end in ("", *range(2, 99))) if n not in taken)
    label = f"Why {declared.name} is missing, by its code in the file"
    return raw.where(cannot, None), CleanVariable(name, label, "text", "nominal", codes)


def _keys(survey: Survey, dictionary: DataDictionary, key: str | None) -> pd.Series:
    """Each row's key as written; empty where the key names people or there is none."""
    is_name = key is not None and key in dictionary and dictionary[key].identifies == "direct"
    if key is None or key not in survey.frame.columns or is_name:
        return pd.Series("", index=survey.frame.index, dtype=object)
    keys: pd.Series = survey.frame[key].map(_written, na_action="ignore")
    return keys.where(keys.notna(), "").astype(object)


def _cells(failed: Sequence[Failed], survey: Survey, keys: pd.Series, stays: np.ndarray) -> pd.DataFrame:
    """One row for each answer that is set missing or kept, of the rows that stay."""
    parts = []
    for one in failed:
        rows = np.intersect1d(np.asarray(one.rows, dtype=int), stays)
        raw = survey.frame[one.variable].iloc[rows]
        rows, raw = rows[raw.notna().to_numpy()], raw.dropna()
        was = raw.map(_written) if one.check not in IDENTIFYING else pd.Series(_HIDDEN, raw.index)
        part = {"row": rows + 1, "key": keys.iloc[rows].to_numpy(), "variable": one.variable, "was": was.to_numpy()}
        became = KEPT if one.kept and one.check not in NOT_KEPT else MISSING
        kept = f"; kept: {one.kept}" if became == KEPT else f"; {one.kept}, but {NOT_KEPT.get(one.check)}"
        reason = CELLS[one.check] + (kept if one.kept else "")
        parts.append(pd.DataFrame({**part, "became": became, "rule": one.check, "reason": reason}))
    if not parts:
        return pd.DataFrame(columns=list(CHANGES), dtype=object)
    cells = pd.concat(parts, ignore_index=True)
    several = cells.duplicated(["row", "variable"], keep=False)
    if not several.any():
        return cells
    joined = [_joined(part) for _, part in cells[several].groupby(["row", "variable"], sort=False)]
    return pd.concat([cells[~several], pd.DataFrame(joined)], ignore_index=True)


_HIDDEN = "(text not repeated here)"


def _joined(part: pd.DataFrame) -> dict[str, object]:
    """Several checks on one answer as one change: set missing where any of them is not set aside."""
    hidden, gone = (part["was"] == _HIDDEN).any(), (part["became"] == MISSING).any()
    said = part[part["became"] == (MISSING if gone else KEPT)]
    return {
        **{str(name): value for name, value in part.iloc[0].items()},
        "was": _HIDDEN if hidden else part["was"].iloc[0],
        "became": MISSING if gone else KEPT,
        "rule": ";".join(said["rule"]),
        "reason": "; ".join(dict.fromkeys(said["reason"])),
    }


def _written(cell: object) -> str:
    """A cell as people write it: whole numbers without a point, days without a time."""
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat() if cell == cell.normalize() else cell.isoformat(" ")
    if isinstance(cell, (float, np.floating)):
        return repr(int(cell)) if float(cell).is_integer() else repr(float(cell))
    return str(cell).strip()


def with_columns(clean: Clean, columns: Mapping[str, pd.Series], variables: Iterable[CleanVariable]) -> Clean:
    """The same with more columns at its end, one row a respondent who stays."""
    return replace(clean, frame=clean.frame.assign(**columns), variables=(*clean.variables, *variables))
