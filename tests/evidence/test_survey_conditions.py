"""Conditions and calculations over a frame, held to a slow reference that works on one respondent at a time."""

from __future__ import annotations

import math
import statistics
from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.survey.conditions import computed, holds
from evidence.survey.grammar import parse_calculation, parse_condition
from evidence.survey.grammar_nodes import (
    Arithmetic,
    Asked,
    Blank,
    Called,
    Chosen,
    Compared,
    DayDifference,
    Joined,
    Negated,
    Negative,
    Number,
    Reference,
    Related,
    Text,
)

FRAME = pd.DataFrame(
    {
        "a": [1.0, 2.0, None, -3.0, 0.0],
        "b": [5.0, None, 5.0, 1.0, None],
        "t": ["x", "07", None, "7", "Xy"],
        "born": pd.to_datetime(["2000-01-01", None, "1990-05-31", "2020-02-29", "2020-02-29"]),
        "met": pd.to_datetime(["2024-01-01", "2024-01-01", "1990-05-30", None, "2020-02-29"]),
    }
)


def told(text: str, frame: pd.DataFrame = FRAME) -> list[bool | None]:
    return [None if value is pd.NA else bool(value) for value in holds(parse_condition(text), frame)]


def results(text: str, frame: pd.DataFrame = FRAME) -> list[object]:
    return [None if pd.isna(value) else value for value in computed(parse_calculation(text), frame)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a] = '1'", [True, False, False, False, False]),
        ("[a] <> '1'", [False, True, True, True, True]),
        ("a != 1", [False, True, None, True, True]),
        ("[a] = ''", [False, False, True, False, False]),
        ("[a] <> ''", [True, True, False, True, True]),
        ("a is not blank", [True, True, False, True, True]),
        ("absent is blank", [True] * 5),
        ("[absent] <> '1'", [True] * 5),
        ("absent > 1", [None] * 5),
        ("[a] < 2", [True, False, None, True, True]),
        ("[t] = '7'", [False, True, False, True, False]),
        ("[t] <> '7'", [True, False, True, False, True]),
        ("t == '7'", [False, False, None, True, False]),
        ("[a] = [b]", [False, False, False, False, False]),
        ("[a] <> [b]", [True, True, True, True, True]),
        ("[b] > [a]", [True, None, None, True, None]),
        ("[absent] = [other]", [True] * 5),
        ("contains([t], 'X')", [True, False, False, False, True]),
        ("not_contain([t], 'X')", [False, True, True, True, False]),
        ("starts_with([t], '0') or ends_with([t], 'Y')", [False, True, False, False, True]),
        ("isnumber([t])", [False, True, False, True, False]),
        ("isinteger(a / 2)", [False, True, False, False, True]),
        ("born < '2000-01-02'", [True, None, True, False, False]),
        ("[born] = [met]", [False, False, False, False, True]),
        ("sum(a, b) > 5", [True, False, False, False, False]),
        ("not (a == 1 and b == 5)", [False, True, None, True, True]),
        ("a == 1 or b == 5", [True, None, True, False, None]),
    ],
)  # fmt: skip
def test_a_condition_over_a_frame(text: str, expected: list[bool | None]):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", [6.0, None, None, -2.0, None]),
        ("sum(a, b)", [6.0, 2.0, 5.0, -2.0, 0.0]),
        ("mean(a, b)", [3.0, 2.0, 5.0, -1.0, 0.0]),
        ("median(a, b, 4)", [4.0, 3.0, 4.5, 1.0, 2.0]),
        ("min(a, b)", [1.0, 2.0, 5.0, -3.0, 0.0]),
        ("max(a, b)", [5.0, 2.0, 5.0, 1.0, 0.0]),
        ("stdev(a, b)", [pytest.approx(8**0.5), None, None, pytest.approx(8**0.5), None]),
        ("sum(absent, other)", [None] * 5),
        ("1 / a", [1.0, 0.5, None, pytest.approx(-1 / 3), None]),
        ("a % 2", [1.0, 0.0, None, -1.0, 0.0]),
        ("mod(5, a)", [0.0, 1.0, None, 2.0, None]),
        ("absent ^ 0", [None] * 5),
        ("sqrt(a)", [1.0, pytest.approx(2**0.5), None, None, 0.0]),
        ("abs(-a)", [1.0, 2.0, None, 3.0, 0.0]),
        ("if(a > 0, b, 99)", [5.0, None, None, 99.0, 99.0]),
        ("if([a] = '1', 44, 'NaN')", [44.0, None, None, None, None]),
        ("if([a] = '1', 'yes', 'no')", ["yes", "no", "no", "no", "no"]),
        ("datediff([born], [met], 'd')", [8766.0, None, 1.0, None, 0.0]),
        ("datediff([met], [born], 'd', true)", [-8766.0, None, 1.0, None, 0.0]),
        ("round(datediff([born], [met], 'y'), 2)", [24.0, None, 0.0, None, 0.0]),
        ("round(datediff([born], [met], 'M'), 2)", [287.98, None, 0.03, None, 0.0]),
        ("datediff([born], '01-02-2000', 'h', 'mdy', true)", [24.0, None, 84072.0, -176712.0, -176712.0]),
    ],
)
def test_a_calculation_over_a_frame(text: str, expected: list[object]):
    assert results(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("round(14.384, 1)", 14.4),
        ("roundup(14.384, 1)", 14.4),
        ("rounddown(14.384, 1)", 14.3),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("round(1.005, 2)", 1.01),
        ("roundup(0.1 + 0.2, 1)", 0.3),
        ("abs(-7.1)", 7.1),
        ("(4)^(3)", 64.0),
        ("mod(10, 4)", 2.0),
        ("log(100, 10)", 2.0),
    ],
)
def test_the_examples_of_redcaps_help(text: str, expected: float):
    assert results(text, FRAME.head(1)) == [pytest.approx(expected, abs=1e-12)]


