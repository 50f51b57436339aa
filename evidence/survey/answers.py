"""A survey's answers as its data dictionary declares them: numbers, days, texts and codes, missing codes apart."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from evidence.survey.coded import Coded
from evidence.survey.contents import Survey
from evidence.survey.dates import on_record, written
from evidence.survey.dictionary import Code, DataDictionary, Variable

_LARGEST_WHOLE = 2**63 - 1
_LARGEST_BITS = 1023


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnswersTo:
    """The answers to one question by their distinct contents: `codes` gives each row's place in the other three.

    `values` holds substantive answers only; `is_missing` marks declared missing codes (refused, don't know),
    `is_unreadable` what is not of the declared type. A null in `values` with neither mark is system-missing.
    """

    codes: np.ndarray
    values: pd.Series
    is_missing: np.ndarray
    is_unreadable: np.ndarray

    @property
    def coded(self) -> Coded:
        """The substantive answers."""
        return Coded(self.codes, self.values)

    @property
    def is_there(self) -> np.ndarray:
        """By content: whether it is a substantive answer."""
        there: np.ndarray = self.values.notna().to_numpy()
        return there

    @property
    def is_blank(self) -> np.ndarray:
        """By content: whether nothing was entered, not even a missing code."""
        blank: np.ndarray = ~self.is_there & ~self.is_missing & ~self.is_unreadable
        return blank


class Answers:
    """A survey's answers over the variables that file and dictionary share, by question or as tables of all rows."""

    def __init__(self, to: Mapping[str, AnswersTo], index: pd.Index) -> None:
        self.index = index
        self._to = dict(to)

    def __contains__(self, name: object) -> bool:
        return name in self._to

    def __iter__(self) -> Iterator[str]:
        return iter(self._to)

    def to(self, name: str) -> AnswersTo:
        """The answers to one question; KeyError when file or dictionary does not have it."""
        return self._to[name]

    @functools.cached_property
    def values(self) -> pd.DataFrame:
        """Substantive answers, one column a question: float64, datetime64 or text."""
        whole = {name: answers.coded.whole(self.index) for name, answers in self._to.items()}
        return pd.DataFrame(whole, index=self.index, copy=False)

    @functools.cached_property
    def is_missing(self) -> pd.DataFrame:
        """Where a declared missing code stands."""
        return self._marks({name: answers.is_missing for name, answers in self._to.items()})

    @functools.cached_property
    def is_unreadable(self) -> pd.DataFrame:
        """Where something stands that is not of the declared type."""
        return self._marks({name: answers.is_unreadable for name, answers in self._to.items()})

    @property
    def is_blank(self) -> pd.DataFrame:
        """Where nothing stands at all."""
        return self._marks({name: answers.is_blank for name, answers in self._to.items()})

    def _marks(self, marks: Mapping[str, np.ndarray]) -> pd.DataFrame:
        whole = np.zeros((len(self.index), len(marks)), dtype=bool, order="F")
        for place, (name, mark) in enumerate(marks.items()):
            if mark.any():
                whole[:, place] = mark[self._to[name].codes]
        return pd.DataFrame(whole, index=self.index, columns=list(marks))


def answers_as_declared(survey: Survey, dictionary: DataDictionary) -> Answers:
    """Take declared missing codes out, and read text as the numbers and days the dictionary declares."""
    shared = [v for v in dictionary.variables if v.name in survey.frame.columns]
    to = {v.name: _answers_to(v, survey.frame[v.name], survey.dictionary[v.name].missing) for v in shared}
    return Answers(to, survey.frame.index)


def _answers_to(variable: Variable, column: pd.Series, missing: Collection[Code]) -> AnswersTo:
    """One column read as declared; `missing` are the file's own missing codes."""
    raw = Coded.of(column)
    is_missing = is_one_of(raw.contents, {*variable.missing, *missing})
    rest = raw.contents.mask(is_missing)
    values = _read_as(variable, rest)
    is_unreadable = (rest.notna() & values.isna()).to_numpy()
    return AnswersTo(raw.codes, values, is_missing.to_numpy(dtype=bool), is_unreadable)


def is_one_of(column: pd.Series, codes: Collection[Code]) -> pd.Series:
    """Where one of the codes stands, as a number or written as one; a text code as it is."""
    texts = [code for code in codes if isinstance(code, str)]
    numbers = [code for code in codes if isinstance(code, float)]
    found = column.isin(texts)
    if numbers:
        found |= _as_numbers(column).isin(numbers)
    return found


def _read_as(variable: Variable, column: pd.Series) -> pd.Series:
    """The contents in the declared type; what does not fit becomes null."""
    if variable.type == "date":
        if pd.api.types.is_datetime64_any_dtype(column):
            return on_record(column)
        return written(column if isinstance(column.dtype, pd.StringDtype) else column.map(_as_written_day))
    if variable.is_numeric:
        return _as_numbers(column)
    if isinstance(column.dtype, pd.StringDtype):
        return column.str.strip()
    return column.map(_as_text).astype("str").str.strip()


def _as_numbers(column: pd.Series) -> pd.Series:
    """As finite float64, null for what is no number; a day is none, and a number too large to hold is none either."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return pd.Series(np.nan, column.index)
    if column.dtype == object:
        column = column.map(_as_float)
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def _as_float(cell: object) -> object:
    """A whole number of any length as the float that a file could hold of it; null beyond the largest."""
    if isinstance(cell, int) and abs(cell) > _LARGEST_WHOLE:
        return None if cell.bit_length() > _LARGEST_BITS else float(cell)
    return cell


def _as_written_day(cell: object) -> str | None:
    """A day or a moment as text; a number is none."""
    if isinstance(cell, date) and not pd.isna(cell):
        return cell.isoformat()
    return cell if isinstance(cell, str) else None


def _as_text(cell: object) -> object:
    """A number without its trailing .0, so that a code or a key reads as it is written."""
    if isinstance(cell, float):
        return None if np.isnan(cell) else str(int(cell)) if cell.is_integer() else str(cell)
    return None if cell is None or cell is pd.NaT or cell is pd.NA else str(cell)
