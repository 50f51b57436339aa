"""Conditions and calculations evaluated for every respondent at once.

A frame holds substantive answers: null is a blank, and declared missing codes were taken out before. and, or and not
follow Kleene's three-valued logic (S. C. Kleene, Introduction to Metamathematics, 1952, section 64). A comparison with
a blank is unknown; REDCap's = and <> alone take a blank for an empty text and are never unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evidence.survey.calculations import Column, arithmetic, call
from evidence.survey.grammar_nodes import (
    Arithmetic,
    Asked,
    Blank,
    Called,
    Chosen,
    Compared,
    Condition,
    DayDifference,
    Expression,
    Joined,
    Negated,
    Negative,
    Number,
    Reference,
    Related,
    Text,
)
from evidence.survey.grammar_words import UNITS, checkbox_variable

Mask = npt.NDArray[np.bool_]
Kind = Literal["number", "text", "day"]
EVENT = "redcap_event_name"
"""The column in which REDCap's export of a longitudinal project says the event; its first column is the record."""
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FINDS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "not_contain": lambda text, part: part not in text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


@dataclass(frozen=True, slots=True)
class _Truth:
    """Per respondent: holds, is unknown; what is unknown does not hold."""

    holds: Mask
    unknown: Mask


def holds(condition: Condition, frame: pd.DataFrame) -> pd.Series:
    """For each row True, False or <NA> (unknown), as pandas' nullable boolean; unknown variables are all blank."""
    truth = _truth(condition, frame)
    return pd.Series(pd.arrays.BooleanArray(truth.holds, truth.unknown), index=frame.index)


def computed(expression: Expression, frame: pd.DataFrame) -> pd.Series:
    """The calculation's result for each row: float64 with NaN for blank, or text (object, None for blank)."""
    if _kind(expression, frame) != "text":
        return pd.Series(_numbers(expression, frame), index=frame.index)
    return pd.Series(_texts(expression, frame), index=frame.index, dtype=object)


def _truth(condition: Condition, frame: pd.DataFrame) -> _Truth:
    match condition:
        case Joined(word, parts):
            return _joined(word, [_truth(part, frame) for part in parts])
        case Negated(part):
            truth = _truth(part, frame)
            return _Truth(~truth.holds & ~truth.unknown, truth.unknown)
        case Blank(part):
            blank = _is_blank(part, frame)
            return _Truth(blank, np.zeros(len(frame), dtype=bool))
        case Compared(variable, "in", values):
            return _one_of(Reference(variable), values, frame)
        case Compared(variable, sign, (value,)):
            literal = Text(value) if isinstance(value, str) else Number(value)
            return _related(Reference(variable), sign, literal, frame)
        case Related(left, sign, right):
            return _related(left, sign, right, frame)
        case Asked(function, arguments):
            return _tested(function, arguments, frame)
    raise TypeError(type(condition).__name__)


def _joined(word: str, parts: list[_Truth]) -> _Truth:
    """Kleene: `and` is false as soon as one part is, `or` true as soon as one part is."""
    every, some, unknown = parts[0].holds.copy(), parts[0].holds.copy(), parts[0].unknown.copy()
    fails = ~(parts[0].holds | parts[0].unknown)
    for part in parts[1:]:
        every &= part.holds
        some |= part.holds
        unknown |= part.unknown
        fails |= ~(part.holds | part.unknown)
    return _Truth(every, unknown & ~fails) if word == "and" else _Truth(some, unknown & ~some)


def _one_of(variable: Reference, values: tuple[float | str, ...], frame: pd.DataFrame) -> _Truth:
    if isinstance(values[0], str):
        texts = pd.Series(_texts(variable, frame), dtype=object)
        return _known(texts.isin(values).to_numpy(), texts.isna().to_numpy())
    numbers = _numbers(variable, frame)
    return _known(np.isin(numbers, np.array(values, dtype=float)), np.isnan(numbers))


def _related(left: Expression, sign: str, right: Expression, frame: pd.DataFrame) -> _Truth:
    kinds = {_kind(left, frame), _kind(right, frame)}
    if "day" in kinds:
        found = _compared(sign, _days(left, frame), _days(right, frame), np.isnat)
    elif "number" in kinds:
        found = _compared(sign, _numbers(left, frame), _numbers(right, frame), np.isnan)
    else:
        found = _texts_compared(left, sign, right, frame)
    if sign not in ("=", "<>"):
        return found
    blanks = _is_blank(left, frame), _is_blank(right, frame)
    unequal = (blanks[0] != blanks[1]) | (found.unknown & ~blanks[0])  # a blank, or a text that is no number
    equal = np.where(blanks[0] & blanks[1], True, np.where(unequal, False, found.holds == (sign == "=")))
    return _known(equal if sign == "=" else ~equal, np.zeros(len(frame), dtype=bool))


