"""What a survey's last judgement counted, kept under restricted/ so that the next one can say what has changed.

It holds counts only: of rows, of answers by variable and declared code, of queries by check. It can be deleted at any
time, and goes with every other reading when a person's data is erased; the next judgement then compares with nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from evidence.survey.answers import Answers, AnswersTo
from evidence.survey.dictionary import DataDictionary, Variable
from study import Query
from study.objects import NotStored
from tasks.readings import FOLDER
from tasks.workspace import Workspace

VERSION = 1
MOVED = 0.1
"""Difference of a share (0-1) from which it counts as moved."""
FEWEST = 20
"""Rows below which a share says nothing of a change."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One variable: how many gave an answer, a declared missing code, nothing; and each declared code's count."""

    answered: int
    missing: int
    blank: int
    codes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """One judgement in numbers; `queries` are the checks of its queries by fingerprint."""

    day: str
    verdict: str
    rows: int = 0
    variables: Mapping[str, Counted] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """A share of a variable that moved: of those who gave a code among the answers, or of blank or missing rows."""

    variable: str
    of: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class History:
    """A judgement and the one before it, None for the first."""

    now: Counts
    before: Counts | None = None

    @property
    def rows_added(self) -> int:
        """Rows more than before; negative where there are fewer."""
        return self.now.rows - self.before.rows if self.before else 0

    @property
    def appeared(self) -> tuple[str, ...]:
        """Variables that were not there before, in the order of the file."""
        return tuple(v for v in self.now.variables if self.before and v not in self.before.variables)

    @property
    def vanished(self) -> tuple[str, ...]:
        return tuple(v for v in self.before.variables if v not in self.now.variables) if self.before else ()

    @property
    def new(self) -> Mapping[str, int]:
        """Queries that were not there before, counted by check."""
        return _by_check(self.now.queries, self.before.queries) if self.before else {}

    @property
    def resolved(self) -> Mapping[str, int]:
        """Queries of before that are gone, counted by check."""
        return _by_check(self.before.queries, self.now.queries) if self.before else {}

    def moved(self, threshold: float = MOVED) -> tuple[Moved, ...]:
        """Shares that differ by `threshold` or more, in the order of the variables."""
        if self.before is None:
            return ()
        both = [(name, now, self.before.variables.get(name)) for name, now in self.now.variables.items()]
        found = (moved for name, now, before in both if before for moved in _moved(name, before, now))
        return tuple(moved for moved in found if abs(moved.now - moved.before) >= threshold - 1e-9)

    @property
    def said(self) -> str:
        """In a few words what has changed; empty where nothing has, or nothing is known of before."""
        if self.before is None:
            return ""
        parts = [
            _in_words(abs(self.rows_added), "row", "more" if self.rows_added > 0 else "fewer"),
            _in_words(len(self.appeared), "variable", "more"),
            _in_words(len(self.vanished), "variable", "gone"),
            _in_words(len({moved.variable for moved in self.moved()}), "variable", "answered otherwise"),
        ]
        return ", ".join(filter(None, parts))


def counts_of(
    day: str, verdict: str, queries: Iterable[Query], answers: Answers | None, dictionary: DataDictionary | None
) -> Counts:
    """A judgement in numbers; without answers (an unreadable file) of its queries only."""
    found = {query.fingerprint: query.check for query in queries}
    if answers is None or dictionary is None:
        return Counts(day, verdict, queries=found)
    variables = {v.name: _counted_answers(answers.to(v.name), v) for v in dictionary.variables if v.name in answers}
    return Counts(day, verdict, len(answers.index), variables, found)


def _counted_answers(given: AnswersTo, variable: Variable) -> Counted:
    """One variable's counts, from its distinct contents."""
    times = given.coded.counts()
    codes: dict[str, int] = {}
    if variable.type == "single":
        chosen = pd.Series(times).groupby(given.values.to_numpy()).sum()
        codes = {_written(code): int(chosen.get(code, 0)) for code in variable.values}
    marks = (given.is_there, given.is_missing, given.is_blank)
    answered, missing, blank = (int(times[mark].sum()) for mark in marks)
    return Counted(answered, missing, blank, codes)


def last_history(place: Workspace, survey: str) -> History | None:
    """What the last judgement found, with the one before it; None where nothing is kept."""
    with suppress(NotStored, ValueError, KeyError, TypeError, AttributeError):  # damaged: as if nothing were kept
        document = json.loads(place.restricted.get(_key(survey)))
        if document["format"] == VERSION:
            before = document["before"]
            return History(_read(document["now"]), _read(before) if before else None)
    return None


def keep_history(place: Workspace, survey: str, history: History) -> None:
    """Keep a judgement and the one before it, after its verdict is recorded."""
    body = json.dumps({"format": VERSION, "survey": survey, **asdict(history)}, indent=1).encode()
    place.restricted.put(_key(survey), body)
    place.restricted.erase_old_versions(_key(survey))


def _key(survey: str) -> str:
    return f"{FOLDER}surveys/{survey}.json"


def _read(counts: Mapping[str, Any]) -> Counts:
    variables = {name: Counted(**counted) for name, counted in counts["variables"].items()}
    return Counts(**{**counts, "variables": variables})


def _written(code: object) -> str:
    return f"{code:g}" if isinstance(code, float) else str(code)


def _by_check(queries: Mapping[str, str], others: Mapping[str, str]) -> dict[str, int]:
    return dict(sorted(Counter(check for f, check in queries.items() if f not in others).items()))


def _moved(name: str, before: Counted, now: Counted) -> Iterator[Moved]:
    rows = [one.answered + one.missing + one.blank for one in (before, now)]
    if min(rows) >= FEWEST:
        for of in ("blank", "missing"):
            yield Moved(name, of, getattr(before, of) / rows[0], getattr(now, of) / rows[1])
    if min(before.answered, now.answered) >= FEWEST:
        for code in {**now.codes, **before.codes}:
            shares = [one.codes.get(code, 0) / one.answered for one in (before, now)]
            yield Moved(name, code, *shares)


def _in_words(count: int, what: str, how: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} {how}" if count else ""
