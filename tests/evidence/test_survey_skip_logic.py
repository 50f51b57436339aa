"""Conditions of skip logic: the grammar, three-valued answers, and that nothing is evaluated as code."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.survey.skip_logic import ConditionError, holds, parse_condition, variables_of

FRAME = pd.DataFrame({"q1": [1.0, 2.0, None], "name": ["a", "b", None], "q2": [5.0, None, 5.0]})


def answers(text: str) -> list[bool | None]:
    return [None if value is pd.NA else bool(value) for value in holds(parse_condition(text), FRAME)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q1 == 1", [True, False, None]),
        ("q1 != 1", [False, True, None]),
        ("q1 >= 2", [False, True, None]),
        ("q1 in (2, 3)", [False, True, None]),
        ("name == 'b'", [False, True, None]),
        ('name in ("a", "c")', [True, False, None]),
        ("not q1 == 1", [False, True, None]),
        ("q1 == 1 or q2 == 5", [True, None, True]),
        ("q1 == 1 and q2 == 5", [True, False, None]),
        ("q1 == 2 or q1 == 1 and q2 == 6", [False, True, None]),
        ("(q1 == 2 or q1 == 1) and q2 == 6", [False, None, False]),
        ("absent == 1", [None, None, None]),
        ("q1 == -9", [False, False, None]),
    ],
)
def test_a_condition_holds_fails_or_is_unknown(text: str, expected: list[bool | None]):
    assert answers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "q1",
        "q1 = 1",
        "q1 ==",
        "== 1",
        "q1 == 1 and",
        "(q1 == 1",
        "q1 == 1)",
        "q1 in ()",
        "q1 in (1, 'a')",
        "q1 == q2",
        "__import__('os').system('true')",
        "q1 == 1; q2",
        "lambda: 1",
        "(" * 5000 + "q1 == 1" + ")" * 5000,
    ],
)
def test_what_is_no_condition_is_refused(text: str):
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_the_variables_a_condition_asks_about():
    assert variables_of(parse_condition("not (a == 1 or b.x > 2) and c_3 in (1)")) == {"a", "b.x", "c_3"}


@given(st.text(alphabet="q1 =!<>()andornti,'\"-.9", max_size=30))
def test_any_text_is_a_condition_or_refused(text: str):
    try:
        condition = parse_condition(text)
    except ConditionError:
        return
    assert len(holds(condition, FRAME)) == len(FRAME)
