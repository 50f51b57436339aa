"""All surveys of a study, out/surveys/index.html, for the team: what to do, what changed, one row each.

Input: one frozen `SurveysOverview`, made by a task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pages.layout import plural, render
from pages.study_page import Changes
from pages.survey_page import VERDICTS, page_name
from pages.survey_words import percent
from pages.transcript_page import Verdict

NAMED = 6
"""How many surveys a sentence names."""


@dataclass(frozen=True, slots=True)
class Row:
    """One survey: how it stands, open queries by severity, respondents, response rate, the day it was judged."""

    name: str
    verdict: Verdict
    block: int = 0
    review: int = 0
    inform: int = 0
    respondents: int | None = None
    rate: float | None = None
    wave: str = ""
    day: str = ""
    has_page: bool = True

    @property
    def queries(self) -> str:
        """`2 blocking, 1 to review`."""
        parts = ((self.block, "blocking"), (self.review, "to review"), (self.inform, "for information"))
        return ", ".join(f"{count} {words}" for count, words in parts if count)


@dataclass(frozen=True, slots=True)
class SurveysOverview:
    """Everything the overview shows; `changed` are (survey, before, now) of verdicts that changed in the last run."""

    study: str
    synthetic: bool
    day: str
    rows: tuple[Row, ...]
    changes: Changes
    changed: tuple[tuple[str, Verdict, Verdict], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[tuple[Verdict, int], ...]:
        """How many surveys there are of each verdict, those that occur, the worst first."""
        found = Counter(row.verdict for row in self.rows)
        return tuple((verdict, found[verdict]) for verdict in ORDER if found[verdict])

    @property
    def next(self) -> tuple[str, ...]:
        """What somebody should do, the most urgent first."""
        return tuple(_next(self.rows))


ORDER: tuple[Verdict, ...] = ("unreadable", "blocked", "review", "passed")


def _next(rows: Sequence[Row]) -> list[str]:
    """A sentence for each kind of thing to do; what a person set aside asks for nobody."""
    unreadable = [row.name for row in rows if row.verdict == "unreadable"]
    blocked = [row.name for row in rows if row.block and row.name not in unreadable]
    review = [row.name for row in rows if row.review and row.name not in (*unreadable, *blocked)]
    found = []
    for names, one, many in (
        (unreadable, "cannot be read: its page says why and what to do", "cannot be read: their pages say why"),
        (blocked, "is blocked: mend what its page names first", "are blocked: mend what their pages name first"),
        (review, "is to review", "are to review"),
    ):
        if names:
            said = plural(len(names), "survey")
            found.append(f"{said} {one if len(names) == 1 else many}: {named(names)}.")
    return found


def named(names: Sequence[str]) -> str:
    """`a, b, c and 4 more`."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def in_a_sentence(rows: Sequence[Row]) -> str:
    """What the study's page says of the surveys: the most urgent thing to do, in one sentence."""
    if not rows:
        return ""
    return (_next(rows) or ["Nothing waits for you in the surveys."])[0]


def surveys_overview(overview: SurveysOverview) -> bytes:
    """The page as one self-contained HTML file, the surveys that need somebody first."""
    return render(
        "surveys_overview.html",
        title="Surveys",
        page=overview,
        rows=sorted(overview.rows, key=lambda row: (ORDER.index(row.verdict), row.name)),
        verdicts=VERDICTS,
        page_name=page_name,
        percent=percent,
    )
