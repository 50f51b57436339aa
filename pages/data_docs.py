"""Data Docs: what was checked on a survey file and how it came out, in counts; no cell's value, no network.

Stands in place of Great Expectations' own site, which loads scripts from elsewhere and prints values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pages.layout import render

State = Literal["passed", "failed", "unchecked", "not_applicable"]


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """One check on one column: how many values it applied to and how many were unexpected."""

    check: str
    title: str
    reason: str
    severity: Literal["block", "review", "inform"]
    column: str
    expectation: str
    state: State
    evaluated: int
    unexpected: int


@dataclass(frozen=True, slots=True)
class CheckedSuite:
    """One suite: its name, what a row of it is, how many there were, and its checks."""

    name: str
    row_is: str
    rows: int
    checks: tuple[CheckedColumn, ...]

    def count(self, state: State) -> int:
        return sum(c.state == state for c in self.checks)


@dataclass(frozen=True, slots=True)
class SurveyDocs:
    """Everything checked on one survey file: `day` as YYYY-MM-DD, `rules` the digest of what judged it."""

    study: str
    survey: str
    file: str
    day: str
    verdict: str
    rules: str
    suites: tuple[CheckedSuite, ...]
    raised: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        return sum(suite.count(state) for suite in self.suites)

    @property
    def page(self) -> str:
        return f"{self.survey}.html"


def data_docs(docs: SurveyDocs) -> bytes:
    """The page of one survey file."""
    return render("data_docs.html", docs=docs)


def data_docs_index(study: str, verdicts: Iterable[tuple[str, str]]) -> bytes:
    """The list of surveys as (name, verdict), each linked to its page."""
    return render("data_docs_index.html", study=study, verdicts=tuple(verdicts))
