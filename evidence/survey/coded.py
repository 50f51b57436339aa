"""Columns held by their distinct contents, so that what depends on a cell's content alone is done once for each.

The distinct values of a million answers to a question with five options are six; everything that is measured on a cell,
and every judgement of it, is made on those and holds wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Coded:
    """A column: row i holds `contents[codes[i]]`; several codes may hold the same content, null included."""

    codes: np.ndarray
    contents: pd.Series

    @classmethod
    def of(cls, column: pd.Series) -> Coded:
        """The same column by its distinct contents; TypeError when they cannot be told apart (lists)."""
        if column.dtype == bool:
            return cls(column.to_numpy().view(np.uint8), pd.Series([False, True]))
        codes, contents = pd.factorize(column, use_na_sentinel=False)
        return cls(codes.astype(np.min_scalar_type(len(contents))), pd.Series(contents))

    def holding(self, contents: pd.Series | Sequence[object]) -> Coded:
        """What was measured on each content, where it stands."""
        return Coded(self.codes, pd.Series(contents))

    def whole(self, index: pd.Index | None = None) -> pd.Series:
        """The column, cell by cell."""
        return pd.Series(self.contents.array.take(self.codes), index=index)

    def where(self, is_content: np.ndarray) -> np.ndarray:
        """For each row whether its content is one of those marked."""
        held: np.ndarray = is_content[self.codes]
        return held

    def counts(self) -> np.ndarray:
        """How many rows hold each content."""
        return np.bincount(self.codes, minlength=len(self.contents))


class RowTable:
    """What is measured on each respondent, one row each: columns by name, made cell by cell only when asked for."""

    def __init__(
        self,
        index: pd.Index,
        columns: Mapping[str, Coded | pd.Series],
        key: str = "",
        names: Callable[[Sequence[int]], tuple[str, ...]] | None = None,
    ) -> None:
        """`names` gives the rows' names by position (from 0), found as the column `key` too."""
        self.index = index
        self.key = key
        self._columns = dict(columns)
        self._coded: dict[str, Coded] = {}
        self._names = names or (lambda positions: tuple(str(p + 1) for p in positions))

    def __len__(self) -> int:
        return len(self.index)

    def __contains__(self, name: object) -> bool:
        return name in self._columns or bool(self.key and name == self.key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    @property
    def empty(self) -> bool:
        return not len(self.index)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self._columns, self.key) if self.key else tuple(self._columns)

    def __getitem__(self, name: str) -> pd.Series:
        """A column cell by cell; KeyError when there is none of that name."""
        if self.key and name == self.key:
            return pd.Series(self.names(range(len(self))), index=self.index, dtype=object)
        column = self._columns[name]
        return column.whole(self.index) if isinstance(column, Coded) else column

    def coded(self, name: str) -> Coded:
        """A column by its contents."""
        column = self._columns[name]
        if not isinstance(column, Coded):
            column = self._coded.get(name) or Coded.of(column)
            self._coded[name] = column
        return column

    def filter(self, *, regex: str) -> pd.DataFrame:
        """The columns whose names fit, cell by cell."""
        return pd.DataFrame({n: self[n] for n in self.columns if re.search(regex, n)}, index=self.index)

    def names(self, positions: Sequence[int]) -> tuple[str, ...]:
        """What the rows at these positions are called."""
        return self._names(positions)

    def frame(self) -> pd.DataFrame:
        """Every column cell by cell."""
        return pd.DataFrame({name: self[name] for name in self.columns}, index=self.index)
