"""The grammar of conditions and calculations: REDCap's syntax, the way back to text, faults that say where."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    variables_of,
)
from evidence.survey.grammar_words import FUNCTIONS, UNITS, ConditionError, checkbox_variable
from evidence.survey.grammar_written import written_calculation, written_condition

a, b = Reference("a"), Reference("b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a] = '1'", Compared("a", "=", (1.0,))),
        ('[a] <> "x"', Compared("a", "<>", ("x",))),
        ("[a] != '1'", Compared("a", "<>", (1.0,))),
        ("[a] >= 3", Compared("a", ">=", (3.0,))),
        ("[a] = ''", Blank(a)),
        ('[a] <> ""', Negated(Blank(a))),
        ("[a] = 'NaN'", Blank(a)),
        ("[race(2)] = '1'", Compared("race___2", "=", (1.0,))),
        ("[race(-9)] = '0'", Compared("race____9", "=", (0.0,))),
        ("[visit_1_arm_1][a] = '1'", Related(Reference("a", "visit_1_arm_1"), "=", Number(1.0))),
        ("[a] = [b]", Related(a, "=", b)),
        ("[a]='1' AND ([b]='2' OR [b]='3')", Joined("and", (
            Compared("a", "=", (1.0,)), Joined("or", (Compared("b", "=", (2.0,)), Compared("b", "=", (3.0,)))),
        ))),
        ("contains([a], '5')", Asked("contains", (a, Text("5")))),
        ("isblankormissingcode([a])", Blank(a)),
        ("[a] > 1 # why\nand [b] > 2 // and why", Joined("and", (
            Compared("a", ">", (1.0,)), Compared("b", ">", (2.0,)),
        ))),
        ("a == 1 # not [b]", Compared("a", "==", (1.0,))),
        ("a is blank", Blank(a)),
        ("a is not blank", Negated(Blank(a))),
        ("a == 'it''s'", Compared("a", "==", ("it's",))),
        ("sum(a, b) > 3", Related(Called("sum", (a, b)), ">", Number(3.0))),
        ("a - b == 0", Related(Arithmetic(a, (("-", b),)), "==", Number(0.0))),
    ],
)  # fmt: skip
def test_a_condition_is_read_as_what_it_says(text: str, expected: object):
    assert parse_condition(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a]+[b]-1", Arithmetic(a, (("+", b), ("-", Number(1.0))))),
        ("(a + b) * 2 % 3", Arithmetic(Arithmetic(a, (("+", b),)), (("*", Number(2.0)), ("%", Number(3.0))))),
        ("-2^2", Negative(Arithmetic(Number(2.0), (("^", Number(2.0)),)))),
        ("if([a]=1, 44, 'NaN')", Chosen(Compared("a", "=", (1.0,)), Number(44.0), Text(""))),
        ("datediff([a],[b],'d')", DayDifference(a, b, "d")),
        ("datediff([a],'05-31-2007','M','mdy',TRUE)", DayDifference(a, Text("2007-05-31"), "M", True)),
        ("datediff([a], [b], 'y', true)", DayDifference(a, b, "y", True)),
        ("round(14.384, 1)", Called("round", (Number(14.384), Number(1.0)))),
    ],
)
def test_a_calculation_is_read_as_what_it_says(text: str, expected: object):
    assert parse_calculation(text) == expected


@pytest.mark.parametrize(
    ("text", "what", "at"),
    [
        ("[a] = '1' and", "expected a variable, a number or a text", 14),
        ("[user-name] = 'x'", "[user-name] is a smart variable", 1),
        ("[a] = '1' or [b:label] = 'x'", "[b:label] asks for a label", 14),
        ("[a] = ‘1’", "straight quotation marks", 7),
        ("{a} = 1", "embeds a field", 1),
        ("[a][2] = 1", "instances of repeating forms", 1),
        ("[previous-event-name][a] = 1", "[previous-event-name] is a smart variable", 1),
        ("[a] = '1", "quotation mark is not closed", 7),
        ("[a = 1", "square bracket is not closed", 1),
        ("a = 1", "write == instead of =", 3),
        ("a == b", "put a text in quotation marks", 6),
        ("[a] = b", "name every variable in square brackets", 7),
        ("a == ''", "write a is blank", 3),
        ("left([a], 2) = 'x'", "left is no function", 1),
        ("datediff([a], 'today', 'd') > 3", "today is another day tomorrow", 15),
        ("datediff([a], [b], 'w') > 3", "the unit of datediff", 20),
        ("datediff([a], '31-05-2007', 'd') > 3", "a day written as ymd", 15),
        ("[a] > round(1, 2, 3)", "round takes 1 to 2 arguments", 7),
        ("[a] and [b] = 1", "expected a condition", 1),
        ("([a] = 1) + 2 > 3", "not a condition", 1),
        ("a in (b)", "expected a number or a text", 7),
    ],
)  # fmt: skip
def test_a_fault_says_what_was_expected_and_where(text: str, what: str, at: int):
    with pytest.raises(ConditionError) as refused:
        parse_condition(text)
    assert what.replace("write a is", "write q1 is") in str(refused.value)
    assert str(refused.value).endswith(f"(at character {at})")


def test_a_fault_never_holds_the_whole_text():
    with pytest.raises(ConditionError) as refused:
        parse_condition("q1 == 1 and q2 == 'Jane Sample said so' ; q3 == 3")
    assert "Jane" not in str(refused.value)


@pytest.mark.parametrize("text", ["not " * 3000 + "a > 1", "-" * 3000 + "a > 1", "(" * 3000, "a > 1 or " * 5000])
def test_what_is_too_deep_or_too_long_is_refused(text: str):
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_eighty_ifs_inside_each_other_and_sixty_items_are_read():
    nested = "".join(f"if([a]={n},{n}," for n in range(80)) + "0" + ")" * 80
    assert variables_of(parse_calculation(nested)) == {"a"}
    total = " + ".join(f"[q{n}]" for n in range(60))
    assert len(variables_of(parse_calculation(total))) == 60


def test_the_name_of_a_checkbox_choice_is_that_of_redcaps_export():
    names = [checkbox_variable("race", code) for code in ("2", "-1", "A b", "1.5")]
    assert names == ["race___2", "race____1", "race___ab", "race___1_5"]


NAMES = st.sampled_from(["a", "b_2", "c.d", "größe"])
NUMBERS = st.one_of(st.integers(-99, 99).map(float), st.sampled_from([0.5, -2.25, 1e21, 1e-7]))
TEXTS = st.text("ab'\" ;=", min_size=1, max_size=5)


@cache
def expressions(redcap: bool, depth: int):
    simple = st.one_of(NUMBERS.map(Number), NAMES.map(Reference))
    if redcap:
        simple = st.one_of(simple, st.builds(Reference, NAMES, st.sampled_from(["", "visit_arm_1"])))
    if not depth:
        return simple
    parts = expressions(redcap, depth - 1)
    sums = st.lists(st.tuples(st.sampled_from("+-"), parts), min_size=1, max_size=2)
    products = st.lists(st.tuples(st.sampled_from("*/%"), parts), min_size=1, max_size=2)
    powers = parts.map(lambda part: [("^", part)])
    functions = st.sampled_from([n for n, f in FUNCTIONS.items() if f.fewest == 1])
    days = NAMES.map(Reference)
    return st.one_of(
        simple,
        st.builds(Arithmetic, parts, st.one_of(sums, products, powers).map(tuple)),
        parts.map(lambda part: Number(-part.value) if isinstance(part, Number) else Negative(part)),
        st.builds(Called, functions, parts.map(lambda part: (part,))),
        st.builds(Chosen, conditions(redcap, depth - 1), parts, st.one_of(parts, st.just(Text("")))),
        st.builds(DayDifference, days, days, st.sampled_from([*UNITS]), st.booleans()),
    )


@cache
def conditions(redcap: bool, depth: int):
    signs = st.sampled_from([*(["=", "<>"] if redcap else ["==", "!="]), "<", "<=", ">", ">="])
    single = st.one_of(NUMBERS, TEXTS).map(lambda value: (value,))
    several = st.one_of(st.lists(NUMBERS, min_size=1, max_size=3), st.lists(TEXTS, min_size=1, max_size=3)).map(tuple)
    simple = st.one_of(
        st.builds(Compared, NAMES, signs, single),
        st.builds(Compared, NAMES, st.just("in"), several),
        st.builds(Blank, NAMES.map(Reference)),
        st.builds(Asked, st.just("contains"), st.tuples(NAMES.map(Reference), TEXTS.map(Text))),
    )
    if not depth:
        return simple
    parts = conditions(redcap, depth - 1)
    numbers = expressions(redcap, depth - 1).map(lambda part: Called("abs", (part,)))
    rights = st.one_of(numbers, NUMBERS.map(Number), NAMES.map(Reference) if redcap else numbers)
    return st.one_of(
        simple,
        st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        parts.map(Negated),
        st.builds(Related, numbers, signs, rights),
    )


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans().flatmap(lambda redcap: conditions(redcap, 2)))
def test_a_condition_written_is_read_back_as_the_same(condition):
    whole = Joined("and", (Blank(a), condition))  # so that it names a variable, whose brackets tell the two ways apart
    assert parse_condition(written_condition(whole)) == whole


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans().flatmap(lambda redcap: expressions(redcap, 2)))
def test_a_calculation_written_is_read_back_as_the_same(expression):
    whole = Chosen(Blank(a), expression, b)
    assert parse_calculation(written_calculation(whole)) == whole
