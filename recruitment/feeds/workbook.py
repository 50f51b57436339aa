"""One sheet of a workbook as rows of text: the sheet a person sees, with the values they typed.

A formula in a column that is read, a merged header and a sheet nobody sees are refused: what stands there may change,
or was never looked at. Days that the program knows as days are written as the feed declares its days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from study.errors import StudyError
from study.protocol.registers import Feed
from study.workbook import cell_text, filled_cells, letters, opened_workbook

Rows = list[tuple[int, list[str]]]


def workbook_rows(data: bytes, feed: Feed, columns: Collection[str], *, strict: bool = True) -> tuple[str, Rows]:
    """The sheet in words (file and sheet) and its rows by number; StudyError for what is not plain, where `strict`."""
    book = opened_workbook(data, feed.file, values=not strict, table="register")
    sheet = _chosen(book, feed) if strict else _likeliest(book, feed, columns)
    where = f"{feed.file}, sheet {sheet.title}"
    found = list(filled_cells(sheet))
    names = {cell.column: cell_text(cell) for cell in found if cell.row == 1}
    if strict:
        _refuse_merged(sheet, where)
        _refuse_formulas(found, names, columns, where)
    width = max(names, default=0)
    rows: dict[int, list[str]] = {1: [""] * width}
    for cell in found:
        if cell.column <= width:
            rows.setdefault(cell.row, [""] * width)[cell.column - 1] = _text(cell, feed)
        elif strict:
            raise StudyError(
                "the cell holds a value and its column has no name",
                where=f"{where}, row {cell.row}, column {letters(cell.column - 1)}",
                remedy="Name the column in the first row, or empty it.",
            )
    return where, sorted(rows.items())


def _likeliest(book: Any, feed: Feed, columns: Collection[str]) -> Any:
    """The sheet named; else the one with most of the columns that are read, before others one that people see."""

    def likeness(sheet: Any) -> tuple[bool, int, bool]:
        header = {cell_text(cell) for cell in filled_cells(sheet) if cell.row == 1}
        return sheet.title == feed.sheet, len(header & set(columns)), sheet.sheet_state == "visible"

    sheets = book.worksheets
    return max(sheets, key=likeness) if sheets else _chosen(book, feed)


def _chosen(book: Any, feed: Feed) -> Any:
    """The sheet that study.yaml names; the only one where it names none."""
    sheets = book.worksheets
    named = [sheet for sheet in sheets if feed.sheet is None or sheet.title == feed.sheet]
    titles = ", ".join(sheet.title for sheet in sheets) or "none"
    if not named:
        raise StudyError(
            f"the workbook has no sheet {feed.sheet}" if feed.sheet else "the workbook has no sheet of cells",
            where=feed.file,
            remedy=f"Its sheets are {titles}; correct `sheet` in study.yaml.",
        )
    if feed.sheet is None and len(sheets) > 1:
        hidden = ", some of them hidden" if any(s.sheet_state != "visible" for s in sheets) else ""
        raise StudyError(
            f"the workbook has {len(sheets)} sheets{hidden}, and nothing says which is the register",
            where=feed.file,
            remedy=f"Write `sheet:` in study.yaml with one of {titles}.",
        )
    if named[0].sheet_state != "visible":
        raise StudyError(
            "the sheet is hidden, so nobody sees what is read",
            where=f"{feed.file}, sheet {named[0].title}",
            remedy="Show it, or name another sheet in study.yaml.",
        )
    return named[0]


def _refuse_merged(sheet: Any, where: str) -> None:
    for merged in sorted(sheet.merged_cells.ranges, key=lambda m: (m.min_row, m.min_col)):
        of_header = "header cells" if merged.min_row == 1 else "cells"
        raise StudyError(
            f"the {of_header} {merged.coord} are merged",
            where=f"{where}, row {merged.min_row}, column {letters(merged.min_col - 1)}",
            remedy="Separate them, and give each column its own name and each cell its own value.",
        )


def _refuse_formulas(found: list[Any], names: dict[int, str], columns: Collection[str], where: str) -> None:
    """Formulas in a column that is read, and in the header; those of columns nobody maps are the team's own affair."""
    for cell in sorted(found, key=lambda c: (c.row, c.column)):
        header = names.get(cell.column, "")
        is_read = any(header == name or header.startswith((f"{name}___", f"{name} (choice=")) for name in columns)
        if cell.data_type not in ("f", "e") or not (cell.row == 1 or is_read):
            continue
        is_formula = cell.data_type == "f"
        name = letters(cell.column - 1) if cell.row == 1 else header
        raise StudyError(
            "the cell holds a formula, whose value may change by itself" if is_formula else "the cell holds an error",
            where=f"{where}, row {cell.row}, column {name}",
            remedy="Copy the column and paste it as values." if is_formula else "Correct it, or empty it.",
        )


def _text(cell: Any, feed: Feed) -> str:
    value = cell.value
    if isinstance(value, datetime) and value.time() != time():
        return value.strftime(feed.dates) if any(s in feed.dates for s in ("%H", "%I")) else value.isoformat(" ")
    if isinstance(value, date):
        return value.strftime(feed.dates)
    return cell_text(cell)