def test_an_answer_of_another_event_is_that_of_the_same_record():
    frame = pd.DataFrame(
        {
            "record_id": ["1", "1", "2", "2", "3"],
            "redcap_event_name": ["base_arm_1", "end_arm_1", "base_arm_1", "end_arm_1", "end_arm_1"],
            "smokes": [1.0, None, 0.0, 1.0, 1.0],
        }
    )
    assert told("[base_arm_1][smokes] = '1'", frame) == [True, True, False, False, False]
    assert told("[base_arm_1][smokes] >= 1", frame) == [True, True, False, False, None]
    assert told("[base_arm_1][smokes] >= 1", frame.drop(columns="redcap_event_name")) == [None] * 5


def test_one_code_of_several_is_asked_about_as_a_box():
    frame = pd.DataFrame({"race": ["1", "1;2", " 12 ; -2", None]})
    assert told("[race(2)] = '1'", frame) == [False, True, False, False]
    assert told("race___2 == 1", frame) == [False, True, False, None]
    assert told("[race(-2)] = '1'", frame) == [False, False, True, False]


def test_the_time_between_days_that_are_chosen():
    assert results("datediff(if(a > 1, born, met), '2024-01-02', 'd')")[0] == 1.0


# The reference: one respondent at a time, a blank is None.


def reference_value(node, row):
    match node:
        case Number(value):
            return value
        case Text(value):
            return value or None
        case Reference(variable):
            return row.get(variable)
        case Negative(part):
            number = as_number(reference_value(part, row))
            return None if number is None else -number
        case Arithmetic(first, rest):
            total = as_number(reference_value(first, row))
            for sign, part in rest:
                other = as_number(reference_value(part, row))
                total = None if total is None or other is None else reference_arithmetic(sign, total, other)
            return total
        case Called(function, arguments):
            given = [as_number(reference_value(a, row)) for a in arguments]
            there = [n for n in given if n is not None]
            if not there or (function == "stdev" and len(there) < 2):
                return None
            each = {"sum": math.fsum, "mean": statistics.fmean, "median": statistics.median, "min": min, "max": max}
            return {**each, "stdev": statistics.stdev, "abs": lambda one: abs(one[0])}[function](there)
        case Chosen(condition, then, otherwise):
            truth = reference_truth(condition, row)
            return None if truth is None else reference_value(then if truth else otherwise, row)
        case DayDifference(first, second, "d", is_signed):
            days = reference_value(first, row), reference_value(second, row)
            if not all(isinstance(day, datetime) for day in days):
                return None
            count = (days[1] - days[0]).total_seconds() / 86400
            return count if is_signed else abs(count)
    raise TypeError(node)


