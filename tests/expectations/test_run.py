"""Great Expectations asked about distinct contents says of every row what it says when asked about all of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey.coded import Coded, RowTable
from expectations import run as running
from expectations.check import Check, at_most, in_set, is_true, matches, not_null, within
from expectations.run import run
from study import Protocol, StudyError

pytestmark = pytest.mark.real

CHECKS = (
    Check("XX001", "review", "codes", in_set(1, 2)),
    Check("XX002", "review", "codes", within(2, None)),
    Check("XX003", "review", "codes", not_null),
    Check("XX004", "review", "numbers", at_most, {"maximum": 0.5}),
    Check("XX005", "review", "texts", matches("[a-c]+")),
    Check("XX006", "review", "texts", not_null),
    Check("XX007", "review", "marks", is_true),
    Check("XX008", "review", "days", within(None, pd.Timestamp("2026-01-03"))),
    Check("XX009", "review", "mixed", within(0, None)),
    Check("XX010", "review", "nothing", in_set(1)),
)
CELLS = st.tuples(
    st.sampled_from([1.0, 2.0, 3.0, None]),
    st.floats(0, 1),
    st.sampled_from(["a", "abc", "d", "", None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([*pd.date_range("2026-01-01", periods=5), None]),
    st.sampled_from([1, "many"]),
)


@settings(max_examples=4, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=40))
def test_distinct_contents_are_judged_as_all_rows_are(study: Protocol, rows: list[tuple[Any, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["codes", "numbers", "texts", "marks", "days", "mixed"])
    frame["texts"] = frame["texts"].astype("str")
    frame["days"] = pd.to_datetime(frame["days"])
    frame["nothing"] = np.nan
    table = RowTable(frame.index, {name: Coded.of(frame[name]) for name in frame})
    assert run(table, CHECKS, "suite", study) == run(frame, CHECKS, "suite", study)


def test_columns_of_many_and_of_few_contents_give_the_rows_that_fail(study: Protocol, monkeypatch) -> None:
    monkeypatch.setattr(running, "_PAGE", 3)
    table = RowTable(
        pd.RangeIndex(6),
        {
            "numbers": pd.Series([0.1, 0.9, 0.2, 0.3, 0.9, np.nan]),
            "codes": Coded(np.array([0, 1, 0, 2, 1, 3]), pd.Series([1.0, 9.0, 2.0, np.nan])),
        },
    )
    wild, _, blank, far, *_ = run(table, CHECKS[:4], "suite", study)
    assert (wild.state, wild.evaluated, wild.failing) == ("failed", 5, (1, 4))
    assert (blank.state, blank.evaluated, blank.failing) == ("failed", 6, (5,))
    assert (far.state, far.evaluated, far.failing) == ("failed", 5, (1, 4))


def test_contents_that_no_row_holds_are_not_judged(study: Protocol) -> None:
    column = Coded(np.array([0, 0]), pd.Series([1.0, 9.0]))
    (outcome,) = run(RowTable(pd.RangeIndex(2), {"codes": column}), CHECKS[:1], "suite", study)
    assert (outcome.state, outcome.evaluated) == ("passed", 2)


@pytest.mark.parametrize("kept", [0, 1])
def test_fewer_answers_than_checks_asked_judge_nothing(study: Protocol, monkeypatch, kept: int) -> None:
    asked = running._batch_definition()

    class Forgetful:
        def get_batch(self, options: dict[str, pd.DataFrame]) -> Any:
            batch = asked.get_batch(options)

            def validate(suite: Any, result_format: Any) -> Any:
                return SimpleNamespace(results=batch.validate(suite, result_format=result_format).results[:kept])

            return SimpleNamespace(validate=validate)

    monkeypatch.setattr(running, "_batch_definition", Forgetful)
    with pytest.raises(StudyError, match="dropped a check"):
        run(pd.DataFrame({"codes": [1.0, 2.0]}), CHECKS[:2], "suite", study)
