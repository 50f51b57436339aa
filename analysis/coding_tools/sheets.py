"""Tables that coding tools export, CSV or .xlsx, as rows of text with the number a spreadsheet shows."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from study import StudyError
from study.workbook import LARGEST_BYTES, text_of

MOST_ROWS = 1_048_576
_SEPARATORS = (",", ";", "\t")
_BREAKS = (("_x000D_", ""), ("\r\n", "\n"), ("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as cells; `rows` are (number, cells) of the rows that hold anything, without space around them."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def sheets_of(data: bytes, file: str) -> list[Sheet]:
    """The sheets of a workbook, or a CSV read with each separator that tools use; StudyError for what is neither."""
    if data[:4] == b"PK\x03\x04":
        return list(_workbook(data, file))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise StudyError("the file is an old .xls workbook", where=file, remedy="Save it as .xlsx or CSV UTF-8.")
    text = _decoded(data, file)
    if "\x00" in text:
        raise StudyError("the file is no text", where=file, remedy="Export it again, as .xlsx or CSV UTF-8.")
    found = [rows for separator in _SEPARATORS if (rows := _csv(text, separator)) is not None]
    if not found:
        raise StudyError(
            "the file is not readable as CSV", where=file, remedy="Export it again, as .xlsx or CSV UTF-8."
        )
    return [Sheet("", rows) for rows in found]


def _decoded(data: bytes, file: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise StudyError("the text is not UTF-8", where=file, remedy="Export it again as CSV UTF-8 or .xlsx.") from None


def _csv(text: str, separator: str) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
    """The rows by one separator; None when the text is no CSV so."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return None
    cleaned = ((number, tuple(map(_cell, row))) for number, row in enumerate(rows, start=1))
    return tuple((number, row) for number, row in cleaned if any(row))


def _workbook(data: bytes, file: str) -> Iterator[Sheet]:
    """Every sheet, its cells streamed: a report of segments may be longer than openpyxl holds well."""
    import openpyxl  # type: ignore[import-untyped]

    damaged = StudyError(
        "the file is not a readable .xlsx workbook", where=file, remedy="Save it again, without a password."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except Exception:  # a damaged directory raises many kinds
        raise damaged from None
    if unpacked > LARGEST_BYTES:
        raise StudyError(
            f"the workbook unpacks to more than {LARGEST_BYTES >> 20} MB",
            where=file,
            remedy="Export fewer segments at a time.",
        )
    sheets = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that hold no cells
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS), start=1)
                cells = ((number, tuple(_cell(text_of(value)) for value in row)) for number, row in rows)
                sheets.append(Sheet(str(sheet.title), tuple((n, row) for n, row in cells if any(row))))
    except Exception:  # openpyxl raises many kinds for a damaged workbook
        raise damaged from None
    yield from sheets


def _cell(text: str) -> str:
    for mark, instead in _BREAKS:
        if mark in text:
            text = text.replace(mark, instead)
    return text.strip().removeprefix("\ufeff")
