"""CSV and its relatives as cells: code page, separator, quoted line breaks, rows that are too long or too short.

RFC 4180 for quotation marks. The body is parsed by Arrow; where it stumbles, the csv module says in which row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

import pandas as pd

from evidence.survey.code_pages import text_codec
from evidence.survey.contents import Refused, agreeing
from evidence.survey.sniffing import is_utf16
from evidence.survey.tables import MOST_HEADER_ROWS, Cells

_SEPARATORS = ",;\t|"
_LONGEST_CELL = 1 << 26
_BLOCK = 1 << 25


def delimited_cells(data: bytes, encoding: str | None) -> Cells:
    """The cells of a text table; Refused when its code page or its rows do not fit."""
    text, code_page = _decoded(data, encoding)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise Refused(f"the text holds a NUL character (line {row}), as files do that were damaged", "Export it again.")
    separator = ""
    if text[:4].lower() == "sep=":
        line, _, text = text.partition("\n")
        separator = line.strip()[4:5]
    text = text.lstrip("\r\n")
    with _long_cells():
        separator = separator or max(_SEPARATORS, key=partial(_likeness, text))
        top, starts = _first_rows(text, separator)
    return Cells(top, partial(_body, text, separator, starts), encoding=code_page)


@contextmanager
def _long_cells() -> Iterator[None]:
    """The csv module reads cells of free text of any length; afterwards its limit is as it was, for other readers."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str]:
    wide = is_utf16(data)
    declared = text_codec(encoding) if encoding else None
    for code_page in filter(None, (wide or "utf-8-sig", declared)):
        try:
            return data.decode(code_page), code_page.removesuffix("-sig")
        except UnicodeDecodeError as error:
            row = data.count(b"\n", 0, error.start) + 1
    said = f"neither UTF-8 nor {encoding}" if encoding else "not UTF-8"
    remedy = "Correct" if encoding else "Write its code page as"
    raise Refused(
        f"the text is {said} (row {row})",
        f"{remedy} `encoding` of the survey in study.yaml, for example cp1252, or save it again as CSV UTF-8.",
    )


def _likeness(text: str, separator: str) -> tuple[bool, int]:
    """How well a separator fits: whether the second row has as many cells as the first, and how many that are."""
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 2))
    except csv.Error:
        return False, 0
    if not rows or any(cell.count('"') % 2 for cell in rows[0]):
        return False, 0
    return len(rows[0]) > 1 and len(rows[-1]) == len(rows[0]), len(rows[0])


def _first_rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The rows that may be headers, and where in the text each of them ends."""
    stream = io.StringIO(text, newline="")
    rows, ends = [], []
    try:
        for row in islice(csv.reader(iter(stream.readline, ""), delimiter=separator), MOST_HEADER_ROWS):
            rows.append(row)
            ends.append(stream.tell())
    except csv.Error:
        raise _unclosed(len(rows) + 1) from None
    return rows, ends


def _body(text: str, separator: str, ends: list[int], header_rows: int, width: int) -> tuple[pd.DataFrame, list[str]]:
    start = ends[min(header_rows, len(ends)) - 1]
    rest = text[start:] if len(ends) >= header_rows else ""
    found = _by_arrow(rest, separator, width)
    return (found, []) if found is not None else _by_hand(rest, separator, width, header_rows)


def _by_arrow(text: str, separator: str, width: int) -> pd.DataFrame | None:
    """The rows as columns of text, null where blank; None where a row has not as many cells as the header."""
    if text.count('"') % 2:
        return None  # Arrow takes what follows a quotation mark that is not closed for one cell
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.compute as pc  # type: ignore[import-untyped]
    from pyarrow import csv as arrow_csv

    if not text.strip("\r\n"):
        return _as_frame([[]] * width)
    names = [str(at) for at in range(width)]
    bad: list[int] = []

    def note(row: Any) -> str:
        bad.append(row.actual_columns)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=note, ignore_empty_lines=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        return None
    if bad:
        return None
    return _as_frame([pc.if_else(pc.equal(pc.utf8_trim_whitespace(c), ""), None, c) for c in table.columns])


def _by_hand(text: str, separator: str, width: int, above: int) -> tuple[pd.DataFrame, list[str]]:
    """The same, row by row: rows that are too short are filled up and counted, too long ones refused."""
    rows: list[list[str]] = []
    try:
        with _long_cells():
            rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise _unclosed(len(rows) + above + 1) from None
    return filled_up(rows, width, above)


def filled_up(rows: list[list[str]], width: int, above: int) -> tuple[pd.DataFrame, list[str]]:
    """Rows of text as columns, null where blank; Refused where cells stand beyond the header."""
    longer = [number for number, row in enumerate(rows, above + 1) if any(cell.strip() for cell in row[width:])]
    if longer:
        raise Refused(
            agreeing(len(longer), "# row has more cells", "# rows have more cells")
            + f" than the header (first row {longer[0]})",
            "Put text that holds a separator in quotation marks, or name every column.",
        )
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    short = sum(len(row) < width for row in filled)
    said = agreeing(short, "# row has fewer cells", "# rows have fewer cells")
    problems = [f"{said} than the header: export it again"] if short else []
    cells = [[cell if cell.strip() else None for cell in row[:width]] + [None] * (width - len(row)) for row in filled]
    return _as_frame([[row[at] for row in cells] for at in range(width)]), problems


def _as_frame(columns: Sequence[Any]) -> pd.DataFrame:
    """Columns of text, null where None."""
    import pyarrow as pa

    names = [str(at) for at in range(len(columns))]
    table = pa.table([c if isinstance(c, pa.ChunkedArray) else pa.array(c, pa.string()) for c in columns], names=names)
    found: pd.DataFrame = table.to_pandas().set_axis(range(len(columns)), axis=1)
    return found


def _unclosed(row: int) -> Refused:
    return Refused(
        f"the text is not readable as CSV from row {row} on",
        "Look for a quotation mark that is not closed there, and export it again.",
    )
