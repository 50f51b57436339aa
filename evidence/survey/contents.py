"""What a survey file holds once it is read: answers, what the file says of its variables, and what was noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from evidence.survey.dictionary import DataDictionary, Variable

Format = Literal["sav", "zsav", "por", "dta", "xpt", "sas7bdat", "xlsx", "csv"]
Layout = Literal["plain", "redcap", "qualtrics"]
LABELLED: frozenset[str] = frozenset({"sav", "zsav", "por", "dta"})
"""Formats that hold labels of variables and values."""
DECLARES_MISSING: frozenset[str] = frozenset({"sav", "zsav", "por"})
"""Formats whose declared missing codes we read."""


class Refused(Exception):
    """Why a reader does not take a file: what is wrong and the remedy, without a word of its content."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy


def agreeing(count: int, one: str, many: str) -> str:
    """A sentence about a number of things, in the singular or the plural; `#` is the number."""
    return (one if count == 1 else many).replace("#", str(count))


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey file to be read: a path, or its bytes and their name; `columns` in the file's order, None for all.

    `catalog` is the SAS catalog with the value labels of a .sas7bdat, `encoding` the code page of a file that is not
    UTF-8 and does not say which it is. With `columns=()` only what the file says of its variables is read, no answer.
    """

    content: Path | str | bytes
    name: str = ""
    catalog: Path | str | bytes | None = None
    encoding: str | None = None
    columns: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a reader found; see `Survey` for each part."""

    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    problems: list[str]
    notes: tuple[str, ...] = ()
    declared_rows: int | None = None
    encoding: str = ""
    layout: Layout = "plain"
    row_columns: tuple[str, ...] = ()
    platform_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey file: one row a respondent; `dictionary` is what the file itself says of its variables.

    Numbers are float64, text is pandas' `str`, days and moments are datetime64, times of day and durations numbers of
    seconds; system-missing is null and declared missing codes stay as they are. A column with tagged missing values
    (Stata .a to .z, SAS .A to .Z and ._) is of objects: numbers, and the tags as text (".a"), which `Variable.missing`
    lists; a column of days in which missing codes or tags occur is of text (2026-03-05, 1900-01-01, .a).
    `problems` are sentences about the file for somebody to act on, `notes` on how it was read; neither holds an answer.
    `declared_rows` is how many rows the file's own header says, `encoding` the code page its text was read in,
    `row_columns` what tells apart several rows of one respondent (REDCap's record, event, instrument and instance),
    `platform_columns` those the survey's platform added (form status, progress, IP address).
    """

    frame: pd.DataFrame
    dictionary: DataDictionary
    problems: list[str]
    sha256: str
    format: Format
    declared_rows: int | None = None
    encoding: str = ""
    layout: Layout = "plain"
    notes: tuple[str, ...] = ()
    row_columns: tuple[str, ...] = ()
    platform_columns: tuple[str, ...] = ()
