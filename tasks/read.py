"""People's tables read as they are: every cell text, nothing guessed."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pandas as pd

from recruitment.feeds.files import cell_at
from study import StudyError
from study.objects import FolderStore, NotStored
from tasks.feeds import fed_table, mapped_register
from tasks.forms import register_at, with_forms

if TYPE_CHECKING:
    from tasks.workspace import Workspace

SEPARATORS = ((";", "semicolons"), ("\t", "tabs"))
"""What some spreadsheets write in place of commas, and its name."""


def read_table(place: Workspace, path: str) -> pd.DataFrame | None:
    """A CSV of the study folder with every cell as text ("" when empty), or None when there is no such file.

    The index is the row's number in the file as a spreadsheet shows it (the header is row 1). Raises StudyError for
    text that is not UTF-8 or not CSV, for a header with empty or repeated names, and for a row with more cells than
    the header. A register that study.yaml maps comes from its own files, under our names; what was entered by form
    stands before its rows.
    """
    return _read(place, place.files, path, path)


def read_restricted_table(place: Workspace, path: str) -> pd.DataFrame | None:
    """The same for a table under restricted/."""
    return _read(place, place.restricted, path, f"restricted/{path}")


def _read(place: Workspace, store: FolderStore, key: str, path: str) -> pd.DataFrame | None:
    register = register_at(path)
    if mapped_register(place.protocol, path):
        table = fed_table(place, path)
    else:
        try:
            table = parse_table(store.get(key), path)
        except NotStored:
            table = None
    return with_forms(place, register, table) if register else table


def parse_table(data: bytes, path: str) -> pd.DataFrame:
    """Parse one CSV; see `read_table`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = cell_at(data[: error.start].decode("utf-8"))
        raise StudyError(
            "the text is not UTF-8", where=f"{path}, {place}", remedy="Save it again as CSV UTF-8."
        ) from None
    rows = csv_rows(text, path)
    header = [name.strip() for name in rows[0]] if rows else []
    if len(header) == 1 and (sign := next((name for mark, name in SEPARATORS if mark in header[0]), "")):
        raise StudyError(
            f"the columns are separated by {sign}",
            where=f"{path}, row 1",
            remedy="Save it again as CSV with commas between the columns.",
        )
    if not header or not all(header) or len(set(header)) < len(header):
        raise StudyError(
            "the first row must name every column once", where=f"{path}, row 1", remedy="Correct the header row."
        )
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    for number, row in filled:
        if len(row) > len(header):
            raise StudyError(
                f"the row has {len(row)} cells and the header {len(header)}",
                where=f"{path}, row {number}",
                remedy="Put text that holds a comma in quotation marks.",
            )
    cells = [[cell.strip() for cell in row] + [""] * (len(header) - len(row)) for _, row in filled]
    return pd.DataFrame(cells, columns=header, index=pd.Index([n for n, _ in filled], name="row"), dtype=str)


def csv_rows(text: str, path: str) -> list[list[str]]:
    """The cells of every row; StudyError where quotation marks are not closed, or a cell is longer than csv reads."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        raise StudyError(
            "the text is not readable as CSV from here on",
            where=f"{path}, row {len(rows) + 1}",
            remedy="Look for a quotation mark that is not closed or not doubled there, and save it again as CSV UTF-8.",
        ) from None
    return rows
