"""The first sheet of an .xlsx workbook as rows of text: stored values, results of formulas, nothing guessed.

Rows and columns somebody hid are read like the others, as they are when the sheet is saved as .csv.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from study.errors import StudyError
from study.workbook import cell_text, filled_cells, letters, opened_workbook


def sheet_rows(data: bytes, name: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The first sheet's name for messages and its rows that have any value, numbered, from row and column 1.

    StudyError for a hidden or empty first sheet, merged cells, error values, and formulas without a stored result.
    """
    written = opened_workbook(data, name, values=False, table="frame")
    stored = opened_workbook(data, name, values=True, table="frame")
    if not written.worksheets:
        raise StudyError("the workbook has no sheet of cells", where=name, remedy="Save the table as a sheet.")
    sheet, results = written.worksheets[0], stored.worksheets[0]
    where = f"{name}, sheet {sheet.title}"
    if sheet.sheet_state != "visible":
        raise StudyError(
            "the first sheet is hidden", where=where, remedy="Show it, or move the frame's sheet to the front."
        )
    found = dict(_texts(sheet, results, where))
    if not found:
        others = [s.title for s in written.worksheets[1:] if any(True for _ in filled_cells(s))]
        remedy = f"Move the frame's sheet to the front ({', '.join(others)})." if others else "Write the frame there."
        raise StudyError("the first sheet is empty", where=where, remedy=remedy)
    last_row, last_column = max(r for r, _ in found), max(c for _, c in found)
    for merged in sorted(sheet.merged_cells.ranges, key=lambda m: (m.min_row, m.min_col)):
        if merged.min_row <= last_row and merged.min_col <= last_column:
            raise StudyError(
                f"the cells {merged.coord} are merged",
                where=f"{where}, row {merged.min_row}, column {letters(merged.min_col - 1)}",
                remedy="Separate them and write a value into each.",
            )
    rows: dict[int, list[str]] = {}
    for (r, c), text in found.items():
        rows.setdefault(r, [""] * last_column)[c - 1] = text
    return where, sorted(rows.items())


def _texts(sheet: Any, results: Any, where: str) -> Iterator[tuple[tuple[int, int], str]]:
    for cell in filled_cells(sheet):
        at = f"{where}, row {cell.row}, column {letters(cell.column - 1)}"
        is_formula = cell.data_type == "f"
        result = results._cells[(cell.row, cell.column)] if is_formula else cell
        if result.data_type == "e":
            raise StudyError(
                f"the cell holds the error {result.value}", where=at, remedy="Correct it, or empty it where missing."
            )
        if is_formula and result.value is None and result.data_type != "str":
            raise StudyError(
                "the cell holds a formula without a stored result",
                where=at,
                remedy="Open the workbook in a spreadsheet program and save it, or write the value there.",
            )
        text = cell_text(result, is_formula=is_formula)
        if text:
            yield (cell.row, cell.column), text
