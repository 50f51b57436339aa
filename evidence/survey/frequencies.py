"""How often each answer was given, variable by variable: what a team looks at before it trusts a file.

Codes as counts and shares, numbers as quartiles and a histogram, days by month. Of free text, of keys and of what
identifies people only how many answered and how long: never a word. Every kind of missing answer is counted apart,
because "refused", "don't know", "not asked" and a blank mean different things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import numpy as np
import pandas as pd

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.disclosure import is_direct
from evidence.survey.features import Answers
from evidence.survey.histogram import LARGEST, Histogram, histogram
from evidence.survey.label_differences import LabelDifference, label_differences
from evidence.survey.reading import Survey
from evidence.survey.response_sets import SetFrequency, chosen_codes, set_frequencies, shown_code
from evidence.survey.skip_logic import holds

Kind = Literal["declared", "blank", "not_shown", "unreadable"]
MOST_UNDECLARED = 12
"""Undeclared codes shown one by one; the rest are counted together."""
LARGEST_UNDECLARED = 999
"""Undeclared numbers beyond this are counted, not shown: somebody may have typed a telephone number."""
MOST_MONTHS = 36
SHORTEST_SERIAL = 30
"""Whole numbers, all of them different, from which on they are taken for a number that names a respondent."""


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often one code was chosen; `share` of the valid answers (0-1), None without any; `code` as people write
    it."""

    code: str
    label: str
    count: int
    share: float | None
    is_declared: bool = True


@dataclass(frozen=True, slots=True)
class MissingCount:
    """Answers missing for one reason: a declared code (refused), a blank, not shown by skip logic, of another type."""

    kind: Kind
    code: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in short; `sd` is None below two of them."""

    n: int
    mean: float
    sd: float | None
    median: float
    lower_quartile: float
    upper_quartile: float
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class Texts:
    """How many wrote something, and in how many characters."""

    n: int
    median_length: int
    longest: int


@dataclass(frozen=True, slots=True)
class SkipCounts:
    """A question with a condition: respondents by whether it was to be shown (None: unknown) and was answered."""

    shown_answered: int
    shown_blank: int
    hidden_answered: int
    hidden_blank: int
    unknown_answered: int
    unknown_blank: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """One variable: `rows` respondents, of whom `valid` gave an answer that counts; the rest by kind.

    Only one of `codes`, `numbers`, `periods` and `texts` is filled, and none without a valid answer. `periods` are
    months as YYYY-MM, or years where the answers span more than MOST_MONTHS months; `undeclared` counts the answers
    that no code of the dictionary covers and that are not shown one by one. Of a `multiple` variable the shares are
    shares of cases.
    """

    name: str
    label: str
    type: str
    rows: int
    valid: int
    missing: tuple[MissingCount, ...]
    codes: tuple[CodeCount, ...] = ()
    undeclared: int = 0
    numbers: Numbers | None = None
    periods: tuple[tuple[str, int], ...] = ()
    texts: Texts | None = None
    skip: SkipCounts | None = None
    range: tuple[float | None, float | None] | None = None
    scale: str = ""
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Durations:
    """How long respondents took, in `unit` (min or days): the median and how it spreads."""

    unit: Literal["min", "days"]
    median: float
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Every variable that file and dictionary share, in the dictionary's order, and its multiple-response sets.

    `labels` is what the two say differently, by variable; `durations` is there where the file has times.
    """

    variables: tuple[Frequency, ...] = ()
    sets: tuple[SetFrequency, ...] = ()
    labels: Mapping[str, tuple[LabelDifference, ...]] = field(default_factory=dict)
    durations: Durations | None = None

    def __getitem__(self, name: str) -> Frequency:
        return next(v for v in self.variables if v.name == name)

    def __contains__(self, name: object) -> bool:
        return any(v.name == name for v in self.variables)


def frequencies(
    survey: Survey,
    dictionary: DataDictionary,
    answers: Answers,
    *,
    private: Collection[str | None] = (),
    start: str | None = None,
    end: str | None = None,
) -> Frequencies:
    """The tables of all variables; `private` names those of which nothing but a count may be shown (keys).

    `start` and `end` are the columns with the times between which somebody answered.
    """
    shared = [v for v in dictionary.variables if v.name in answers.values]
    hidden = {v.name for v in shared if v.identifies == "direct" or is_direct(v.name)} | {
        name for name in private if name
    }
    found = tuple(_of_variable(v, survey.frame[v.name], answers, is_private=v.name in hidden) for v in shared)
    labels = label_differences(survey, dictionary)
    return Frequencies(found, set_frequencies(shared, answers), labels, _durations(answers, start, end))


def _durations(answers: Answers, start: str | None, end: str | None) -> Durations | None:
    """From start to end, in minutes unless the file holds days only; None without both, or where none took time."""
    if start not in answers.values or end not in answers.values:
        return None
    began, ended = answers.values[start], answers.values[end]
    if not all(pd.api.types.is_datetime64_any_dtype(column) for column in (began, ended)):
        return None
    seconds = (ended - began).dt.total_seconds()
    seconds = seconds[seconds >= 0]
    is_days = bool((seconds % 86400 == 0).all())
    taken = seconds / (86400 if is_days else 60)
    drawn = histogram(taken) if (taken > 0).any() else None
    return Durations("days" if is_days else "min", float(taken.median()), drawn) if drawn else None


