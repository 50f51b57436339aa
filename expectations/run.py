"""Great Expectations run over one table, failing closed: what could not be evaluated is not passed.

It drops unknown expectations and shows what went wrong only as an exception in its result; both are caught here. Most
of its time goes into every expectation's own metrics, so a check whose measurement is null everywhere is not asked,
and a small table is asked first only whether a check is met, and for the rows only where it is not.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pandas as pd

from expectations.check import Check
from study import Protocol, StudyError

State = Literal["passed", "failed", "unchecked", "not_applicable"]

_SMALL = 1_000_000
"""Cells up to which a table is looked at twice: of larger ones the looking itself is what costs."""
_ONLY_WHETHER = {"result_format": "BOOLEAN_ONLY"}
_WITH_ROWS = {"result_format": "COMPLETE"}
_NOT_NULL = "expect_column_values_to_not_be_null"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Great Expectations said of one check: `evaluated` values, `failing` row positions (from 0)."""

    type: str
    state: State
    evaluated: int
    failing: tuple[int, ...]


def run(frame: pd.DataFrame, checks: Sequence[Check], name: str, study: Protocol) -> list[Outcome]:
    """Each check's outcome, in the order of `checks`; every feature is a column of `frame`."""
    import great_expectations  # noqa: F401  (whole and first: a part imported while it warms up would meet half of it)

    built = [_built(check, study) for check in checks]
    columns = {c.feature for c in checks} | {c.given for c in checks if c.given in frame.columns}
    pruned = frame[sorted(columns)].reset_index(drop=True)
    values = [_values(pruned, check, expectation) for check, expectation in zip(checks, built, strict=True)]
    outcomes = [Outcome(b.expectation_type, "not_applicable", 0, ()) for b in built]
    asked = [i for i, there in enumerate(values) if there]
    if pruned.size <= _SMALL:
        for i, result in _results(pruned, [built[i] for i in asked], asked, name, _ONLY_WHETHER):
            outcomes[i] = _outcome(result, values[i], with_rows=False)
        asked = [i for i in asked if outcomes[i].state == "failed"]
    for i, result in _results(pruned, [built[i] for i in asked], asked, name, _WITH_ROWS):
        outcomes[i] = _outcome(result, values[i], with_rows=True)
    return outcomes


def _values(frame: pd.DataFrame, check: Check, expectation: Any) -> int:
    """How many values a check applies to: those that are not null, unless null is what it looks for."""
    return len(frame) if expectation.expectation_type == _NOT_NULL else int(frame[check.feature].notna().sum())


def _results(
    frame: pd.DataFrame, expectations: Sequence[Any], positions: Sequence[int], name: str, how: dict[str, str]
) -> list[tuple[int, Any]]:
    """Each expectation's result under its position; StudyError when one was dropped."""
    if not expectations:
        return []
    import great_expectations as gx

    for position, expectation in zip(positions, expectations, strict=True):
        expectation.meta = {"position": position}
    suite = gx.ExpectationSuite(name=name, expectations=list(expectations))
    answer = _batch_definition().get_batch({"dataframe": frame}).validate(suite, result_format=how)
    by_position = {result.expectation_config.meta["position"]: result for result in answer.results}
    if sorted(by_position) != sorted(positions):
        raise StudyError(
            f"Great Expectations dropped a check of the suite {name}",
            remedy="This is a fault in fieldtrail: report it; nothing was judged.",
        )
    return sorted(by_position.items())


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