def reference_arithmetic(sign, left, right):
    try:
        match sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "%":
                return math.fmod(left, right)
    except (ZeroDivisionError, ValueError):
        return None


def as_number(value):
    try:
        return None if value is None or isinstance(value, datetime) else float(value)
    except ValueError:
        return None


def reference_truth(node, row):
    match node:
        case Joined(word, parts):
            told = [reference_truth(part, row) for part in parts]
            decides = word == "or"
            return decides if decides in told else None if None in told else not decides
        case Negated(part):
            truth = reference_truth(part, row)
            return None if truth is None else not truth
        case Blank(part):
            return reference_value(part, row) is None
        case Asked("contains", (text, part)):
            return str(reference_value(part, row) or "").lower() in str(reference_value(text, row) or "").lower()
        case Compared(variable, "in", values):
            value = row.get(variable)
            value = as_number(value) if isinstance(values[0], float) else value
            return None if value is None else value in values
        case Compared(variable, sign, (value,)):
            return reference_compared(row.get(variable), sign, value, of_numbers=isinstance(value, float))
        case Related(left, sign, right):
            return reference_compared(reference_value(left, row), sign, reference_value(right, row), of_numbers=True)


def reference_compared(left, sign, right, *, of_numbers):
    if sign in ("=", "<>"):
        numbers = as_number(left), as_number(right)
        if left is None or right is None:
            equal = left is right
        elif None not in numbers and of_numbers:
            equal = numbers[0] == numbers[1]
        else:
            equal = not of_numbers and left == right
        return equal if sign == "=" else not equal
    if of_numbers:
        left, right = as_number(left), as_number(right)
    if left is None or right is None:
        return None
    return {"==": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right}[sign]


NUMERIC = st.sampled_from(["a", "b", "absent"]).map(Reference)
VALUES = st.sampled_from([-3.0, 0.0, 1.0, 2.0, 5.0, 0.5])


@cache
def expressions(depth: int):
    simple = st.one_of(VALUES.map(Number), NUMERIC)
    if not depth:
        return simple
    parts = expressions(depth - 1)
    functions = st.sampled_from(["sum", "mean", "median", "min", "max", "stdev"])
    sums = st.lists(st.tuples(st.sampled_from("+-"), parts), min_size=1, max_size=2)
    products = st.lists(st.tuples(st.sampled_from("*/%"), parts), min_size=1, max_size=2)
    return st.one_of(
        simple,
        parts.map(Negative),
        st.builds(Arithmetic, parts, st.one_of(sums, products).map(tuple)),
        st.builds(Called, functions, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Chosen, conditions(depth - 1), parts, st.one_of(parts, st.just(Text("")))),
        st.builds(DayDifference, st.just(Reference("born")), st.just(Reference("met")), st.just("d"), st.booleans()),
    )


@cache
def conditions(depth: int):
    signs = st.sampled_from(["=", "<>", "==", "!=", "<", "<=", ">"])
    simple = st.one_of(
        st.builds(Compared, st.sampled_from(["a", "b", "t", "absent"]), signs, VALUES.map(lambda value: (value,))),
        st.builds(Compared, st.just("t"), signs, st.sampled_from(["x", "7"]).map(lambda value: (value,))),
        st.builds(Compared, st.just("a"), st.just("in"), st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
        st.builds(Asked, st.just("contains"), st.tuples(st.just(Reference("t")), st.just(Text("x")))),
        st.builds(Blank, NUMERIC),
    )
    if not depth:
        return simple
    parts = conditions(depth - 1)
    return st.one_of(
        simple,
        st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        parts.map(Negated),
        st.builds(Related, expressions(depth - 1), signs, expressions(depth - 1)),
    )


def rows_of(frame: pd.DataFrame):
    return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")]


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(conditions(2))
def test_conditions_agree_with_the_reference(condition):
    expected = [reference_truth(condition, row) for row in rows_of(FRAME)]
    assert [None if v is pd.NA else bool(v) for v in holds(condition, FRAME)] == expected


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(3))
def test_calculations_agree_with_the_reference(expression):
    expected = [reference_value(expression, row) for row in rows_of(FRAME)]
    found = computed(expression, FRAME)
    assert np.allclose(found.astype(float), [math.nan if v is None else v for v in expected], equal_nan=True)