def _texts_compared(left: Expression, sign: str, right: Expression, frame: pd.DataFrame) -> _Truth:
    """Two texts; where neither side is written out, numbers in both are compared as numbers."""
    texts = _texts(left, frame), _texts(right, frame)
    unknown = pd.isna(texts[0]) | pd.isna(texts[1])
    sides = [np.where(unknown, "", text) for text in texts]
    answer = _SIGNS[sign](sides[0], sides[1]).astype(bool)
    if not isinstance(left, Text) and not isinstance(right, Text):
        numbers = _numbers(left, frame), _numbers(right, frame)
        both = ~np.isnan(numbers[0]) & ~np.isnan(numbers[1])
        answer = np.where(both, _SIGNS[sign](*numbers), answer)
    return _known(answer, unknown)


def _compared(sign: str, left: Any, right: Any, is_null: Callable[[Any], Mask]) -> _Truth:
    with np.errstate(invalid="ignore"):
        return _known(_SIGNS[sign](left, right), is_null(left) | is_null(right))


def _known(answer: Mask, unknown: Mask) -> _Truth:
    return _Truth(answer & ~unknown, unknown)


def _tested(function: str, arguments: tuple[Expression, ...], frame: pd.DataFrame) -> _Truth:
    """A blank contains nothing and is no number; letters may be small or capital."""
    never = np.zeros(len(frame), dtype=bool)
    if function in ("isnumber", "isinteger"):
        numbers = _numbers(arguments[0], frame)
        whole = np.isnan(numbers) | (numbers % 1 == 0)
        return _Truth(~np.isnan(numbers) & (whole if function == "isinteger" else True), never)
    texts, parts = (pd.factorize(_texts(a, frame), use_na_sentinel=False) for a in arguments)
    folded = [["" if pd.isna(text) else str(text).casefold() for text in distinct] for _, distinct in (texts, parts)]
    pairs, at = np.unique(texts[0].astype(np.int64) * len(folded[1]) + parts[0], return_inverse=True)
    each = (divmod(int(pair), len(folded[1])) for pair in pairs)
    found = np.array([_FINDS[function](folded[0][t], folded[1][p]) for t, p in each], dtype=bool)[at]
    return _Truth(found, never)


def _kind(expression: Expression, frame: pd.DataFrame) -> Kind:
    """What an expression is compared as; a blank is compared as what it is compared with."""
    match expression:
        case Text():
            return "text"
        case Reference(variable):
            if variable not in frame.columns:
                return "number"
            if pd.api.types.is_datetime64_any_dtype(frame[variable]):
                return "day"
            return "number" if pd.api.types.is_numeric_dtype(frame[variable]) else "text"
        case Chosen(_, then, otherwise):
            kinds = {_kind(part, frame) for part in (then, otherwise) if part != Text("")}
            return "text" if "text" in kinds else "day" if kinds == {"day"} else "number"
        case _:
            return "number"


def _column(reference: Reference, frame: pd.DataFrame) -> pd.Series | None:
    """The variable's answers in their rows, or those the same record gave at another event."""
    if reference.variable not in frame.columns:
        return _chosen_option(reference.variable, frame) if not reference.event else None
    if not reference.event:
        return frame[reference.variable]
    if EVENT not in frame.columns:
        return None
    record = frame.iloc[:, 0]
    there = frame[EVENT].eq(reference.event).to_numpy(dtype=bool, na_value=False)
    given = frame.loc[there, reference.variable].groupby(record[there]).first()
    return record.map(given)


def _chosen_option(variable: str, frame: pd.DataFrame) -> pd.Series | None:
    """`q5___2`: 1 or 0 for one code of a variable q5 whose answers list codes as `1;2`; blank where q5 is."""
    question = variable.partition("___")[0]
    if question == variable or question not in frame.columns:
        return None
    codes, distinct = pd.factorize(frame[question], use_na_sentinel=False)
    each = [
        np.nan
        if pd.isna(answer)
        else variable in {checkbox_variable(question, code) for code in str(answer).split(";")}
        for answer in distinct
    ]
    return pd.Series(np.array(each, dtype=float)[codes], index=frame.index)


