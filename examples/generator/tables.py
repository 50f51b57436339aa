"""Rows as CSV bytes, the same on every machine."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A CSV in UTF-8 with these columns; a value that is missing becomes an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({column: row.get(column, "") for column in columns})
    return text.getvalue().encode()


def changed(data: bytes, change: Mapping[int, Mapping[str, str]], *, added: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The CSV with cells replaced by row number (the header is row 1) and rows added at its end."""
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    columns = list(rows[0])
    for number, cells in change.items():
        rows[number - 2].update(cells)
    return csv_bytes(columns, [*rows, *added])


def row_of(data: bytes, **cells: str) -> int:
    """The number of the first row with these cells (the header is row 1); KeyError when there is none."""
    for number, row in enumerate(csv.DictReader(io.StringIO(data.decode(), newline="")), 2):
        if all(row[column] == value for column, value in cells.items()):
            return number
    raise KeyError(cells)
