"""The data dictionary: codes, ranges and conditions read, every fault named by row and column."""

from __future__ import annotations

import pytest

from evidence.survey.dictionary import read_dictionary
from evidence.survey.skip_logic import Compared

HEADER = "variable,label,type,values,missing,range,scale,reverse,show_if\n"
NAME = "surveys/staff.dictionary.csv"


def read(*rows: str):
    return read_dictionary((HEADER + "\n".join(rows) + "\n").encode(), NAME)


def test_a_sound_dictionary_has_no_fault_and_every_part():
    dictionary = read(
        "q1,How often,single,1=Never;2=Sometimes;3=Often,-9=Refused;-8=Don't know,,support,yes,",
        "q2,Hours,decimal,,,0..10,,,q1 == 2",
        "grade,Grade,single,A=Good;B=Bad,,,,,",
    )
    assert dictionary.faults == ()
    q1, q2, grade = dictionary.variables
    assert q1.values == {1.0: "Never", 2.0: "Sometimes", 3.0: "Often"}
    assert q1.missing == {-9.0: "Refused", -8.0: "Don't know"}
    assert (q1.scale, q1.is_reversed, q1.span, q1.is_numeric) == ("support", True, (1.0, 3.0), True)
    assert (q2.range, q2.span, q2.show_if) == ((0.0, 10.0), (0.0, 10.0), Compared("q1", "==", (2.0,)))
    assert (grade.values, grade.is_numeric, grade.span) == ({"A": "Good", "B": "Bad"}, False, None)


@pytest.mark.parametrize(
    ("row", "where", "what"),
    [
        (",label,text,,,,,,", "row 2, column variable", "name is missing"),
        ("q1,,number,,,,,,", "row 2, column type", "number is no type"),
        ("q1,,single,,,,,,", "row 2, column values", "needs its codes"),
        ("q1,,single,1=Yes;No,,,,,", "row 2, column values", "'No' is not code=label"),
        ("q1,,single,1=Yes;1.0=No,,,,,", "row 2, column values", "appears twice"),
        ("q1,,integer,,-9,,,,", "row 2, column missing", "not code=label"),
        ("q1,,integer,,,0-10,,,", "row 2, column range", "not low..high"),
        ("q1,,integer,,,10..0,,,", "row 2, column range", "below the lower"),
        ("q1,,text,,,0..10,,,", "row 2, column range", "goes with integer"),
        ("q1,,integer,,,,,maybe,", "row 2, column reverse", "neither yes nor no"),
        ("q1,,integer,,,,,,q2 = 1", "row 2, column show_if", "not a condition"),
        ("q1,,integer,,,,,,q2 == 1", "row 2, column show_if", "asks about q2"),
        ("q1,,integer,,,,,,,,,", "row 2", "more cells"),
    ],
)
def test_each_fault_names_its_row_and_column(row: str, where: str, what: str):
    (fault,) = read(row).faults
    assert fault.where == f"{NAME}, {where}"
    assert what in fault.what
    assert fault.remedy


def test_every_fault_is_reported_in_one_pass_and_sound_rows_are_kept():
    dictionary = read("q1,,number,,,,,,", "q2,,integer,,,5..1,,,", "q3,,integer,,,,,,", "q3,,integer,,,,,,")
    assert [f.where.split(", ")[1] for f in dictionary.faults] == ["row 2", "row 3", "row 5"]
    assert dictionary.names == ("q1", "q2", "q3")


@pytest.mark.parametrize(
    ("row", "sound"),
    [
        ("q1:whole,,integer,,,,,,", False),
        ("group:q2,,integer,,,,,,", True),
        ("respondent:has_consent,,integer,,,,,,", False),
    ],
)
def test_no_variable_is_called_as_a_measurement_on_another_is(row: str, sound: bool):
    dictionary = read("q1,,single,1=No;2=Yes,,,,,", row)
    assert dictionary.names == ("q1", *([row.split(",")[0]] if sound else []))
    assert [f.where for f in dictionary.faults] == [f"{NAME}, row 3, column variable"] * (not sound)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "column variable is missing"),
        (b"name,type\nq1,text\n", "column variable is missing"),
        (b"variable,type,lable\n", "unknown or repeated column lable"),
        (b"variable,type\n", "lists no variable"),
        (b"variable,type\nq\xff,text\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_dictionary_is_a_fault_and_no_exception(data: bytes, what: str):
    assert any(what in f.what for f in read_dictionary(data, NAME).faults)