def _numbers(expression: Expression, frame: pd.DataFrame) -> Column:
    match expression:
        case Number(value):
            return np.full(len(frame), value)
        case Text(value):
            return np.full(len(frame), float(pd.to_numeric(value or "nan", errors="coerce")))
        case Reference():
            return _as_numbers(_column(expression, frame), len(frame))
        case Negative(part):
            return -_numbers(part, frame)
        case Arithmetic(first, rest):
            result = _numbers(first, frame)
            for sign, part in rest:
                result = arithmetic(sign, result, _numbers(part, frame))
            return result
        case Called(function, arguments):
            return call(function, [_numbers(argument, frame) for argument in arguments])
        case Chosen(condition, then, otherwise):
            truth = _truth(condition, frame)
            chosen = np.where(truth.holds, _numbers(then, frame), _numbers(otherwise, frame))
            return np.where(truth.unknown, np.nan, chosen)
        case DayDifference(first, second, unit, is_signed):
            span = _days(second, frame) - _days(first, frame)
            count = np.where(np.isnat(span), np.nan, span / np.timedelta64(1, "s") / UNITS[unit])
            return count if is_signed else np.abs(count)
    raise TypeError(type(expression).__name__)


def _as_numbers(column: pd.Series | None, length: int) -> Column:
    if column is None or pd.api.types.is_datetime64_any_dtype(column):
        return np.full(length, np.nan)
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        codes, distinct = pd.factorize(column, use_na_sentinel=False)
        each = pd.to_numeric(pd.Series(distinct), errors="coerce")
        numbers = each.to_numpy(dtype=float, na_value=np.nan)[codes] if length else np.empty(0)
    return numbers if np.isfinite(numbers).all() else np.where(np.isfinite(numbers), numbers, np.nan)


def _texts(expression: Expression, frame: pd.DataFrame) -> npt.NDArray[np.object_]:
    """As texts, with None for a blank; a whole number without its point."""
    if isinstance(expression, Text):
        return np.full(len(frame), expression.value or None, dtype=object)
    if isinstance(expression, Chosen) and _kind(expression, frame) == "text":
        truth = _truth(expression.condition, frame)
        chosen: npt.NDArray[np.object_] = _texts(expression.otherwise, frame)
        chosen[truth.holds] = _texts(expression.then, frame)[truth.holds]
        chosen[truth.unknown] = None
        return chosen
    column = _column(expression, frame) if isinstance(expression, Reference) else None
    if column is None:
        column = pd.Series(_numbers(expression, frame))
    texts = column.astype("string")
    if pd.api.types.is_float_dtype(column):
        texts = texts.str.replace(r"\.0$", "", regex=True)
    found: npt.NDArray[np.object_] = texts.astype(object).to_numpy(copy=True)
    found[(texts.isna() | texts.eq("")).to_numpy(dtype=bool)] = None
    return found


def _days(expression: Expression, frame: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """As moments in UTC, NaT for a blank and for what is no day; a text is read as ISO 8601."""
    if isinstance(expression, Text):
        day = pd.to_datetime(expression.value, errors="coerce", format="ISO8601", utc=True)
        return np.full(len(frame), np.datetime64("NaT") if pd.isna(day) else day.tz_localize(None), "datetime64[ns]")
    if isinstance(expression, Chosen):
        truth = _truth(expression.condition, frame)
        chosen = np.where(truth.holds, _days(expression.then, frame), _days(expression.otherwise, frame))
        return np.where(truth.unknown, np.datetime64("NaT"), chosen)
    column = _column(expression, frame) if isinstance(expression, Reference) else None
    if column is None or pd.api.types.is_numeric_dtype(column):
        return np.full(len(frame), np.datetime64("NaT"), "datetime64[ns]")
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column.astype("string"), errors="coerce", format="ISO8601", utc=True)
    if getattr(column.dt, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.to_numpy(dtype="datetime64[ns]")


def _is_blank(expression: Expression, frame: pd.DataFrame) -> Mask:
    """Whether there is no answer or no result."""
    match expression:
        case Number():
            return np.zeros(len(frame), dtype=bool)
        case Reference():
            column = _column(expression, frame)
            if column is None:
                return np.ones(len(frame), dtype=bool)
            blank = column.isna().to_numpy()
            if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)):
                blank = blank | column.eq("").fillna(False).to_numpy(dtype=bool)
            return blank
        case _:
            if _kind(expression, frame) == "text":
                return np.asarray(pd.isna(_texts(expression, frame)), dtype=bool)
            return np.isnan(_numbers(expression, frame))
