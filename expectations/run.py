"""Great Expectations run over one table, failing closed: what could not be evaluated is not passed.

It drops unknown expectations and shows what went wrong only as an exception in its result; both are caught here. Most
of its time goes into every expectation's own metrics, so a check whose measurement is null everywhere is not asked,
and a small table is asked first only whether a check is met, and for the rows only where it is not.

An expectation of a column says of a cell what it says of any cell with the same content. So of a long table it is
asked about every distinct content of the column once, and what it says holds in each row with that content: the same
rows as if it had been asked about all of them (a test compares the two), at the price of the distinct ones.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from evidence.survey.coded import Coded, RowTable
from expectations.check import Check
from study import Protocol, StudyError

State = Literal["passed", "failed", "unchecked", "not_applicable"]

_SMALL = 1_000_000
"""Cells up to which a table is looked at twice: of larger ones the looking itself is what costs."""
_LONG = 20_000
"""Rows above which a table is asked about by its distinct contents."""
_PAGE = 1_000
"""Distinct contents up to which a column shares a frame with others."""
_AT_A_TIME = 10
"""Expectations in one suite of Great Expectations, whose work for one grows with the others."""
_ONLY_WHETHER = "BOOLEAN_ONLY"
_WITH_ROWS = "COMPLETE"
_NOT_NULL = "expect_column_values_to_not_be_null"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Great Expectations said of one check: `evaluated` values, `failing` row positions (from 0)."""

    type: str
    state: State
    evaluated: int
    failing: tuple[int, ...]


def run(frame: pd.DataFrame | RowTable, checks: Sequence[Check], name: str, study: Protocol) -> list[Outcome]:
    """Each check's outcome, in the order of `checks`; every feature is a column of `frame`."""
    import great_expectations  # noqa: F401  (whole and first: a part imported while it warms up would meet half of it)

    built = [_built(check, study) for check in checks]
    if any(c.given for c in checks) or not (isinstance(frame, RowTable) or len(frame) > _LONG):
        return _whole(frame.frame() if isinstance(frame, RowTable) else frame, checks, built, name)
    table = frame if isinstance(frame, RowTable) else RowTable(frame.index, {str(c): frame[c] for c in frame})
    return _distinct(table, checks, built, name, study)


def _whole(frame: pd.DataFrame, checks: Sequence[Check], built: Sequence[Any], name: str) -> list[Outcome]:
    """Every row looked at by Great Expectations."""
    columns = {c.feature for c in checks} | {c.given for c in checks if c.given in frame.columns}
    pruned = frame[sorted(columns)].reset_index(drop=True)
    values = [_values(pruned, check, expectation) for check, expectation in zip(checks, built, strict=True)]
    outcomes = [Outcome(b.expectation_type, "not_applicable", 0, ()) for b in built]
    asked = [i for i, there in enumerate(values) if there]
    if pruned.size <= _SMALL:
        for i, result in _results(pruned, checks, built, asked, name, _ONLY_WHETHER):
            outcomes[i] = _outcome(result, values[i], with_rows=False)
        asked = [i for i in asked if outcomes[i].state == "failed"]
    for i, result in _results(pruned, checks, built, asked, name, _WITH_ROWS):
        outcomes[i] = _outcome(result, values[i], with_rows=True)
    return outcomes


def _distinct(
    table: RowTable, checks: Sequence[Check], built: Sequence[Any], name: str, study: Protocol
) -> list[Outcome]:
    """The same outcomes from Great Expectations' looking at each column's distinct contents.

    Columns of one kind of which the same is expected are asked about together.
    """
    contents = {feature: _contents(table, feature) for feature in {c.feature for c in checks}}
    outcomes = [Outcome(b.expectation_type, "not_applicable", 0, ()) for b in built]
    alike: dict[object, list[int]] = {}
    for i, check in enumerate(checks):
        if _applies(contents[check.feature], built[i]):
            alike.setdefault(_question(built[i], contents[check.feature]) or i, []).append(i)
    questions = [
        _Question(f"contents {number}", tuple(group), _together([contents[checks[i].feature] for i in group]))
        for number, group in enumerate(alike.values())
    ]
    for page in _pages(questions):
        asked = [replace(checks[question.about[0]], feature=question.name) for question in page]
        said = _whole(_frame(page), asked, [_built(check, study) for check in asked], name)
        for question, outcome in zip(page, said, strict=True):
            for i in question.about:
                outcomes[i] = _spread(outcome, question.contents, table.coded(checks[i].feature))
    return outcomes


@dataclass(frozen=True, slots=True)
class _Question:
    """Contents of which the same is expected, in the checks at the positions `about`."""

    name: str
    about: tuple[int, ...]
    contents: pd.Series


def _question(expectation: Any, contents: pd.Series) -> object:
    """What is expected of contents of one kind; None of mixed ones, where one may keep another from being compared."""
    if contents.dtype == object:
        return None
    expected = {k: v for k, v in expectation.configuration.kwargs.items() if k != "column"}
    return expectation.expectation_type, str(contents.dtype), repr(sorted(expected.items()))


def _together(columns: Sequence[pd.Series]) -> pd.Series:
    """The contents of several columns, each once."""
    return columns[0] if len(columns) == 1 else pd.concat(columns).drop_duplicates().reset_index(drop=True)


