"""A sheet of an .xlsx workbook as cells: the first sheet people see, with the values that were stored for its formulas.

Cells are streamed, because a sheet of answers is larger than openpyxl holds well. Source: ECMA-376, part 1, 18.3.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pandas as pd

from evidence.survey.contents import Refused, agreeing
from evidence.survey.delimited import filled_up
from evidence.survey.tables import MOST_HEADER_ROWS, Cells

LARGEST_BYTES = 2 << 30
"""How large a workbook may be once unpacked."""
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]+)(\d+):[A-Z]+\d+"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_DAMAGED = ("the file is not a readable .xlsx workbook", "Save it again, or as CSV UTF-8.")
_OVERLAP = 200


def workbook_cells(data: bytes) -> Cells:
    """The cells of a workbook; Refused for what is damaged, merged in its header, or was never calculated."""
    try:
        return _cells(data)
    except (Refused, MemoryError):
        raise
    except Exception:  # openpyxl raises many kinds for a damaged workbook
        raise Refused(*_DAMAGED) from None


def _cells(data: bytes) -> Cells:
    import openpyxl  # type: ignore[import-untyped]

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST_BYTES:
            raise Refused(f"the workbook unpacks to more than {LARGEST_BYTES >> 30} GB", "Save it as CSV UTF-8.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that hold no cells
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet, notes = _chosen(book)
        merged, has_formulas = _marks(book, sheet)
        if merged:
            raise Refused("cells of the first row are merged", "Separate them, and give each column its own name.")
        rows = _rows(sheet)
        problems: tuple[str, ...] = ()
        if has_formulas:
            formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)[sheet.title]
            problems = tuple(_never_calculated(formulas, rows))
    return Cells(rows[:MOST_HEADER_ROWS], partial(_below, rows), problems, notes)


def _chosen(book: Any) -> tuple[Any, tuple[str, ...]]:
    """The first visible sheet that has cells, and a note where there are several sheets."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise Refused("the workbook has no sheet of cells", "Export it again, or as CSV UTF-8.")
    filled = (s for s in sheets if any(cell is not None for row in s.iter_rows(values_only=True) for cell in row))
    sheet = next(filled, sheets[0])
    many = len(book.worksheets)
    return sheet, (f"the workbook has {many} sheets, and {sheet.title} was read",) if many > 1 else ()


def _marks(book: Any, sheet: Any) -> tuple[bool, bool]:
    """Whether cells of the first row are merged, and whether there is any formula, from the sheet's XML."""
    merged = has_formulas = False
    rest = b""
    with book._archive.open(sheet._worksheet_path) as xml:
        while part := xml.read(1 << 20):
            text = rest + part
            has_formulas = has_formulas or _FORMULA.search(text) is not None
            merged = merged or any(match[2] == b"1" for match in _MERGED.finditer(text))
            rest = part[-_OVERLAP:]
    return merged, has_formulas


def _rows(sheet: Any) -> list[list[str]]:
    """Every row as text; a sheet may say it has a million rows that only look of something, so the end is cut."""
    rows: list[list[str]] = []
    filled = 0
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = list(map(_text, row))
        if any(cells):
            rows.extend([] for _ in range(number - 1 - filled))
            rows.append(cells)
            filled = number
    return rows


def _never_calculated(sheet: Any, rows: list[list[str]]) -> Iterator[str]:
    """A sentence when formulas have no stored value: their cells read as blank, or the header's as nameless."""
    sheet.reset_dimensions()
    count = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        known = rows[number] if number < len(rows) else []
        for at, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("=") and not (at < len(known) and known[at]):
                if number == 0:
                    raise Refused("a formula in the first row has no value", "Write the column's name in its place.")
                count += 1
    if count:
        said = agreeing(count, "# formula has no stored value and reads", "# formulas have no stored value and read")
        yield f"{said} as blank: open the workbook, save it, and send it again"


def _below(rows: list[list[str]], header_rows: int, width: int) -> tuple[pd.DataFrame, list[str]]:
    found, problems = filled_up([row + [""] * (width - len(row)) for row in rows[header_rows:]], width, header_rows)
    return found, problems


def _text(value: Any) -> str:
    """A stored value as text: whole numbers without the point, days without midnight."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)
