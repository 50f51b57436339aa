"""Tables that lost the row with the names of their columns, and those that only spell the names otherwise."""

from __future__ import annotations

import pandas as pd
import pytest

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.header_row import is_headless
from evidence.survey.reading import Survey

DESCRIBED = ("pid", "day", "q1", "q2", "Years here", "note", "a", "b", "c", "d")
ANSWERS = ["P001", "2026-03-01", "1", "2", "4,5", "Fine so far", "2", "7", "1", "age"]
BELOW = ["P002", "2026-03-02", "1", "3", "2", "Tired", "2", "6", "2", "no"]


def table(header: list[str], format: str = "csv", layout: str = "plain") -> Survey:
    frame = pd.DataFrame([BELOW[: len(header)]], columns=header)
    return Survey(frame, DataDictionary(tuple(map(Variable, header))), [], "", format, layout=layout)


@pytest.mark.parametrize("described", [DESCRIBED, (*DESCRIBED, "age"), ()])
def test_answers_in_the_first_row_are_no_names(described: tuple[str, ...]):
    assert is_headless(table(ANSWERS), described, ["pid", "day"])
    assert is_headless(table(ANSWERS, "xlsx"), described)


def test_words_that_are_no_known_names_are_not_names_either_once_the_names_are_known():
    assert is_headless(table(["Jane Doe", "tired"]), DESCRIBED)
    assert not is_headless(table(["mood", "tired"]), ())


@pytest.mark.parametrize(
    "header",
    [
        ["PID", " Day", "Q1", "Q 2", "years_here", "extra", "1", "2026-03-01", "3", "4"],
        ["q1", "strange", "other", "more"],
        ["pid", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
    ],
)
def test_names_that_differ_by_case_and_signs_or_are_known_in_part_are_names(header: list[str]):
    frame = pd.DataFrame([["x"] * len(header)], columns=header)
    survey = Survey(frame, DataDictionary(tuple(map(Variable, header))), [], "", "csv")
    assert not is_headless(survey, DESCRIBED, ["pid"])


@pytest.mark.parametrize(("format", "layout"), [("sav", "plain"), ("csv", "redcap"), ("xlsx", "qualtrics")])
def test_a_file_whose_program_writes_the_names_has_them(format: str, layout: str):
    assert not is_headless(table(ANSWERS, format, layout), DESCRIBED)
