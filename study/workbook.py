"""An .xlsx workbook as openpyxl reads it, and its stored values as text: what every table that people keep shares."""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from study.errors import StudyError

LARGEST_BYTES = 256 << 20
"""How large a workbook may be once unpacked."""
DIGITS = 15
"""How many digits a spreadsheet program computes and shows."""
_LEADING_ZEROS = re.compile(r"0{2,}")


def opened_workbook(data: bytes, name: str, *, values: bool, table: str) -> Any:
    """The workbook in these bytes, with `values` the stored results in place of formulas; `table` names it to people.

    StudyError for what is no workbook, has a password, or unpacks to more than LARGEST_BYTES.
    """
    import openpyxl  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked <= LARGEST_BYTES:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of parts that hold no cells
                return openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    except Exception:  # openpyxl raises many kinds for a damaged workbook
        raise StudyError(
            "the file is not a readable .xlsx workbook", where=name, remedy="Save it again, without a password."
        ) from None
    raise StudyError(
        f"the workbook unpacks to more than {LARGEST_BYTES >> 20} MB",
        where=name,
        remedy=f"Leave only the {table} in it, or save it as CSV UTF-8.",
    )


def filled_cells(sheet: Any) -> Iterator[Any]:
    """The cells that hold something; a sheet may have a million rows that only look of something."""
    return (cell for cell in sheet._cells.values() if cell.value is not None)


def cell_text(cell: Any, *, is_formula: bool = False) -> str:
    """A stored value as text; numbers keep the leading zeros of their format."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if is_formula and isinstance(value, float):
        value = float(f"{value:.{DIGITS}g}")
    text = text_of(value)
    padded = _LEADING_ZEROS.fullmatch(cell.number_format or "")
    return text.zfill(len(cell.number_format)) if padded and text.isdecimal() else text


def text_of(cell: object) -> str:
    """A stored value as text: whole numbers without the point, days without midnight, "" for missing."""
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float | np.floating) and float(cell).is_integer() and abs(float(cell)) < 2**53:
        return str(int(cell))
    if isinstance(cell, float | np.floating):
        return repr(float(cell))
    if isinstance(cell, datetime) and cell.time() == time() and cell.tzinfo is None:
        return cell.date().isoformat()
    if isinstance(cell, date | time) and not isinstance(cell, datetime):
        return cell.isoformat()
    return str(cell).strip()


def letters(column: int) -> str:
    """A column's letters in a spreadsheet: A for 0, Z for 25, AA for 26."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
