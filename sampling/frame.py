"""The sampling frame: everyone who could be chosen, one a row, read as written and sorted by id."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampling.frame_file import Cells, listed, read_cells
from study.errors import StudyError
from study.identifiers import digest
from study.workbook import text_of


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of n rows: cells as text ("" is missing), indexed by id in ascending order.

    `rows` gives each id's row in the file (the header is row 1; in a .sav the first case is). Messages about a
    `personal` frame, one whose ids are participants, name rows only. `joined` is the digest of what columns from
    elsewhere rest on, "" where there is none.
    """

    name: str
    id_column: str
    table: pd.DataFrame
    rows: dict[str, int]
    personal: bool = False
    joined: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.table.index)

    def canonical(self) -> bytes:
        """The content as canonical JSON, the same for any order of rows or columns."""
        columns = sorted(self.table.columns)
        content = [
            self.id_column,
            columns,
            [[id, *row] for id, row in zip(self.ids, self._cells(columns), strict=True)],
        ]
        content += [self.joined] if self.joined else []
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def with_columns(self, columns: Mapping[str, Mapping[str, str]], made_of: str) -> Frame:
        """The frame with more columns, name → id → cell, empty where an id has none; `made_of` is their digest."""
        for column in columns:
            if column in self.table.columns or column == self.id_column:
                raise StudyError(
                    f"the frame has a column {column!r} itself, and study.yaml takes it from elsewhere, too",
                    where=self.name,
                    remedy="Give one of the two another name.",
                )
        more = {column: [cells.get(id, "") for id in self.ids] for column, cells in columns.items()}
        table = self.table.assign(**more)
        return replace(self, table=table, joined=made_of)

    def fingerprint(self, digest_of: Callable[[bytes], str] = digest) -> str:
        """SHA-256 of the content; `digest_of` puts a keyed digest in its place for a frame of people."""
        return digest_of(self.canonical())

    def named(self, ids: Iterable[str]) -> str:
        """Ids for a message: the ids themselves, or their rows when they are people."""
        shown = [f"row {self.rows[i]}" if self.personal else i for i in ids]
        return listed(shown)

    def at(self, id: str, column: str) -> str:
        """Where a cell is: file, row, column."""
        return f"{self.name}, row {self.rows[id]}, column {column}"

    def need(self, columns: Iterable[str]) -> None:
        """Refuse columns the frame does not have."""
        for column in columns:
            if column not in self.table.columns:
                raise StudyError(
                    f"the frame has no column {column!r}",
                    where=self.name,
                    remedy=f"Its columns are {', '.join(map(str, self.table.columns))}; correct the name.",
                )

    def texts(self, column: str) -> list[str]:
        """One column's cells in id order, "" for missing."""
        return [str(v) for v in self.table[column]]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """One column as finite numbers in id order, NaN for missing; a text there is an error with its row."""
        found = np.full(len(self.table), np.nan)
        for i, (id, text) in enumerate(zip(self.ids, self.texts(column), strict=True)):
            if text:
                found[i] = self._number(id, column, text)
        return found

    def _number(self, id: str, column: str, text: str) -> float:
        number = number_of(text)
        if not math.isfinite(number):
            shown = "" if self.personal else f" ({text!r})"
            raise StudyError(
                f"a number belongs here and something else stands there{shown}",
                where=self.at(id, column),
                remedy="Write the number with a decimal point, or leave the cell empty when it is missing.",
            )
        return number

    def _cells(self, columns: Sequence[str]) -> list[list[str]]:
        return [[str(v) for v in row] for row in self.table[list(columns)].itertuples(index=False, name=None)]


def number_of(text: str) -> float:
    """A cell as a number: NaN when it is empty, infinite when it is no finite number."""
    if not text:
        return math.nan
    try:
        number = float(text) if "_" not in text else math.inf
    except ValueError:
        return math.inf
    return number if math.isfinite(number) else math.inf


def is_no_number(text: str) -> bool:
    """Whether a cell holds something that is not a finite number."""
    return math.isinf(number_of(text))


def read_frame(data: bytes, name: str, id_column: str, *, personal: bool = False) -> Frame:
    """Read a frame from the bytes of a .csv (UTF-8) or .xlsx file (its first sheet)."""
    return frame_from(read_cells(data, name), id_column, personal=personal)


def frame_from(cells: Cells, id_column: str, *, personal: bool = False) -> Frame:
    """A frame from a table of text; StudyError for a missing id column and for empty or repeated ids, with rows."""
    table = pd.DataFrame([row for _, row in cells.rows], columns=list(cells.columns), dtype=str)
    return _indexed(table, [n for n, _ in cells.rows], cells.name, id_column, personal)


def frame_of(table: pd.DataFrame, id_column: str, *, name: str = "the frame", personal: bool = False) -> Frame:
    """A frame from a data frame in memory; numbers keep their full precision, missing cells become ""."""
    text = pd.DataFrame({str(c): [text_of(v) for v in table[c]] for c in table.columns}, dtype=str)
    return _indexed(text, [n + 2 for n in range(len(text))], name, id_column, personal)


def _indexed(table: pd.DataFrame, numbers: list[int], name: str, id_column: str, personal: bool) -> Frame:
    if id_column not in table.columns:
        raise StudyError(
            f"the frame has no id column {id_column!r}",
            where=name,
            remedy=f"Its columns are {', '.join(table.columns) or 'none'}; correct sampling.id_column or the header.",
        )
    ids = [str(i) for i in table[id_column]]
    empty = [f"row {n}" for n, id in zip(numbers, ids, strict=True) if not id]
    if empty:
        raise StudyError(
            f"the id is empty in {listed(empty)}", where=f"{name}, column {id_column}", remedy="Give every row an id."
        )
    seen: dict[str, list[int]] = {}
    for number, id in zip(numbers, ids, strict=True):
        seen.setdefault(id, []).append(number)
    twice = {id: at for id, at in seen.items() if len(at) > 1}
    if twice:
        shown = [f"rows {' and '.join(map(str, at))}" + ("" if personal else f" ({id})") for id, at in twice.items()]
        raise StudyError(
            f"an id appears more than once: {listed(shown)}",
            where=f"{name}, column {id_column}",
            remedy="Give every row its own id.",
        )
    ordered = table.drop(columns=[id_column]).set_axis(ids, axis=0).sort_index()
    return Frame(name, id_column, ordered, {id: at[0] for id, at in seen.items()}, personal)
