"""One person's rows taken out of people's tables, every other row left as it was: in CSV byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from evidence.survey.linkage import plain_key

Row = dict[str, str]
BOM = b"\xef\xbb\xbf"


class Taken(NamedTuple):
    """The table without the rows, and how many rows were taken out, shortened or masked."""

    data: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of the rows whose `column` holds one of `values` (or, with `several`, a list (;) that names one).

    They go; a list loses the value and the row stays when others are left; with `replaced` the cell becomes that; with
    `masks` (text, what stands in its place) only their column `masked` changes. `plain` are spellings by which a cell
    counts as well (`plain_key`: no spaces, no case).
    """

    column: str
    values: tuple[str, ...]
    several: bool = False
    replaced: str = ""
    masked: str = ""
    masks: tuple[tuple[str, str], ...] = ()
    record: str = ""
    encoding: str = "utf-8"
    separator: str = ","
    plain: tuple[str, ...] = ()

    def spread(self, rows: Iterable[Row]) -> Edit:
        """The same edit for every row of the records of which one row is theirs: a REDCap export names the person on
        one of them only. `record` is what that column may be called (|)."""
        theirs = [row for row in rows if self.of(row) != row]
        for name in self.record.split("|"):
            if found := {row[name] for row in theirs if row.get(name)}:
                return replace(self, column=name, values=tuple(sorted(found)), several=False, record="")
        return self

    def is_theirs(self, cell: str) -> bool:
        """Whether a cell holds one of the values, exactly or by its plain spelling."""
        return cell in self.values or (bool(self.plain) and plain_key(cell) in self.plain)

    def of(self, row: Row) -> Row | None:
        """The row as it is afterwards, None when it goes."""
        cell = row.get(self.column, "")
        if self.several:
            named = [part.strip() for part in cell.split(";")]
            if not set(named) & set(self.values):
                return row
            others = [part for part in named if part and part not in self.values]
            return {**row, self.column: ";".join(others)} if others else None
        if not self.is_theirs(cell):
            return row
        if self.masks:
            return {**row, self.masked: masked(row.get(self.masked, ""), self.masks)}
        return {**row, self.column: self.replaced} if self.replaced else None


def masked(text: str, masks: tuple[tuple[str, str], ...]) -> str:
    """The text with every mask's words replaced where they are not part of a longer word, longer ones first."""
    for words, placeholder in sorted(masks, key=lambda mask: (-len(mask[0]), mask)):
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", lambda _, stands=placeholder: stands, text)
    return text


def without_rows(data: bytes, is_theirs: Callable[[Row], bool]) -> Taken:
    """The table without the rows of which `is_theirs` holds; the header stays."""
    return edited(data, lambda row: None if is_theirs(row) else row)


def without_name(data: bytes, column: str, code: str) -> Taken:
    """The table without a code in a column of several (;): a row that names nobody else goes, others lose the code."""
    return edited(data, Edit(column, (code,), several=True).of)


def without_values(data: bytes, values: tuple[str, ...]) -> Taken:
    """A JSON document of ours without these strings: they leave lists, and keys and objects with such an id go."""
    gone = set(values)
    taken = 0

    def cleaned(part: Any) -> Any:
        nonlocal taken
        if isinstance(part, list):
            kept = [one for one in part if not _names(one, gone)]
            taken += len(part) - len(kept)
            return [cleaned(one) for one in kept]
        if isinstance(part, dict):
            kept_keys = {key: one for key, one in part.items() if not gone & _strings((key, one))}
            taken += len(part) - len(kept_keys)
            return {key: cleaned(one) for key, one in kept_keys.items()}
        return part

    document = cleaned(json.loads(data))
    if not taken:
        return Taken(data, 0)
    return Taken(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode(), taken)


def _names(part: Any, gone: set[str]) -> bool:
    """Whether an element of a list is one of these strings, or an object one of whose values is."""
    return bool(gone & _strings(part.values() if isinstance(part, dict) else (part,)))


def _strings(parts: Any) -> set[str]:
    return {part for part in parts if isinstance(part, str)}


def edited(data: bytes, edit: Callable[[Row], Row | None], *, encoding: str = "utf-8", separator: str = ",") -> Taken:
    """A CSV after `edit`, which gives each row as it is to be, or None when it goes."""
    start = BOM if data.startswith(BOM) and encoding.startswith("utf-8") else b""
    text = data.removeprefix(start).decode(encoding.removesuffix("-sig"), errors="surrogateescape")
    records = list(_records(text))
    if not records:
        return Taken(data, 0)
    kept, changed = [records[0]], 0
    header = _header(records[0], separator)
    for record in records[1:]:
        row = _row(header, record, separator)
        after = edit(row)
        changed += after != row
        if after is not None:
            kept.append(record if after == row else _line([after.get(name, "") for name in header], record, separator))
    if not changed:
        return Taken(data, 0)
    return Taken(start + "".join(kept).encode(encoding.removesuffix("-sig"), errors="surrogateescape"), changed)


def rows_of(data: bytes, *, encoding: str = "utf-8", separator: str = ",") -> list[Row]:
    """Every row of a CSV by the names of its header."""
    text = data.removeprefix(BOM).decode(encoding.removesuffix("-sig"), errors="surrogateescape")
    records = list(_records(text))
    header = _header(records[0], separator) if records else []
    return [_row(header, record, separator) for record in records[1:]]


def _header(record: str, separator: str) -> list[str]:
    return [name.strip() for name in _cells(record, separator)]


def _row(header: list[str], record: str, separator: str) -> Row:
    return dict(zip(header, (cell.strip() for cell in _cells(record, separator)), strict=False))


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


def _cells(record: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=separator), [])


def _line(cells: list[str], like: str, separator: str) -> str:
    written = io.StringIO(newline="")
    end = "\r\n" if like.endswith("\r\n") else "\n"
    csv.writer(written, lineterminator=end, delimiter=separator).writerow(cells)
    return written.getvalue()