def _pages(questions: Sequence[_Question]) -> Iterator[list[_Question]]:
    """Those with few contents together, each of the others by itself."""
    few = [q for q in questions if len(q.contents) <= _PAGE]
    yield from [few] if few else []
    yield from ([q] for q in questions if len(q.contents) > _PAGE)


def _frame(page: Sequence[_Question]) -> pd.DataFrame:
    """A column for each question, the shorter ones filled up with their own first content."""
    length = max(len(q.contents) for q in page)
    return pd.DataFrame({q.name: q.contents.array.take(_filled(len(q.contents), length)) for q in page})


def _contents(table: RowTable, feature: str) -> pd.Series:
    """What stands in a column, each content once."""
    held = table.coded(feature)
    found = held.contents[held.counts() > 0]
    return found.drop_duplicates().reset_index(drop=True)


def _filled(length: int, wanted: int) -> np.ndarray:
    """Positions 0 to length, and then the first again until there are as many as wanted."""
    positions = np.zeros(wanted, dtype=np.intp)
    positions[:length] = np.arange(length)
    return positions


def _applies(contents: pd.Series, expectation: Any) -> bool:
    return expectation.expectation_type == _NOT_NULL or bool(contents.notna().any())


def _spread(outcome: Outcome, contents: pd.Series, column: Coded) -> Outcome:
    """What was said of contents as what it says of the rows that hold them."""
    if outcome.state == "unchecked":
        return Outcome(outcome.type, "unchecked", 0, ())
    there = column.contents.notna().to_numpy()
    evaluated = len(column.codes) if outcome.type == _NOT_NULL else int(column.counts()[there].sum())
    failing = contents.iloc[[i for i in outcome.failing if i < len(contents)]]
    wrong = column.contents.isin(failing).to_numpy(dtype=bool) if len(failing) else np.zeros(len(there), dtype=bool)
    rows = tuple(np.flatnonzero(column.where(wrong)).tolist()) if wrong.any() else ()
    return Outcome(outcome.type, "failed" if rows else "passed", evaluated, rows)


def _values(frame: pd.DataFrame, check: Check, expectation: Any) -> int:
    """How many values a check applies to: those that are not null, unless null is what it looks for."""
    return len(frame) if expectation.expectation_type == _NOT_NULL else int(frame[check.feature].notna().sum())


def _results(
    frame: pd.DataFrame, checks: Sequence[Check], expectations: Sequence[Any], asked: Sequence[int], name: str, how: str
) -> Iterator[tuple[int, Any]]:
    """The result of each expectation that is asked, with its position; StudyError when one was dropped.

    They are asked some at a time, about their own columns only: what Great Expectations spends on an expectation grows
    with how many others there are, and on a row with how many columns.
    """
    for start in range(0, len(asked), _AT_A_TIME):
        positions = asked[start : start + _AT_A_TIME]
        columns = {c for i in positions for c in (checks[i].feature, checks[i].given)} & set(frame.columns)
        yield from _validated(frame[sorted(columns)], {i: expectations[i] for i in positions}, name, how)


def _validated(frame: pd.DataFrame, asked: Mapping[int, Any], name: str, how: str) -> list[tuple[int, Any]]:
    """Each expectation's result under its position; StudyError unless what came back is what was asked, and some."""
    import great_expectations as gx

    for position, expectation in asked.items():
        expectation.meta = {"position": position}
    suite = gx.ExpectationSuite(name=name, expectations=list(asked.values()))
    if not 0 < len(suite.expectations) == len(asked):
        raise _dropped(name)
    answer = _batch_definition().get_batch({"dataframe": frame}).validate(suite, result_format={"result_format": how})
    by_position = {result.expectation_config.meta["position"]: result for result in answer.results}
    if len(answer.results) != len(asked) or sorted(by_position) != sorted(asked):
        raise _dropped(name)
    return sorted(by_position.items())


def _dropped(name: str) -> StudyError:
    return StudyError(
        f"Great Expectations dropped a check of the suite {name}",
        remedy="This is a fault in fieldtrail: report it; nothing was judged.",
    )


@cache
def _batch_definition() -> Any:
    """The one ephemeral context of this process, without progress bars and chatter."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _built(check: Check, study: Protocol) -> Any:
    """The check's expectation with the thresholds in force."""
    from great_expectations.expectations.expectation import Expectation

    assert check.expectation is not None
    expectation = check.expectation(check.feature, check.thresholds(study))
    if not isinstance(expectation, Expectation):
        raise StudyError(
            f"check {check.id} builds no expectation Great Expectations knows",
            remedy="This is a fault in fieldtrail: report it.",
        )
    return expectation


def _outcome(result: Any, values: int, *, with_rows: bool) -> Outcome:
    kind = result.expectation_config.type
    found = result.result or {}
    if _raised(result.exception_info) or (with_rows and "element_count" not in found):
        return Outcome(kind, "unchecked", 0, ())
    if result.success or not with_rows:
        return Outcome(kind, "passed" if result.success else "failed", values, ())
    failing = tuple(int(i) for i in found.get("unexpected_index_list") or ())
    if len(failing) != int(found["unexpected_count"]):
        return Outcome(kind, "unchecked", values, ())
    return Outcome(kind, "failed", values, failing)


def _raised(info: Any) -> bool:
    """Whether an exception is reported, in either of the two forms GX uses."""
    if not info:
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(entry.get("raised_exception") for entry in info.values())
