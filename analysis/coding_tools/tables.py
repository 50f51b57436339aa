"""Tables of coding tools as exports: codes with their definitions, coded segments, one row or several codes a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.checks import Problem
from analysis.codebook import SUBJECT as CODEBOOK
from analysis.coding_tools.export import SUBJECT, CodeSystem, ToolExport, segments_of
from analysis.coding_tools.layouts import LAYOUTS, Found, known_headers, recognised
from analysis.coding_tools.sheets import Sheet, sheets_of
from study import StudyError

HEADER_ROWS = 12
"""A report's title may stand above its table; so many rows are looked at."""
SHOWN = 12
_LONGEST_HEADER = 40
_YES = frozenset({"true", "1", "yes", "x"})
_NUMBERED = re.compile(r"^D\s?\d+:\s*")
_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")
_NO_TEXT = ("imid:", "avid:")
Row = tuple[int, tuple[str, ...]]


@dataclass
class _Read:
    """What is gathered from the tables of one file."""

    file: str
    system: CodeSystem = field(default_factory=CodeSystem)
    segments: list[tuple[str, str, str, int, int, str, int, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    tools: dict[str, None] = field(default_factory=dict)
    has_codes: bool = False
    pictures: int = 0


def read_tables(data: bytes, file: str, tool: str = "auto") -> ToolExport:
    """Every table of a workbook or CSV that a coding tool writes.

    StudyError when none is recognised: it names the columns found, if they are columns' names at all.
    """
    read = _Read(file)
    sheets = sheets_of(data, file)
    for sheet in sheets:
        found = _table(sheet, tool)
        if found is None:
            continue
        table, rows = found
        read.tools[table.layout.tool] = None
        read.counted[f"{_called(table.layout.tool)} {table.layout.title}"] += len(rows)
        (_codes if table.layout.holds == "codes" else _segments)(read, table, rows)
        if data[:2] != b"PK":
            break  # the same text by another separator
    if not read.tools:
        raise _unknown(sheets, file, tool)
    if len(read.tools) > 1:
        raise StudyError(
            "the workbook has tables of several tools", where=file, remedy="Export each tool's codings by themselves."
        )
    held = (f"{what} ({rows:,} {'row' if rows == 1 else 'rows'})" for what, rows in read.counted.items())
    notes = [f"{file} has {', '.join(held)}"]
    if read.pictures:
        notes.append(f"{file}: codings of pictures, audio or video left out, for want of words ({read.pictures})")
    return ToolExport(
        next(iter(read.tools)),
        read.system.entries(),
        segments_of(read.segments),
        {row[0]: None for row in read.segments},
        tuple(read.problems),
        notes=tuple(notes),
        is_codebook=read.has_codes,
    )


def _table(sheet: Sheet, tool: str) -> tuple[Found, list[Row]] | None:
    """The first row that begins a table, and the rows below it."""
    for position, (_, cells) in enumerate(sheet.rows[:HEADER_ROWS]):
        found = recognised(cells, tool)
        if found is not None:
            width = len(cells)
            return found, [(n, (row + ("",) * width)[: max(width, len(row))]) for n, row in sheet.rows[position + 1 :]]
    return None


def _codes(read: _Read, table: Found, rows: Sequence[Row]) -> None:
    """A code system: by paths, by the column of the parent's name, or by ids."""
    read.has_codes = True
    above = _above(table, rows)
    for number, cells in rows:
        name = _cell(table, cells, "name")
        path = _path(table, name)
        parent = _path(table, _cell(table, cells, "parent"))
        if "ids" in table.columns:
            path = (*above.get(_cell(table, cells, "ids"), ()), *path)
        if not path:
            read.problems.append(Problem("AN006", read.file, number, "code", CODEBOOK))
            continue
        read.system.add((*parent, *path), definition=_cell(table, cells, "definition"))


def _above(table: Found, rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """For each id of a row the names above it; a circle ends where it comes back."""
    if "ids" not in table.columns:
        return {}
    named = {_cell(table, c, "ids"): (_cell(table, c, "name"), _cell(table, c, "above")) for _, c in rows}
    found = {}
    for id, (_, parent) in named.items():
        path: list[str] = []
        seen = {id}
        while parent in named and parent not in seen:
            seen.add(parent)
            name, parent = named[parent]
            path.insert(0, name)
        found[id] = tuple(path)
    return found


def _segments(read: _Read, table: Found, rows: Sequence[Row]) -> None:
    for number, cells in rows:
        source = _NUMBERED.sub("", _cell(table, cells, "source"))
        text = _cell(table, cells, "text")
        if _cell(table, cells, "ids").startswith(_NO_TEXT):
            read.pictures += 1
            continue
        paths = list(_paths(table, cells))
        if not source or not any(c.isalnum() for c in text):
            column = "text" if source else "source"
            read.problems.append(Problem("AN007", read.file, number, column, SUBJECT))
            continue
        begin, finish = _range(_cell(table, cells, "range"))
        start, end = _whole(_cell(table, cells, "start")), _whole(_cell(table, cells, "end"))
        for path in paths:  # a highlight without a tag is nobody's coding
            code = read.system.add(path)
            read.segments.append((source, _cell(table, cells, "coder"), code, start, end, text, begin, finish, number))


def _paths(table: Found, cells: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each code that a row gives."""
    if table.layout.applied:
        yield from (_path(table, name) for i, name in table.codes.items() if cells[i].casefold() in _YES)
        return
    named = _cell(table, cells, "code")
    several = re.split(table.layout.several, named) if table.layout.several else [named]
    above = tuple(reversed([cells[i] for i in table.columns.get("above", ()) if cells[i]]))
    for name in several:
        path = _path(table, name)
        if path:
            yield (*above, *path)


def _path(table: Found, name: str) -> tuple[str, ...]:
    """Names from the top down; what NVivo puts before every path (`Codes\\\\`, `Nodes\\\\`) left out."""
    parts = re.split(table.layout.split, name) if table.layout.split else [name]
    path = tuple(" ".join(part.split()) for part in parts if part.strip())
    return path[1:] if table.layout.tool == "nvivo" and len(path) > 1 and path[0] in ("Codes", "Nodes") else path


def _cell(table: Found, cells: tuple[str, ...], name: str) -> str:
    at = table.columns.get(name)
    return cells[at[0]] if at and at[0] < len(cells) else ""


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match and len(text) < 24 else (-1, -1)


def _unknown(sheets: Sequence[Sheet], file: str, tool: str) -> StudyError:
    """One sentence naming the columns found: those of a row of headers, for any other row may be somebody's words."""
    wanted = "a coding tool" if tool == "auto" else _called(tool)
    for sheet in sheets:
        for _, cells in sheet.rows[:HEADER_ROWS]:
            if len(known_headers(cells)) > 1:
                shown = [cell for cell in cells if 0 < len(cell) <= _LONGEST_HEADER][:SHOWN]
                what = f"no table of {wanted} has the columns {', '.join(shown)}"
                return StudyError(what, where=file, remedy=_REMEDY)
    return StudyError(f"none of its columns is one that {wanted} writes", where=file, remedy=_REMEDY)


def _called(tool: str) -> str:
    return CALLED.get(tool, tool)


CALLED: Mapping[str, str] = {
    "refi_qda": "REFI-QDA",
    "nvivo": "NVivo",
    "atlas_ti": "ATLAS.ti",
    "maxqda": "MAXQDA",
    "qualcoder": "QualCoder",
    "taguette": "Taguette",
    "dedoose": "Dedoose",
}
_REMEDY = (
    "Export it with English headers as docs/codings.md lists them, or export the project as REFI-QDA (.qdpx); "
    f"read are {', '.join(sorted({CALLED[layout.tool] for layout in LAYOUTS}))}."
)
