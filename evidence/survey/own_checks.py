"""Checks a team wrote for its own survey: a condition that must hold for every respondent, and what to say if not.

A CSV with the columns id, severity, rule, on, title, reason, message. `rule` is a condition as in a data dictionary; it
does not apply to a respondent of whom it is unknown (blank, refused). Every row becomes a check or a fault: none is
passed over in silence. The separator may be a comma, a semicolon or a tab, as spreadsheets write it in their languages.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import string
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from evidence.survey.skip_logic import Condition, ConditionError, holds, parse_condition, variables_of
from study.errors import Fault
from study.identifiers import digest
from study.query import Severity

COLUMNS = ("id", "severity", "rule", "on", "title", "reason", "message")
REQUIRED = ("id", "severity", "rule", "message")
NAMED = frozenset({"count", "rows"})
"""What a message may name: the number of rows, as `3` and as `3 rows`."""
_SEPARATORS = ",;\t"
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """One check of the team's own; `on` is the column it is about, empty for the whole row."""

    id: str
    severity: Severity
    rule: Condition
    on: str
    title: str
    reason: str
    message: str

    @property
    def feature(self) -> str:
        """The column of the row frame that says whether the rule holds."""
        return f"own:{self.id}"


@dataclass(frozen=True, slots=True)
class OwnChecks:
    """The checks of one file, its faults, how many checks are written in it, and its SHA-256."""

    checks: tuple[OwnCheck, ...] = ()
    faults: tuple[Fault, ...] = ()
    written: int = 0
    sha256: str = ""


def read_own_checks(data: bytes, name: str, variables: Collection[str] | None, *, codes: str) -> OwnChecks:
    """Parse a file of checks; never raises: every fault is listed by row and column.

    `variables` are the data dictionary's, None where there is no usable one; `codes` is the pattern of participant
    codes, which no text of a check may hold, because people outside the team read it.
    """
    faults: list[Fault] = []
    rows = list(_rows(data, name, faults))
    reader = _Reader(name, variables, re.compile(rf"(?<![^\W_])(?:{codes})(?![^\W_])"), faults)
    checks = tuple(check for number, row in rows if (check := reader.check(number, row)) is not None)
    if not rows and not faults:
        faults.append(Fault(name, "the file holds no check", "Write one row for each check, or remove the file."))
    return OwnChecks(checks, tuple(faults), len(rows), digest(data))


def rule_columns(checks: Iterable[OwnCheck], values: pd.DataFrame) -> pd.DataFrame:
    """For each check a column `own:<id>`: True where the rule holds, False where not, null where it does not apply.

    A rule that is unknown even where all its variables are answered cannot be evaluated: its column is left out, so
    that whoever judges says it could not be checked.
    """
    found = {}
    for check in checks:
        answer = holds(check.rule, values)
        asked = sorted(variables_of(check.rule) & set(values.columns))
        if not (answer.isna().all() and bool(values[asked].notna().all(axis=1).any())):
            found[check.feature] = answer
    return pd.DataFrame(found, index=values.index)


def _rows(data: bytes, name: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each filled row with its number in the file; faults of encoding and header."""
    try:
        text = data.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except (UnicodeDecodeError, csv.Error):
        faults.append(Fault(name, "the file is not readable as CSV UTF-8", "Save it again as CSV UTF-8."))
        return
    header = [cell.strip() for cell in lines[0]] if lines else []
    for column in REQUIRED:
        if column not in header:
            faults.append(Fault(f"{name}, row 1", f"the column {column} is missing", "Add it to the header row."))
    for column in dict.fromkeys(header):
        if column not in COLUMNS or header.count(column) > 1:
            what = f"unknown or repeated column {column[:40] or '(empty)'}"
            faults.append(Fault(f"{name}, row 1", what, _meant(column, COLUMNS)))
    if faults:
        return
    for number, cells in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            row = dict(zip(header, (cell.strip() for cell in padded), strict=False))
            yield number, {**row, "more": "".join(padded[len(header) :]).strip()}


def _separator(text: str) -> str:
    """The sign that separates the cells: whichever shows most known columns in the first line."""
    first, _, _ = text.lstrip("\r\n").partition("\n")
    return max(_SEPARATORS, key=lambda sign: sum(cell.strip(' "\r') in COLUMNS for cell in first.split(sign)))


def _meant(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 3, 0.5)
    return f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join(sorted(known)[:12])}."


class _Reader:
    """Rows to checks; whatever is wrong with a row is listed, and such a row is no check."""

    def __init__(
        self, name: str, variables: Collection[str] | None, codes: re.Pattern[str], faults: list[Fault]
    ) -> None:
        self._name, self._variables, self._codes, self._faults = name, variables, codes, faults
        self._seen: dict[str, int] = {}

    def check(self, number: int, row: dict[str, str]) -> OwnCheck | None:
        """The check of one row, or None when it has a fault."""
        found = list(self._faults_of(number, row))
        rule = self._rule(row, found)
        where = f"{self._name}, row {number}"
        self._faults += [
            Fault(f"{where}, column {c}" if c else where, self._codes.sub("•••", what), self._codes.sub("•••", remedy))
            for c, what, remedy in found
        ]
        self._seen.setdefault(row["id"].casefold(), number)
        if found or rule is None:
            return None
        severity = next(s for s in get_args(Severity) if s == row["severity"])
        title = row.get("title", "").rstrip(".") or row["id"]
        reason = row.get("reason", "") or "The team wrote this check for its own study."
        return OwnCheck(row["id"], severity, rule, row.get("on", ""), title, reason, row["message"])

    def _faults_of(self, number: int, row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
        if row["more"]:
            yield (
                "",
                "more cells than the header",
                "Put text that holds a comma (or whatever separates the cells) in quotes.",
            )
            return
        if not _ID.fullmatch(row["id"]):
            yield "id", "not an id", "Write a short name of letters, digits, dash and underscore."
        elif row["id"].casefold() in self._seen:
            yield "id", f"the id is already in row {self._seen[row['id'].casefold()]}", "Give each check its own."
        if row["severity"] not in get_args(Severity):
            yield "severity", "not a severity", f"Write one of {', '.join(get_args(Severity))}."
        on = row.get("on", "")
        if on and self._variables is not None and on not in self._variables:
            yield "on", f"the data dictionary has no variable {on}", _meant(on, self._variables)
        if not row["message"]:
            yield "message", "the message is missing", "Say what is wrong and what to do."
        elif not _names(row["message"]) <= NAMED:
            yield "message", "a brace stands where no number can be filled in", "Only {count} and {rows} may be named."
        for column in ("id", "on", "title", "reason", "message"):
            if self._codes.search(row.get(column, "")):
                yield column, "the text holds a participant code", "Write it without: the message is shown to others."

    def _rule(self, row: dict[str, str], found: list[tuple[str, str, str]]) -> Condition | None:
        """The condition; what is wrong with it is added to `found`."""
        try:
            rule = parse_condition(row["rule"])
        except ConditionError as error:
            found.append(("rule", f"not a condition: {error}", "Write for example q1 == 1 or age >= 18."))
            return None
        for asked in sorted(variables_of(rule) - set(self._variables or variables_of(rule))):
            what = f"the rule asks about {asked}, which the data dictionary does not have"
            found.append(("rule", what, _meant(asked, self._variables or ())))
        return rule


def _names(message: str) -> set[str]:
    """What a message names in braces; an impossible name where the braces do not fit."""
    try:
        parts = list(string.Formatter().parse(message))
    except ValueError:
        return {"{"}
    return {f"{name}{spec or ''}{conversion or ''}" for _, name, spec, conversion in parts if name is not None}
