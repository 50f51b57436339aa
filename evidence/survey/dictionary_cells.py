"""A data dictionary's cells as text, from CSV or a workbook, each row with the number people see."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from study.errors import Fault, StudyError
from study.workbook import cell_text, filled_cells, opened_workbook

Rows = list[tuple[int, list[str]]]
SHEET = "dictionary"
"""The sheet of a workbook that is read if there is one of this name, else the first."""
_SEPARATORS = ",;\t"


def cells_of(data: bytes, name: str, known: Collection[str], faults: list[Fault]) -> Rows:
    """The rows, the header first, with their numbers from 1; the separator is the one that shows most `known` names."""
    if data.startswith(b"PK\x03\x04"):
        return _of_workbook(data, name, faults)
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        faults.append(Fault(f"{name}, row {row}", "the text is not UTF-8", "Save it again as CSV UTF-8."))
        return []
    try:
        separator = max(_SEPARATORS, key=lambda sign: sum(c.strip().lower() in known for c in _first(text, sign)))
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        faults.append(Fault(name, "not readable as CSV", "Save it again as CSV UTF-8."))
        return []
    return [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(rows, start=1)]


def _first(text: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])


def _of_workbook(data: bytes, name: str, faults: list[Fault]) -> Rows:
    try:
        book = opened_workbook(data, name, values=True, table="data dictionary")
    except StudyError as error:
        faults.append(Fault(error.where, error.what, error.remedy))
        return []
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        faults.append(Fault(name, "the workbook has no sheet with cells", "Save the dictionary as CSV UTF-8."))
        return []
    rows: dict[int, dict[int, str]] = {}
    for cell in filled_cells(sheets.get(SHEET, book.worksheets[0])):
        rows.setdefault(cell.row, {})[cell.column] = cell_text(cell)
    width = max((max(cells) for cells in rows.values()), default=0)
    return [(number, [cells.get(i, "") for i in range(1, width + 1)]) for number, cells in sorted(rows.items())]
