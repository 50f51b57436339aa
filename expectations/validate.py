"""Suite × frame → queries, failing closed: what could not be checked is a query too.

Great Expectations lets an empty suite and an empty frame succeed; both are caught here, and a column the frame does
not have. Results that leave this module hold counts and row positions, never a cell's value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from evidence.survey.coded import RowTable
from expectations.check import Check, Suite, raised_by_code
from expectations.run import Outcome, run
from expectations.run import State as State
from study import Protocol, Query, StudyError
from study.query import place as place_of

ENGINE_CHECKS = raised_by_code(
    ("EX001", "block", "There is something to check", "A table without rows would pass every check."),
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went over one frame: how many values it applied to, how many were unexpected, and in which rows
    (positions from 0)."""

    check: str
    column: str
    feature: str
    expectation: str
    state: State
    evaluated: int
    unexpected: int
    failing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """The queries raised, and every check's result in the order of the suite."""

    suite: str
    rows: int
    queries: tuple[Query, ...]
    results: tuple[CheckResult, ...]

    @property
    def not_applicable(self) -> tuple[str, ...]:
        """Ids of the checks whose feature was null everywhere."""
        return tuple(r.check for r in self.results if r.state == "not_applicable")


def validate(
    frame: pd.DataFrame, suite: Suite, *, study: Protocol, place: str = "", subject_column: str | None = None
) -> list[Query]:
    """One query for each row (or, without `subject_column`, each check) that is not met or could not be checked.

    With `subject_column` a row is a subject: that column holds `type:id`, `ref` the opaque ref of its file and
    `where` its path; optional are `rule` (part of the place, else the column or feature) and the row keys, `rows` or
    `<feature>:rows`. Without it the
    frame is the one subject `suite.subject` in the file with opaque ref `place`.
    """
    return list(validate_full(frame, suite, study=study, place=place, subject_column=subject_column).queries)


def validate_full(
    frame: pd.DataFrame | RowTable,
    suite: Suite,
    *,
    study: Protocol,
    place: str = "",
    subject_column: str | None = None,
    part_column: str | None = None,
) -> Validation:
    """The same, with every check's result, passed and not applicable ones included.

    With `part_column` several rows are parts of one subject (the turns of a transcript): one query a check and file,
    whose `where` names the first part that is not met, with its value, and how many more there are.
    """
    checks = [c for c in suite.checks if c.expectation is not None]
    if not checks:
        raise StudyError(f"the suite {suite.name} holds no check", remedy="This is a fault in fieldtrail: report it.")
    raiser = _Raiser(frame, suite, study, place, subject_column, part_column)
    if frame.empty:
        return Validation(suite.name, 0, (raiser.empty(),), ())
    present = [c for c in checks if c.feature in frame.columns]
    outcomes = dict(zip(map(id, present), run(frame, present, suite.name, study), strict=True))
    queries: list[Query] = []
    results: list[CheckResult] = []
    for check in checks:
        outcome = outcomes.get(id(check), Outcome("", "unchecked", 0, ()))
        queries += raiser.queries(check, outcome)
        results.append(
            CheckResult(
                check.id,
                check.about,
                check.feature,
                outcome.type,
                outcome.state,
                outcome.evaluated,
                len(outcome.failing),
                outcome.failing,
            )
        )
    return Validation(suite.name, len(frame), tuple(queries), tuple(results))


