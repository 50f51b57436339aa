"""What is measured on respondents and on each of their answers.

What depends on an answer alone is measured once for each distinct answer; Tukey's fences (Exploratory Data Analysis,
1977, p. 44: beyond three spreads of the quarters is "far out") say how far a number lies from the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from evidence.detectors.patterns import Patterns
from evidence.survey.answers import Answers, AnswersTo
from evidence.survey.coded import Coded
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.linkage import Spellings, each, plain_keys
from evidence.survey.skip_logic import computed, holds

SHORTEST_VECTOR = 10
"""Coded answers of a respondent below which an identical respondent says nothing."""
FEWEST_NUMBERS = 20
"""Numbers of a variable below which the distance of one of them from the others says nothing."""
FEWEST_DURATIONS = 10
REGISTERED = "\0"
"""What no spelling of a key begins with, put before a registered key to tell it from a spelling nobody registered."""
_PATTERNS = Patterns()
_FALSE_TRUE_NULL = pd.Series([False, True, None], dtype=object)


def row_features(
    answers: Answers,
    dictionary: DataDictionary,
    *,
    key: str | None,
    start: str | None,
    end: str | None,
    today: date,
    about_rows: Collection[str | None] = (),
    parts: Sequence[pd.Series] = (),
    spellings: Spellings | None = None,
) -> dict[str, Coded | pd.Series]:
    """One row a respondent: each variable's answers under its name, and measurements on them.

    By variable: `:is_unreadable`, `:fraction`, `:whole` (the answer, null where it is a fraction),
    `:days_after_today`, `:fence_distance` (spreads of the quarters beyond the nearer quarter), `:is_answered_unshown`,
    `:is_blank_required`, `:difference` (from its calculation), `:contact_count`; by multiple-response set
    `:blank_count` (options left blank where others are answered). By respondent: `respondent:key_repeat_count`,
    `:identical_count`, `:answered_share` (0–1, of the questions shown), `:duration_days`, `:duration_share` (of the
    median duration), `:answer_count`. `about_rows` are the columns that say of a row what it is, not what was answered;
    `parts` tell apart the rows that one key may have (waves, events); `spellings` finds the registered key that is
    meant, where there is a registry.
    """
    columns: dict[str, Coded | pd.Series] = {}
    present = [v for v in dictionary.variables if v.name in answers]
    shown = {v.name: holds(v.show_if, answers.values) for v in present if v.show_if is not None}
    for variable in present:
        to = answers.to(variable.name)
        columns[variable.name] = to.coded
        measured = _of_answers(
            variable, to, today, is_key=variable.name == key, is_asked=variable.name not in about_rows
        )
        columns |= {f"{variable.name}:{feature}": column for feature, column in measured}
        columns |= _of_conditions(variable, to, answers, shown.get(variable.name))
    columns |= _of_sets(present, answers)
    columns |= _of_respondents(present, answers, shown, about_rows)
    columns |= _of_times(answers, start, end)
    repeats = _repeats(answers.to(key), parts, spellings) if key in answers and key is not None else None
    columns["respondent:key_repeat_count"] = _nothing(answers) if repeats is None else repeats
    return columns


def _of_answers(
    variable: Variable, to: AnswersTo, today: date, *, is_key: bool, is_asked: bool
) -> Iterator[tuple[str, Coded]]:
    """What an answer's own content says."""
    values = to.values
    if variable.type != "text":
        yield "is_unreadable", to.coded.holding(pd.Series(to.is_unreadable))
    if variable.is_numeric and variable.type != "decimal":
        fraction = values % 1
        yield "fraction", to.coded.holding(fraction)
        yield "whole", to.coded.holding(values.where(fraction == 0))
    if variable.type == "date":
        yield "days_after_today", to.coded.holding(_days(values - pd.Timestamp(today)) // 1)
    if variable.type in ("integer", "decimal"):
        is_measured = is_asked and not (is_key or variable.scale or variable.values)
        distance = _beyond_the_quarters(variable, to) if is_measured else pd.Series(np.nan, values.index)
        yield "fence_distance", to.coded.holding(distance)
    if variable.type == "text" and not is_key:
        yield "contact_count", to.coded.holding(values.map(_contacts).astype(float))


def _beyond_the_quarters(variable: Variable, to: AnswersTo) -> pd.Series:
    """How many spreads of the quarters each number lies outside them; null where another check says it is wrong.

    All null for few numbers, and where half of them are the same, so that there is no spread to measure with.
    """
    counts = to.coded.counts()
    numbers = np.repeat(to.values.to_numpy(), np.where(to.is_there, counts, 0))
    if len(numbers) < FEWEST_NUMBERS:
        return pd.Series(np.nan, to.values.index)
    low, high = np.quantile(numbers, (0.25, 0.75))
    spread = high - low
    if spread <= 0:
        return pd.Series(np.nan, to.values.index)
    outside = np.maximum(np.maximum(low - to.values, to.values - high), 0) / spread
    lowest, highest = variable.range or (None, None)
    allowed = to.values.between(-np.inf if lowest is None else lowest, np.inf if highest is None else highest)
    kept: pd.Series = outside.where(allowed)
    return kept


def _of_conditions(
    variable: Variable, to: AnswersTo, answers: Answers, shown: pd.Series | None
) -> dict[str, Coded | pd.Series]:
    """Answered though hidden, blank though shown and required, and other than calculated; unknown is null."""
    found: dict[str, Coded | pd.Series] = {}
    if shown is not None:
        unknown, hidden = shown.isna().to_numpy(), (~shown).fillna(False).to_numpy(dtype=bool)
        is_answered = to.coded.where(to.is_there | to.is_missing | to.is_unreadable)
        unticked = (to.values == 0).to_numpy() if variable.set and variable.is_numeric else False
        answered = to.coded.where(to.is_there & ~np.asarray(unticked))  # REDCap exports an option nobody was shown as 0
        found[f"{variable.name}:is_answered_unshown"] = _marked(hidden & answered, unknown & is_answered)
    if variable.is_required:
        blank = to.coded.where(to.is_blank)
        applies = np.ones(len(blank), bool) if shown is None else shown.fillna(False).to_numpy(dtype=bool)
        found[f"{variable.name}:is_blank_required"] = _marked(blank & applies, ~applies)
    if variable.calculation is not None and variable.is_numeric:
        expected = pd.to_numeric(computed(variable.calculation, answers.values), errors="coerce")
        found[f"{variable.name}:difference"] = (answers.values[variable.name].astype(float) - expected).abs()
    return found


def _of_sets(variables: Collection[Variable], answers: Answers) -> dict[str, Coded | pd.Series]:
    """For each multiple-response set how many options are blank where others are answered; else 0."""
    sets: dict[str, list[str]] = {}
    for variable in variables:
        if variable.set:
            sets.setdefault(variable.set, []).append(variable.name)
    found: dict[str, Coded | pd.Series] = {}
    for name, options in sets.items():
        blank = sum(answers.to(o).coded.where(answers.to(o).is_blank).astype(np.int16) for o in options)
        found[f"{name}:blank_count"] = pd.Series(np.where(blank == len(options), 0, blank), answers.index)
    return found


def _of_respondents(
    variables: Collection[Variable],
    answers: Answers,
    shown: Mapping[str, pd.Series],
    about_rows: Collection[str | None],
) -> dict[str, Coded | pd.Series]:
    """How much of the form somebody filled in, and whether anybody else filled it in alike.

    What is not known to have been shown counts neither as answered nor as blank.
    """
    blanks = np.zeros(len(answers.index), np.int32)
    questions = np.full(len(answers.index), len(variables), np.int32)
    given = np.zeros(len(answers.index), np.int32)
    vectors = np.zeros(len(answers.index), np.uint64)
    compared = np.zeros(len(answers.index), np.int32)
    names = []
    for variable in variables:
        to = answers.to(variable.name)
        if variable.name in shown:
            was_shown = shown[variable.name].fillna(False).to_numpy(dtype=bool)
            questions -= ~was_shown
            blanks += to.coded.where(to.is_blank) & was_shown
        elif to.is_blank.any():
            blanks += to.coded.where(to.is_blank)
        if variable.name not in about_rows:
            given += to.coded.where(to.is_there)
        if variable.is_numeric or variable.type == "single":
            names.append(variable.name)
            places = pd.factorize(to.values, use_na_sentinel=False)[0].astype(np.uint64)
            vectors = vectors * np.uint64(6364136223846793005) + _mixed(places)[to.codes]
            compared += to.coded.where(to.is_there)
    return {
        "respondent:answered_share": pd.Series(1 - blanks / np.where(questions > 0, questions, np.nan), answers.index),
        "respondent:answer_count": pd.Series(given, answers.index),
        "respondent:identical_count": _identical(answers, names, vectors, compared),
    }


def _mixed(places: np.ndarray) -> np.ndarray:
    """Numbers spread over all 64 bits (the finaliser of SplitMix64), so that sums of them rarely agree by chance."""
    mixed = (places + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread: np.ndarray = mixed ^ (mixed >> np.uint64(27))
    return spread


def _identical(answers: Answers, names: list[str], vectors: np.ndarray, compared: np.ndarray) -> pd.Series:
    """How many others gave exactly the same coded and numeric answers; null for few answers.

    Rows whose digests differ differ; those whose digests agree are compared answer by answer.
    """
    if not names:
        return pd.Series(np.nan, answers.index)
    enough = compared >= SHORTEST_VECTOR
    found = np.where(enough, 0.0, np.nan)
    places = np.flatnonzero(enough)
    alike = places[pd.Series(vectors[places]).duplicated(keep=False).to_numpy()]
    if len(alike):
        same = pd.DataFrame({n: answers.to(n).values.array.take(answers.to(n).codes[alike]) for n in names})
        found[alike] = same.assign(one=1).groupby(names, dropna=False)["one"].transform("size").to_numpy() - 1
    return pd.Series(found, answers.index)


def _of_times(answers: Answers, start: str | None, end: str | None) -> dict[str, Coded | pd.Series]:
    """How long somebody took, in days and as a share of the median; the share only where times of day are told."""
    if start is None or end is None or not (_holds_days(answers, start) and _holds_days(answers, end)):
        nothing = _nothing(answers)
        return {"respondent:duration_days": nothing, "respondent:duration_share": nothing}
    days = _days(answers.values[end] - answers.values[start])
    taken = days.where(days > 0)
    median = taken.median()
    has_times = taken.notna().sum() >= FEWEST_DURATIONS and bool((taken % 1 != 0).any())
    share = taken / median if has_times else pd.Series(np.nan, days.index)
    return {"respondent:duration_days": days, "respondent:duration_share": share}


def _holds_days(answers: Answers, name: str) -> bool:
    return name in answers and pd.api.types.is_datetime64_any_dtype(answers.to(name).values)


def _repeats(to: AnswersTo, parts: Sequence[pd.Series], spellings: Spellings | None) -> pd.Series:
    """In how many other rows of the same part each key stands, however it is spelled; null without a key.

    Keys are the same where one registered key is meant, and those of nobody registered where they are spelled alike.
    """
    spelled = _plain_keys(to.values)
    if spellings is not None:
        meant = each(to.values, lambda key: f"{REGISTERED}{code}" if (code := spellings.meant(key)) else None)
        spelled = meant.fillna(spelled)
    whole = pd.factorize(spelled)[0][to.codes]
    by = [pd.factorize(part, use_na_sentinel=False)[0] for part in parts]
    alike = pd.DataFrame({str(place): codes for place, codes in enumerate([whole, *by])})
    counts = alike.assign(one=1).groupby(list(alike), sort=False)["one"].transform("size") if by else _sizes(whole)
    return pd.Series(np.where(whole >= 0, counts - 1.0, np.nan))


def _sizes(codes: np.ndarray) -> np.ndarray:
    """How often each code occurs, in its place; -1 is no code."""
    counts: np.ndarray = np.bincount(codes + 1)[codes + 1]
    return counts


def _plain_keys(keys: pd.Series) -> pd.Series:
    """The keys without what programs change; those of plain letters and digits need only be in small letters."""
    written = keys.astype("str")
    plain = written.str.lower()
    others = written.notna() & ~written.str.fullmatch("[A-Za-z0-9]+").fillna(False).astype(bool)
    plain[others] = plain_keys(keys[others]).astype("str")
    return plain


def _marked(marked: np.ndarray, unknown: np.ndarray) -> Coded:
    """False, True, or null where it is not known or does not apply."""
    return Coded(np.where(unknown, np.uint8(2), marked.astype(np.uint8)), _FALSE_TRUE_NULL)


def _nothing(answers: Answers) -> Coded:
    """Null throughout: what cannot be measured."""
    return Coded(np.zeros(len(answers.index), np.uint8), pd.Series([np.nan]))


def _contacts(text: object) -> int | None:
    """How many e-mail addresses, phone numbers and the like a text holds."""
    if not isinstance(text, str):
        return None
    return len(_PATTERNS.find(text)) if _PATTERNS.is_possible(text) else 0


def _days(spans: pd.Series) -> pd.Series:
    days: pd.Series = spans.dt.total_seconds() / 86400
    return days