def _of_variable(variable: Variable, raw: pd.Series, answers: Answers, *, is_private: bool) -> Frequency:
    name, values = variable.name, answers.values[variable.name]
    blank = values.isna() & ~answers.is_missing[name] & ~answers.is_unreadable[name]
    there, skip = values.notna(), None
    hidden = pd.Series(False, values.index)
    if variable.show_if is not None:
        shown = holds(variable.show_if, answers.values)
        hidden = (~shown).fillna(False).astype(bool)
        skip = _skip(shown, there)
    valid = int(there.sum())
    is_private |= _is_serial(variable, values, valid)
    shape = {} if not valid else _texts(values) if is_private else _shape(variable, values, valid)
    return Frequency(
        name,
        variable.label,
        variable.type,
        len(values),
        valid,
        tuple(_missing(variable, raw, answers, blank, hidden)),
        skip=skip,
        range=variable.range,
        scale=variable.scale,
        is_reversed=variable.is_reversed,
        **shape,  # type: ignore[arg-type]
    )


def _is_serial(variable: Variable, values: pd.Series, valid: int) -> bool:
    """Whether whole numbers number the respondents: nobody's is another's."""
    return variable.type == "integer" and valid >= SHORTEST_SERIAL and bool(values.dropna().is_unique)


def _skip(shown: pd.Series, there: pd.Series) -> SkipCounts:
    yes, no = shown.fillna(False).astype(bool), (~shown).fillna(False).astype(bool)
    parts = [(group & there, group & ~there) for group in (yes, no, ~yes & ~no)]
    return SkipCounts(*(int(part.sum()) for pair in parts for part in pair))


def _missing(
    variable: Variable, raw: pd.Series, answers: Answers, blank: pd.Series, hidden: pd.Series
) -> Iterable[MissingCount]:
    """Each declared code of the dictionary, then those only the file declares, then the other kinds that occur."""
    is_missing = answers.is_missing[variable.name]
    counts: dict[str, int] = {}
    for code, count in raw[is_missing].value_counts().items() if is_missing.any() else ():
        counts[shown_code(code)] = counts.get(shown_code(code), 0) + int(count)
    labels = {shown_code(code): label for code, label in variable.missing.items()}
    for code in [*labels, *sorted(counts.keys() - labels.keys())]:
        yield MissingCount("declared", code, labels.get(code, ""), counts.get(code, 0))
    unreadable = int(answers.is_unreadable[variable.name].sum())
    others: list[tuple[Kind, int]] = [
        ("blank", int((blank & ~hidden).sum())),
        ("not_shown", int((blank & hidden).sum())),
        ("unreadable", unreadable),
    ]
    yield from (MissingCount(kind, "", "", count) for kind, count in others if count)


def _shape(variable: Variable, values: pd.Series, valid: int) -> dict[str, object]:
    """What the type asks for."""
    if variable.type == "multiple":
        return _codes(variable, chosen_codes(values), valid)
    if variable.type == "single":
        return _codes(variable, values.value_counts(), valid)
    if variable.type == "date":
        return {"periods": _periods(values)}
    return {"numbers": _numbers(values, is_whole=variable.type == "integer")} if variable.is_numeric else _texts(values)


def _codes(variable: Variable, counted: pd.Series, valid: int) -> dict[str, object]:
    """Every declared code in order, also those nobody chose; then the undeclared ones that may be shown."""
    counts = {shown_code(code): int(count) for code, count in counted.items()}
    labels = {shown_code(code): label for code, label in variable.values.items()}
    rows = [CodeCount(code, label, counts.get(code, 0), counts.get(code, 0) / valid) for code, label in labels.items()]
    wild = {code: count for code, count in counts.items() if code not in labels}
    showable = sorted(filter(_is_showable, wild), key=float)[:MOST_UNDECLARED]
    rows += [CodeCount(code, "", wild[code], wild[code] / valid, is_declared=False) for code in showable]
    return {"codes": tuple(rows), "undeclared": sum(n for code, n in wild.items() if code not in showable)}


def _is_showable(code: str) -> bool:
    """Whether an undeclared code is a small number, which says nothing of who typed it."""
    try:
        return abs(float(code)) <= LARGEST_UNDECLARED
    except ValueError:
        return False


def _numbers(values: pd.Series, *, is_whole: bool) -> Numbers | None:
    finite = values.to_numpy(dtype=float, na_value=np.nan)
    finite = finite[np.abs(finite) <= LARGEST]
    drawn = histogram(values, is_whole=is_whole)
    if drawn is None:
        return None
    lower, median, upper = (float(q) for q in np.quantile(finite, [0.25, 0.5, 0.75]))
    sd = float(finite.std(ddof=1)) if len(finite) > 1 else None
    return Numbers(len(finite), float(finite.mean()), sd, median, lower, upper, drawn)


def _periods(days: pd.Series) -> tuple[tuple[str, int], ...]:
    """Counts by month from the first to the last one, several empty months together; by year over a long time."""
    if not pd.api.types.is_datetime64_any_dtype(days):
        return ()  # a day outside the calendar, read as a number
    months = days.dropna().dt.to_period("M")
    if months.max().ordinal - months.min().ordinal >= MOST_MONTHS:
        years = months.dt.year.value_counts().sort_index()
        return tuple((str(year), int(count)) for year, count in years.items())
    counts = months.value_counts()
    every = pd.period_range(months.min(), months.max(), freq="M")
    found: list[tuple[str, int]] = []
    for is_empty, run in groupby(every, key=lambda month: month not in counts.index):
        names = [str(month) for month in run]
        if is_empty and len(names) > 2:
            found.append((f"{names[0]} to {names[-1]}", 0))
        else:
            found += [(name, int(counts.get(pd.Period(name), 0))) for name in names]
    return tuple(found)


def _texts(values: pd.Series) -> dict[str, object]:
    lengths = values.dropna().astype("string").str.len()
    return {"texts": Texts(len(lengths), int(lengths.median()), int(lengths.max()))}
