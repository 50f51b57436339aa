"""Whether the first row of a table names its columns, or is somebody's answers because the names are missing."""

from __future__ import annotations

import re
from collections.abc import Collection

from evidence.survey.contents import Survey

NEARLY_NONE = 0.1
"""The share of columns that may bear a known name by chance, as an answer `age` would."""
_MANY = 0.5
"""The share of the other columns whose names look like answers."""
_SEEN = 1000
"""Rows that are looked at for an answer like the name above it."""
_ANSWER = re.compile(
    r"[-+]?\d+([.,]\d+)*(e[-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|\d{1,2}:\d{2}.*|[^@\s]+@[^@\s]+", re.I
)
"""A number, a day or moment, a time, an e-mail address."""


def is_headless(survey: Survey, described: Collection[str], named: Collection[str] = ()) -> bool:
    """Whether the columns' names are not names: none of them is known, or nearly none and they look like answers.

    `described` are the variables of the data dictionary, `named` columns known from elsewhere; a name that differs in
    case, spaces or signs only is known. Without any `described` the look decides. Only a table without labels (CSV,
    XLSX) can have lost its names; a platform's export has columns of its own that show that it has not.
    """
    columns = [str(column) for column in survey.frame.columns]
    if survey.format not in ("csv", "xlsx") or survey.layout != "plain" or not columns:
        return False
    if {*map(_plain, columns)} & {*map(_plain, named)}:
        return False
    known = {*map(_plain, described)} - {""}
    strange = [column for column in columns if _plain(column) not in known]
    if len(strange) == len(columns) and known:
        return True
    if len(columns) - len(strange) > NEARLY_NONE * len(columns):
        return False
    return sum(_is_answer(survey, column) for column in strange) >= _MANY * len(strange)


def _is_answer(survey: Survey, column: str) -> bool:
    """Whether a name is a number, a day or the like, or stands among the answers below it."""
    if _ANSWER.fullmatch(column.strip()):
        return True
    below = survey.frame[column].iloc[:_SEEN].dropna()
    return bool((below.astype(str).str.strip() == column.strip()).any())


def _plain(name: str) -> str:
    """A name without case, spaces and signs; a name of signs alone stays."""
    return "".join(sign for sign in name.casefold() if sign.isalnum()) or name.strip()
