"""A frame's file as a table of text: .csv as written, .xlsx by its first sheet, .sav with its labels in place of codes.

A .csv keeps every character of a cell. Where a file stores numbers, a cell is the shortest text that reads back as the
same number, whole numbers without a point, days as 2026-01-05: what the same table holds when it is saved as .csv.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from study.errors import StudyError
from study.workbook import letters, text_of

LISTED = 8
"""How many rows or ids an error names before it says how many more there are."""
ENDINGS = "Save it as .csv (UTF-8), .xlsx or .sav."
SEPARATORS = ((";", "semicolons"), ("\t", "tabs"))
"""What some spreadsheets write in place of commas, and its name."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of text, "" for missing: each column named once, each row with its number in the file.

    `name` is the file (with its sheet), `header_at` where its columns are named. Rows that are empty throughout are
    left out, and so are columns without a name and without a value. In a .csv or a sheet the header is row 1; in a
    .sav the first case is row 1.
    """

    name: str
    header_at: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_cells(data: bytes, name: str) -> Cells:
    """The table in the bytes of a .csv or .xlsx file; StudyError names row and column of what cannot be read."""
    ending = name.lower().rpartition(".")[2]
    if ending == "csv":
        return _csv_cells(data, name)
    if ending == "xlsx":
        from sampling.workbook import sheet_rows

        return table_of(*sheet_rows(data, name))
    raise StudyError(f"a frame cannot be read from a .{ending} file", where=name, remedy=ENDINGS)


def labelled(
    table: pd.DataFrame, labels: Mapping[str, Mapping[Hashable, str]], name: str, *, id_column: str = ""
) -> Cells:
    """A .sav file's cases as a table: each code with a label becomes the label, a missing value of either kind "".

    `labels` are column → code → label. The id column keeps its codes: they are what the registers hold.
    """
    columns = tuple(str(c) for c in table.columns)
    texts = []
    for column in columns:
        known = {text_of(code): label.strip() for code, label in labels.get(column, {}).items() if label.strip()}
        if column == id_column:
            known = {}
        texts.append([known.get(text, text) for text in map(text_of, table[column])])
    rows = [(n, row) for n, row in enumerate(zip(*texts, strict=True), start=1) if any(row)]
    return Cells(name, f"{name}, its variables", columns, tuple(rows))


def table_of(name: str, rows: Iterable[tuple[int, Sequence[str]]]) -> Cells:
    """Numbered rows, of which number 1 is the header, as a table."""
    stripped = [(n, [cell.strip() for cell in row]) for n, row in rows]
    header = next((row for n, row in stripped if n == 1), [])
    body = [(n, row) for n, row in stripped if n != 1 and any(row)]
    at = f"{name}, row 1"
    if not any(header):
        raise StudyError(
            "the first row must name every column once, and it is empty",
            where=at,
            remedy="Write the names of the columns into the first row, and nothing above them.",
        )
    width = max(len(row) for _, row in stripped)
    header = header + [""] * (width - len(header))
    kept = []
    for k, column in enumerate(header):
        used = next((n for n, row in body if k < len(row) and row[k]), None)
        if not column and used:
            raise StudyError(
                f"the first row must name every column once, and column {letters(k)} has no name and a value "
                f"in row {used}",
                where=at,
                remedy="Name the column, or empty it.",
            )
        if column:
            kept.append(k)
    twice = {c: [letters(k) for k in kept if header[k] == c] for c in header if c and header.count(c) > 1}
    if twice:
        shown = [f"{c} stands in columns {' and '.join(at)}" for c, at in twice.items()]
        raise StudyError(
            f"the first row must name every column once: {listed(shown)}",
            where=at,
            remedy="Correct the header row.",
        )
    cells = tuple((n, tuple(row[k] if k < len(row) else "" for k in kept)) for n, row in body)
    return Cells(name, at, tuple(header[k] for k in kept), cells)


def listed(shown: Sequence[str]) -> str:
    """The first few of a list, and how many more there are."""
    more = f" and {len(shown) - LISTED} more" if len(shown) > LISTED else ""
    return ", ".join(shown[:LISTED]) + more


def _csv_cells(data: bytes, name: str) -> Cells:
    rows = list(enumerate(_csv_rows(_text(data, name), name), start=1))
    header = [cell.strip() for cell in rows[0][1]] if rows else []
    if len(header) == 1 and (sign := next((words for mark, words in SEPARATORS if mark in header[0]), "")):
        raise StudyError(
            f"the columns are separated by {sign}",
            where=f"{name}, row 1",
            remedy="Save it again as CSV with commas between the columns.",
        )
    for number, row in rows[1:]:
        if any(cell.strip() for cell in row[len(header) :]):
            raise StudyError(
                f"the row has {len(row)} cells and the header {len(header)}",
                where=f"{name}, row {number}",
                remedy="Put text that holds a comma in quotation marks.",
            )
    return table_of(name, rows)


def _text(data: bytes, name: str) -> str:
    if data.startswith((b"PK\x03\x04", b"$FL2", b"$FL3", b"\xd0\xcf\x11\xe0")):
        raise StudyError("the content is that of another program, not CSV", where=name, remedy=ENDINGS)
    try:
        text = data.decode("utf-8-sig")
        wrong = data.find(b"\0")
    except UnicodeDecodeError as error:
        text, wrong = "", error.start
    if wrong >= 0:
        row = data[:wrong].count(b"\n") + 1
        raise StudyError("the text is not UTF-8", where=f"{name}, row {row}", remedy="Save it again as CSV UTF-8.")
    return text


def _csv_rows(text: str, name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise StudyError(
            "the text is not readable as CSV from here on",
            where=f"{name}, row {len(rows) + 1}",
            remedy="Look for a quotation mark that is not closed or not doubled there, and save it again as CSV UTF-8.",
        ) from None
    return rows
