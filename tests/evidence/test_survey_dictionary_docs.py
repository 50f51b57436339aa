"""docs/surveys.md on dictionaries, conditions and calculations says what the software does: its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from evidence.survey.conditions import holds
from evidence.survey.dictionary import COLUMNS, TYPES, read_dictionary
from evidence.survey.dictionary_redcap import TYPES as FIELD_TYPES
from evidence.survey.grammar import DEEPEST, LONGEST, parse_calculation, parse_condition
from evidence.survey.grammar_words import FUNCTIONS, TESTS, ConditionError

DOCS = (Path(__file__).parents[2] / "docs" / "surveys.md").read_text(encoding="utf-8")


def table(header: str) -> list[list[str]]:
    """The rows of the one table whose first column has this header."""
    (body,) = re.findall(rf"^\| {re.escape(header)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DOCS, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in body.strip().split("\n")]


def code(cell: str) -> str:
    return cell.strip("` ")


def test_the_columns_are_all_there_and_their_examples_are_read_without_a_fault():
    rows = table("column")
    assert tuple(row[0] for row in rows) == COLUMNS
    assert re.findall(r"`(\w+)`", rows[2][1]) == list(TYPES)
    example = {row[0]: code(row[2]) for row in rows}
    more = [{"variable": name, "type": "integer"} for name in ("ro2", "training")]
    for left_out in ({"range", "calculation"}, {"values"}):
        kind = "single" if "range" in left_out else "integer"
        first = {k: "" if k in left_out else v for k, v in example.items()} | {"type": kind}
        lines = ["\t".join(COLUMNS), *("\t".join(row.get(c, "") for c in COLUMNS) for row in (first, *more))]
        dictionary = read_dictionary("\n".join(lines).encode(), "docs")
        assert dictionary.faults == ()
        assert dictionary["ro1"].missing == {-9.0: "Refused", ".a": "Skipped"}


def test_every_field_type_of_redcap_is_told():
    told = {kind for row in table("REDCap") for kind in re.findall(r"`(\w+)`", row[0])}
    assert set(FIELD_TYPES) <= told


@pytest.mark.parametrize("text", [code(row[0]) for row in table("condition")])
def test_the_conditions_are_read(text: str):
    parse_condition(text)


@pytest.mark.parametrize("text", [code(row[0]) for row in table("calculation")])
def test_the_calculations_are_read(text: str):
    parse_calculation(text)


def test_every_function_is_told_as_it_is():
    told = {code(row[0]).partition("(")[0]: row[1] for row in table("function")}
    assert set(told) == {*FUNCTIONS, *TESTS, "if", "datediff"}
    assert {name: told[name] for name in FUNCTIONS} == {name: f.gives for name, f in FUNCTIONS.items()}


@pytest.mark.parametrize(("text", "expected"), [(code(row[0]), row[1]) for row in table("where q1 is blank")])
def test_what_a_blank_is_compared_as(text: str, expected: str):
    (found,) = holds(parse_condition(text), pd.DataFrame({"q1": [float("nan")]}))
    assert ("unknown" if found is pd.NA else str(bool(found)).lower()) == expected


@pytest.mark.parametrize("text", [code(row[0]) for row in table("refused")])
def test_what_is_refused_is_refused(text: str):
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_the_limits_are_those_that_hold():
    assert f"{LONGEST:,} characters" in DOCS
    assert f"more than {DEEPEST} brackets" in DOCS
