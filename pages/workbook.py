"""A table as an .xlsx workbook, for people who fill in or read lists in a spreadsheet program."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

MADE = datetime(2000, 1, 1)
"""The time a workbook bears: the same table is the same workbook, but for the packing."""
WIDEST = 70


def workbook(
    title: str,
    rows: Iterable[Sequence[str]],
    *,
    header: int = 1,
    choices: Mapping[str, Sequence[str]] | None = None,
    widths: Sequence[int] = (),
) -> bytes:
    """A workbook of one sheet; every cell is text, and none is a formula.

    The first `header` rows are bold and stay in sight. `choices` is a range of cells (`C5:C9`) → the words that may be
    chosen there; `widths` are those of the columns in characters, found from the cells where left out.
    """
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = MADE
    book.properties.title = title
    sheet = book.active
    sheet.title = title[:31]
    longest: list[int] = []
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = text, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number <= header)
            longest += [0] * (column - len(longest))
            longest[column - 1] = max(longest[column - 1], len(text))
    for index, width in enumerate(widths or [min(n, WIDEST) + 2 for n in longest]):
        sheet.column_dimensions[sheet.cell(1, index + 1).column_letter].width = width
    sheet.freeze_panes = f"A{header + 1}"
    for cells, words in (choices or {}).items():
        offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
        sheet.add_data_validation(offered)
        offered.add(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