@dataclass(frozen=True, slots=True)
class _Raiser:
    """Turns a check's outcome into queries about the right subject."""

    frame: pd.DataFrame | RowTable
    suite: Suite
    study: Protocol
    place: str
    subject_column: str | None
    part_column: str | None = None

    def empty(self) -> Query:
        return Query.raised(
            "EX001",
            "block",
            study=self.study.id,
            subject=self.suite.subject,
            place=place_of(self.place, self.suite.name),
            where=self.suite.file or self.suite.name,
            message="There are no rows to check. Look whether the file is complete.",
        )

    def queries(self, check: Check, outcome: Outcome) -> list[Query]:
        if outcome.state in ("passed", "not_applicable"):
            return []
        if self.subject_column is None:
            return [self._of_frame(check, outcome)]
        if self.part_column is not None:
            return self._of_parts(check, outcome)
        if outcome.state == "unchecked":
            return [self._of_row(check, i, checked=False) for i in range(len(self.frame))]
        return [self._of_row(check, i, checked=True) for i in outcome.failing]

    def _of_frame(self, check: Check, outcome: Outcome) -> Query:
        checked, count = outcome.state == "failed", len(outcome.failing)
        rows = "1 row" if count == 1 else f"{count} rows"
        text = self._text(check, count=count, rows=rows) if checked else _not_checked(check)
        return self._query(
            check,
            checked,
            subject=self.suite.subject,
            place=place_of(self.place, _rule(check.about, checked)),
            where=self.suite.file if check.about == "all" else f"{self.suite.file}, column {check.about}",
            message=text,
            rows=self._keys(outcome.failing),
        )

    def _of_parts(self, check: Check, outcome: Outcome) -> list[Query]:
        """One query a subject and file: its first part, and how many more."""
        assert isinstance(self.frame, pd.DataFrame)
        checked = outcome.state == "failed"
        whole = list(zip(self.frame["ref"], self.frame[str(self.subject_column)], strict=True))
        groups: dict[tuple[str, str], list[int]] = {}
        for position in outcome.failing if checked else range(len(self.frame)):
            groups.setdefault(whole[position], []).append(position)
        queries = []
        for positions in groups.values():
            query = self._of_row(check, positions[0], checked=checked)
            if checked:
                at = check.at.format(part=self.frame[self.part_column].iloc[positions[0]])
                more = f" and {len(positions) - 1} more" if len(positions) > 1 else ""
                query = replace(query, where=f"{query.where}, {at}{more}")
            queries.append(query)
        return queries

    def _of_row(self, check: Check, position: int, *, checked: bool) -> Query:
        assert isinstance(self.frame, pd.DataFrame)
        row = self.frame.iloc[position]
        value = row[check.feature] if checked else None
        number = value if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) else ""
        text = self._text(check, value=number) if checked else _not_checked(check)
        rule = str(row.get("rule") or check.about)
        return self._query(
            check,
            checked,
            subject=str(row[self.subject_column]),
            place=place_of(str(row["ref"]), _rule(rule, checked)),
            where=f"{row['where']}, column {check.column}" if check.column else str(row["where"]),
            message=text,
            rows=tuple(map(str, row.get(f"{check.feature}:rows", row.get("rows", ())))),
        )

    def _query(self, check: Check, checked: bool, **where: Any) -> Query:
        return Query.raised(check.id, check.severity, study=self.study.id, **where)

    def _text(self, check: Check, **measured: Any) -> str:
        if isinstance(number := measured.get("value"), (int, float, np.number)):
            measured["difference"] = f"{abs(number):g} {'fewer' if number < 0 else 'more'}"
        if isinstance(number, (float, np.floating)):
            measured |= {"value": f"{measured['value']:.3g}", "value_percent": f"{100 * measured['value']:.3g}%"}
        known: dict[str, str] = {}
        for name, bound in check.thresholds(self.study).items():
            known |= {name: f"{bound:g}", f"{name}_percent": f"{100 * bound:g}%"}
        return check.message.format_map(_Named({**known, "column": check.about, **measured}))

    def _keys(self, positions: Sequence[int]) -> tuple[str, ...]:
        if not self.suite.row_key:
            return tuple(str(i + 1) for i in positions)
        if isinstance(self.frame, RowTable):
            return self.frame.names(positions)
        return tuple(map(str, self.frame[self.suite.row_key].iloc[list(positions)]))


class _Named(dict[str, Any]):
    """Leaves a placeholder nobody filled readable in the text."""

    def __missing__(self, key: str) -> str:
        return f"({key})"


def _rule(rule: str, checked: bool) -> str:
    return rule if checked else f"{rule}.unchecked"


def _not_checked(check: Check) -> str:
    return (
        f"Could not be checked ({check.title or check.id}): its measurement {check.feature} is missing or of a kind "
        "that cannot be compared. Look whether the file is complete, then run the check again."
    )
