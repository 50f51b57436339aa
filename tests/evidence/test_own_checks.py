"""Checks a team writes for its survey: every row a check or a fault, every rule judged or said not to be."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from evidence.survey.own_checks import OwnChecks, read_own_checks, rule_columns

VARIABLES = ("age", "years_here", "contract")
HEADER = "id,severity,rule,on,title,reason,message\n"
SOUND = "adult,block,age >= 18,age,Staff are adults,,Ask the site in {rows}.\n"


def read(text: str, variables: tuple[str, ...] | None = VARIABLES) -> OwnChecks:
    return read_own_checks(text.encode(), "surveys/staff.checks.csv", variables, codes=r"P\d{3}")


def test_every_row_becomes_a_check():
    found = read(HEADER + SOUND + "\ntenure,inform,years_here - age <= 0,,,,Years and age disagree.\n")
    assert (found.faults, found.written, [c.id for c in found.checks]) == ((), 2, ["adult", "tenure"])
    assert found.checks[0].feature == "own:adult"
    assert found.checks[1].title == "tenure"
    assert found.checks[1].reason.endswith(".")


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("b d,review,age > 1,age,,,No.", "id", "not an id"),
        ("ADULT,review,age > 1,age,,,No.", "id", "already in row 2"),
        ("two,loud,age > 1,age,,,No.", "severity", "not a severity"),
        ("two,review,age >,age,,,No.", "rule", "not a condition"),
        ("two,review,agee > 1,age,,,No.", "rule", "Did you mean age?"),
        ("two,review,age > 1,contrat,,,No.", "on", "Did you mean contract?"),
        ("two,review,age > 1,age,,,", "message", "missing"),
        ("two,review,age > 1,age,,,In {age} no.", "message", "Only {count} and {rows}"),
        ("two,review,age > 1,age,,,In { no.", "message", "Only {count} and {rows}"),
        ("two,review,age > 1,age,,,Ask P017.", "message", "a participant code"),
    ],
)
def test_a_faulty_row_is_no_check_and_says_where_and_what(row: str, column: str, said: str):
    found = read(HEADER + SOUND + row + "\n")
    assert [c.id for c in found.checks] == ["adult"]
    assert found.written == 2
    [fault] = found.faults
    assert fault.where == f"surveys/staff.checks.csv, row 3, column {column}"
    assert said in str(fault)
    assert "P017" not in str(fault)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the column id is missing"),
        (HEADER, "holds no check"),
        (HEADER.replace("rule", "rul") + SOUND, "Did you mean rule?"),
        (HEADER + SOUND.replace("adult,", "adult,,") + "\n", "more cells than the header"),
        ('"unclosed', "not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_never_empty_of_faults(text: str, said: str):
    found = read(text)
    assert found.checks == ()
    assert any(said in str(fault) for fault in found.faults)


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_spreadsheet_may_separate_the_cells_by_its_own_sign(sign: str):
    row = 'adult;block;age in (18, 19);age;Staff are adults;;"Ask the site; then {rows}."\n'.replace(";", sign)
    found = read(HEADER.replace(",", sign) + row)
    assert found.faults == ()
    [check] = found.checks
    assert (check.on, check.message) == ("age", f"Ask the site{sign} then {{rows}}.")


def test_without_a_dictionary_rules_are_parsed_and_their_names_left():
    assert [c.id for c in read(HEADER + SOUND.replace("age", "other"), None).checks] == ["adult"]


def test_a_rule_does_not_apply_where_it_is_unknown():
    answers = pd.DataFrame({"age": [17.0, 40.0, None], "years_here": [1.0, 50.0, 2.0], "contract": ["a", "b", "c"]})
    more = "tenure,review,age > 20 or years_here < 2,,,,No.\nsince,review,years_here - age < 0,,,,No.\n"
    checks = read(HEADER + SOUND + more).checks
    columns = rule_columns(checks, answers)
    assert columns["own:adult"].tolist() == [False, True, pd.NA]
    assert columns["own:tenure"].tolist() == [True, True, pd.NA]
    assert columns["own:since"].tolist() == [True, False, pd.NA]


def test_a_rule_that_cannot_be_evaluated_has_no_column():
    checks = read(HEADER + "text,review,contract > 1,,,,No.\n" + SOUND).checks
    answers = pd.DataFrame({"age": [40.0], "contract": ["open"]})
    assert list(rule_columns(checks, answers)) == ["own:adult"]
    assert list(rule_columns(checks, answers.assign(contract=[None]))) == ["own:text", "own:adult"]


def test_the_checks_in_the_documentation_load_and_say_what_they_say():
    text = (Path(__file__).parent.parent.parent / "docs" / "surveys.md").read_text()
    block = re.search(r"```csv\n(id,severity.*?)```", text, re.DOTALL)
    assert block is not None
    found = read(block[1], ("age", "years_here", "q7", "q7_why"))
    assert found.faults == ()
    answers = pd.DataFrame({"age": [17.0, 40.0], "years_here": [3.0, 5.0], "q7": [4.0, 5.0], "q7_why": [None, "so"]})
    columns = rule_columns(found.checks, answers)
    assert {name: columns[name].tolist() for name in columns} == {
        "own:adult": [False, True],
        "own:tenure": [False, True],
        "own:told_why": [False, True],
    }
