"""One person's rows taken out of people's tables, every other row left byte for byte as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

Row = dict[str, str]


class Taken(NamedTuple):
    """The table without the rows, and how many rows were taken out or shortened."""

    data: bytes
    rows: int


def without_rows(data: bytes, is_theirs: Callable[[Row], bool]) -> Taken:
    """The table without the rows of which `is_theirs` holds; the header stays."""
    return _edited(data, lambda row: None if is_theirs(row) else row)


def without_name(data: bytes, column: str, code: str) -> Taken:
    """The table without a code in a column of several (;): a row that names nobody else goes, others lose the code."""

    def edit(row: Row) -> Row | None:
        codes = [c.strip() for c in row.get(column, "").split(";")]
        if code not in codes:
            return row
        others = [c for c in codes if c and c != code]
        return {**row, column: ";".join(others)} if others else None

    return _edited(data, edit)


def _edited(data: bytes, edit: Callable[[Row], Row | None]) -> Taken:
    text = data.decode("utf-8-sig", errors="surrogateescape")
    records = list(_records(text))
    if not records:
        return Taken(data, 0)
    header = [name.strip() for name in _cells(records[0])]
    kept, changed = [records[0]], 0
    for record in records[1:]:
        row = dict(zip(header, (cell.strip() for cell in _cells(record)), strict=False))
        edited = edit(row)
        changed += edited != row
        if edited is not None:
            kept.append(record if edited == row else _line([edited.get(name, "") for name in header], record))
    if not changed:
        return Taken(data, 0)
    start = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return Taken(start + "".join(kept).encode("utf-8", errors="surrogateescape"), changed)


def _records(text: str) -> Iterator[str]:
    """The table's records as written, line ends included; a quoted cell may span lines."""
    held = ""
    for line in io.StringIO(text, newline=""):
        held += line
        if held.count('"') % 2 == 0:
            yield held
            held = ""
    if held:
        yield held


def _cells(record: str) -> list[str]:
    return next(csv.reader(io.StringIO(record, newline="")), [])


def _line(cells: list[str], like: str) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n" if like.endswith("\r\n") else "\n").writerow(cells)
    return written.getvalue()
