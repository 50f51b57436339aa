"""CSV bytes as a frame of text: every cell as written, the index the row number a spreadsheet shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd

from study import StudyError


def read_rows(data: bytes, required: Sequence[str], file: str) -> pd.DataFrame:
    """One CSV in UTF-8 with at least the `required` columns; cells stripped, "" when empty, blank rows left out.

    The header is row 1. Raises StudyError for text that is not UTF-8 or is no CSV, and for a missing column.
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        raise StudyError("the text is not UTF-8", where=file, remedy="Save it again as CSV UTF-8.") from None
    except csv.Error:
        raise StudyError("the file is not readable as CSV", where=file, remedy="Export it again as CSV.") from None
    header = [name.strip() for name in rows[0]] if rows else []
    missing = [column for column in required if column not in header]
    if missing:
        raise StudyError(
            f"the column {missing[0]} is missing",
            where=f"{file}, row 1",
            remedy=f"The header needs {', '.join(required)}.",
        )
    return frame_of(header, [(n, row) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)])


def frame_of(header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> pd.DataFrame:
    """Rows with their numbers as a frame of text, as wide as its header."""
    width = len(header)
    cells = [[cell.strip() for cell in (*row, *[""] * width)[:width]] for _, row in rows]
    numbers = pd.Index([n for n, _ in rows], dtype="int64")
    return pd.DataFrame(cells, columns=pd.Index(header), index=numbers, dtype=object)
