"""A register's file as rows of text, whoever wrote it: CSV in the declared encoding, or one sheet of a workbook.

What is not as declared stops the whole file: a wrong encoding or a merged header would only shift words to where they
do not belong.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recruitment.feeds.workbook import workbook_rows
from study.errors import StudyError
from study.protocol.registers import Encoding, Feed

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
LONGEST_CELL = 131_072  # characters; the csv module's own limit
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's table: where it is in words, its columns as written, and its rows with their numbers.

    The header is row 1. Cells are stripped text, "" for empty; every row is as long as the header; rows without any
    value are left out. A column may be named twice or not at all: only those that are mapped need a name of their own.
    """

    where: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(data: bytes, feed: Feed, *, columns: Sequence[str]) -> Sheet:
    """The table in a feed's file; StudyError names row and column of what cannot be read as declared.

    `columns` are those the feed maps: only in them a workbook's formulas are refused.
    """
    if feed.is_workbook:
        where, rows = workbook_rows(data, feed, columns)
        return _sheet(where, rows)
    text = decoded(data, feed.file, feed.encoding)
    separator = SEPARATORS[feed.separator]
    rows = list(enumerate(_csv_rows(text, feed.file, separator), start=1))
    width = len(rows[0][1]) if rows else 0
    other = next((w for w, s in SEPARATORS.items() if width == 1 and s != separator and s in rows[0][1][0]), "")
    if other:
        raise StudyError(
            f"the columns are separated by {other}s, not by {feed.separator}s",
            where=f"{feed.file}, row 1",
            remedy=f"Write `separator: {other}` in study.yaml, or save it with {feed.separator}s.",
        )
    for number, row in rows[1:]:
        if any(cell.strip() for cell in row[width:]):
            raise StudyError(
                f"the row has {len(row)} cells and the header {width}",
                where=f"{feed.file}, row {number}",
                remedy=f"Put text that holds a {feed.separator} in quotation marks.",
            )
    return _sheet(feed.file, rows)


def leniently_read(data: bytes, feed: Feed, *, columns: Sequence[str]) -> Sheet | None:
    """What can be read of a file that is not as declared, for the withdrawals in it; None where nothing can."""
    try:
        if feed.is_workbook:
            return _sheet(*workbook_rows(data, feed, columns, strict=False))
        seen = next((e for mark, e in _MARKS if data.startswith(mark)), "utf-8" if _is_utf8(data) else None)
        text = data.decode(seen or feed.encoding, errors="replace")
        separator = SEPARATORS[feed.separator]
        try:
            rows = _csv_rows(text, feed.file, separator)
        except StudyError:  # line by line, so that nobody's withdrawal is lost in a quotation that is not closed
            rows = list(csv.reader(_broken(text), delimiter=separator))
        return _sheet(feed.file, list(enumerate(rows, start=1)))
    except (StudyError, csv.Error):
        return None


def decoded(data: bytes, name: str, encoding: Encoding) -> str:
    """The text of these bytes in the declared encoding; StudyError with row and column where they are in another."""
    if data.startswith(_WORKBOOKS):
        raise StudyError(
            "the content is that of a workbook, not of CSV", where=name, remedy="Save it as CSV, or name it .xlsx."
        )
    eight_bit = encoding not in ("utf-8", "utf-8-sig", "utf-16")
    marked = next((e for mark, e in _MARKS if data.startswith(mark)), None)
    if eight_bit and (marked or _is_utf8(data)):
        at = 0 if marked else next(i for i, byte in enumerate(data) if byte > 127)
        raise _not_encoded(data, at, name, encoding, marked or "utf-8", "latin-1")
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise _not_encoded(data, error.start, name, encoding, marked, "utf-8") from None
    if (wrong := text.find("\0")) >= 0:
        raise _not_encoded(text[:wrong].encode(), wrong, name, encoding, "utf-16", "utf-8")
    return text


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _is_utf8(data: bytes) -> bool:
    """Whether bytes beyond ASCII are there and all of them UTF-8: by chance that happens to no text of any length."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _not_encoded(data: bytes, at: int, name: str, encoding: str, found: str | None, readable: str) -> StudyError:
    """The error of a byte that is not as declared, with its row and column, and what to declare where that is seen."""
    shown = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
    remedy = f"Write `encoding: {found}` in study.yaml, or s" if found else "Write its encoding in study.yaml, or s"
    return StudyError(
        f"the text is not {shown}",
        where=f"{name}, {cell_at(data[:at].decode(readable, errors='replace'))}",
        remedy=f"{remedy}ave it again as CSV {shown}.",
    )


def cell_at(before: str) -> str:
    """The row and, where the header names it, the column of the cell in which a CSV's text breaks off."""
    try:
        rows = list(csv.reader(io.StringIO(before + "x", newline="")))
    except csv.Error:  # a cell longer than any: line by line
        rows = list(csv.reader(_broken(before + "x")))
    column = len(rows[-1]) - 1
    named = rows[0][column].strip().lstrip("\ufeff") if len(rows) > 1 and column < len(rows[0]) else ""
    return f"row {len(rows)}" + (f", column {named}" if named else "")


def _csv_rows(text: str, name: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error:
        raise StudyError(
            "the text is not readable as CSV from here on",
            where=f"{name}, row {len(rows) + 1}",
            remedy="Look for a quotation mark that is not closed or not doubled there, and save it again as CSV.",
        ) from None
    return rows


def _broken(text: str) -> Iterator[str]:
    """The lines, each one alone: an open quotation mark then swallows its own line only."""
    for line in text.splitlines():
        yield (line + '"' if line.count('"') % 2 else line)[:LONGEST_CELL]


def _sheet(where: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Sheet:
    header = tuple(cell.strip() for n, row in rows if n == 1 for cell in row)
    if not any(header):
        raise StudyError(
            "the first row must name the columns, and it is empty",
            where=f"{where}, row 1",
            remedy="Write the names of the columns into the first row, and nothing above them.",
        )
    width = len(header)
    body = []
    for number, row in rows:
        cells = tuple(cell.strip() for cell in row[:width])
        if number != 1 and any(cells):
            body.append((number, cells + ("",) * (width - len(cells))))
    return Sheet(where, header, tuple(body))
