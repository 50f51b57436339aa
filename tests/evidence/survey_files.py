"""Survey files of every format with the same answers, made in the test; people and words are made up."""

from __future__ import annotations

import datetime
import os
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from pickle import PickleBuffer
from typing import Any

import pandas as pd
import pyreadstat

from evidence.survey.contents import Contents, Refused
from evidence.survey.reading import read_bytes
from tests.evidence.sas_files import sas7bdat

SECRET = "Zwetschgenmus"
"""A word of an answer, which no sentence about a file may hold."""
ROWS = 24
ANSWERS = pd.DataFrame(
    {
        "id": [f"P{number:03d}" for number in range(ROWS)],
        "q1": [1.0, -9.0, None, 2.0] * (ROWS // 4),
        "hours": [1.5, 2.0, 40.0, -8.0] * (ROWS // 4),
        "day": [datetime.date(2026, 1, 5), None, datetime.date(2026, 2, 1), datetime.date(2026, 2, 2)] * (ROWS // 4),
        "said": [SECRET, "", f"more {SECRET}", "no"] * (ROWS // 4),
    }
)
TAGGED = ANSWERS.astype({"q1": object}).assign(q1=[1.0, "r", None, 2.0] * (ROWS // 4))
LABELS = {"q1": {1.0: "Never", 2.0: "Often", -9.0: "Refused"}}


def _sav(path: Path, *, compress: bool = False) -> None:
    pyreadstat.write_sav(
        ANSWERS,
        str(path),
        column_labels={"q1": "How often"},
        variable_value_labels=LABELS,
        missing_ranges={"q1": [-9], "hours": [{"lo": -9, "hi": -1}]},
        variable_format={"q1": "F2.0"},
        compress=compress,
        row_compress=not compress,
    )


def _dta(path: Path, version: int) -> None:
    labels = {"q1": {1: "Never", 2: "Often", "r": "Refused"}}
    pyreadstat.write_dta(
        TAGGED, str(path), version=version, missing_user_values={"q1": ["r"]}, variable_value_labels=labels
    )


def _sas(path: Path) -> None:
    columns = {name: [None if pd.isna(cell) else cell for cell in TAGGED[name]] for name in TAGGED}
    columns["q1"] = ["R" if cell == "r" else cell for cell in columns["q1"]]
    columns["day"] = [float((day - datetime.date(1960, 1, 1)).days) if day else None for day in columns["day"]]
    path.write_bytes(sas7bdat(columns, {"day": "DATE9", "q1": "OFTEN"}))


WRITERS: dict[str, Callable[[Path], object]] = {
    "survey.sav": _sav,
    "survey.zsav": lambda path: _sav(path, compress=True),
    "survey.por": lambda path: pyreadstat.write_por(ANSWERS.rename(columns=str.upper), str(path)),
    "survey.119.dta": lambda path: _dta(path, 15),
    "survey.117.dta": lambda path: _dta(path, 13),
    "survey.115.dta": lambda path: _dta(path, 12),
    "survey.v5.xpt": lambda path: pyreadstat.write_xport(ANSWERS, str(path), file_format_version=5),
    "survey.v8.xpt": lambda path: pyreadstat.write_xport(ANSWERS, str(path), file_format_version=8),
    "survey.sas7bdat": _sas,
    "survey.csv": lambda path: ANSWERS.to_csv(path, index=False),
    "survey.xlsx": lambda path: ANSWERS.to_excel(path, index=False),
}


@cache
def written(name: str) -> bytes:
    """The bytes of the file of this name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        WRITERS[name](path)
        return path.read_bytes()


def mortal(data: bytes | PickleBuffer, *rest: Any) -> Contents | Refused:
    """The child's work, but for files that say what is to go wrong."""
    data = bytes(data)
    if b"CRASH" in data:
        os.abort()
    if b"HANG" in data:
        time.sleep(60)
    return read_bytes(data, *rest)
