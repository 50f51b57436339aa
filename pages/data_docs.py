"""Data Docs: what was checked on survey files and transcripts and how it came out, in counts; no value, no network.

Stands in place of Great Expectations' own site, which loads scripts from elsewhere and prints values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pages.layout import render
from pages.survey_page import page_name
from pages.survey_words import label

State = Literal["passed", "failed", "unchecked", "not_applicable"]

TRANSCRIPTS_PAGE = "transcripts.html"


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """One check on one column: how many values it applied to and how many were unexpected.

    Where each row is a subject of its own, `not_applicable` and `unchecked` count the rows that it did not apply to
    and that could not be checked. A count that is kept from readers outside the team is None. `threshold` says in words
    what is allowed; `feature` names the measurement where it is not the column itself.
    """

    check: str
    title: str
    reason: str
    severity: Literal["block", "review", "inform"]
    column: str
    expectation: str
    state: State
    evaluated: int | None
    unexpected: int | None
    threshold: str = ""
    not_applicable: int | None = 0
    unchecked: int | None = 0
    feature: str = ""


@dataclass(frozen=True, slots=True)
class CheckedSuite:
    """One suite: its name, what a row of it is, how many there were (None: kept back), and its checks."""

    name: str
    row_is: str
    rows: int | None
    checks: tuple[CheckedColumn, ...]

    def count(self, state: State) -> int:
        return sum(c.state == state for c in self.checks)


@dataclass(frozen=True, slots=True)
class _Docs:
    """What every page of Data Docs has: the study, the day as YYYY-MM-DD, `rules` the digest of what judged."""

    study: str
    day: str
    rules: str
    suites: tuple[CheckedSuite, ...]

    def count(self, state: State) -> int:
        return sum(suite.count(state) for suite in self.suites)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDocs(_Docs):
    """Everything checked on one survey file, for auditors: no count of respondents is from 1 to `k` - 1.

    `raised` are sentences on the file itself; `rests` says what the judgement rests on as (what, value).
    """

    survey: str
    file: str
    verdict: str
    raised: tuple[str, ...] = ()
    k: int = 5
    rests: tuple[tuple[str, str], ...] = ()

    @property
    def page(self) -> str:
        return page_name(self.survey)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptDocs(_Docs):
    """Everything checked on the transcripts, for auditors: no count rests on fewer than `k` people.

    `run` is the flow run that judged last, `verdicts` how many transcripts stand at each, None where kept back; `rests`
    says in words what the digest of the rules is made of.
    """

    k: int
    run: str
    verdicts: tuple[tuple[str, int | None], ...]
    rests: str = ""


def data_docs(docs: SurveyDocs) -> bytes:
    """The page of one survey file."""
    return render("data_docs_survey.html", docs=docs, label=label)


def transcript_docs(docs: TranscriptDocs) -> bytes:
    """The page of the transcripts."""
    return render("data_docs_transcripts.html", docs=docs, label=label)


def data_docs_index(study: str, verdicts: Iterable[tuple[str, str]], *, has_transcripts: bool = False) -> bytes:
    """The list of surveys as (name, verdict), each linked to its page, and of the transcripts' page."""
    return render(
        "data_docs_index.html",
        study=study,
        verdicts=tuple(verdicts),
        page_name=page_name,
        transcripts=TRANSCRIPTS_PAGE if has_transcripts else "",
    )
