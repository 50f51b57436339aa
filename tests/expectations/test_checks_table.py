"""docs/transcripts.md and docs/surveys.md have every check as the catalogue has it."""

from __future__ import annotations

import re
from pathlib import Path

from expectations.catalogue import CATALOGUE
from expectations.checks_table import survey_table, table

PAGE = (Path(__file__).parent.parent.parent / "docs/transcripts.md").read_text(encoding="utf-8")


def test_the_page_holds_the_table_as_the_catalogue_gives_it() -> None:
    assert table() in PAGE, "print it anew with python -m expectations.checks_table"


def test_every_check_on_transcripts_is_a_row_with_something_to_do() -> None:
    rows = {line.split("`")[1]: line for line in table().splitlines()[2:]}
    assert set(rows) == {id for id in CATALOGUE if id.startswith("TR")}
    assert all(len(line.split(" | ")) == 6 and line.split(" | ")[5].strip(" |") for line in rows.values())


SURVEYS = (Path(__file__).parent.parent.parent / "docs/surveys.md").read_text(encoding="utf-8")


def test_the_page_on_surveys_holds_the_table_as_the_catalogue_gives_it() -> None:
    assert survey_table() in SURVEYS, "print it anew with python -m expectations.checks_table surveys"


def test_every_check_on_surveys_is_a_row() -> None:
    rows = {line.split("`")[1] for line in survey_table().splitlines()[2:]}
    assert rows == {id for id in CATALOGUE if id.startswith("SV")}


def test_redcaps_rules_and_qamydatas_tests_are_covered_by_checks_there_are() -> None:
    section = SURVEYS.partition("### What REDCap's rules and QAMyData look at")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ") and "here" not in line]
    redcap, qamydata = rows[:9], rows[9:]
    assert [cells[0][2] for cells in redcap] == list("ABCDEFGHI")
    assert len(qamydata) == 12
    named = [re.findall(r"SV\d{3}", cells[1]) for cells in (*redcap, *qamydata)]
    assert {id for ids in named for id in ids} <= set(CATALOGUE)
    assert [not ids for ids in named] == [False] * 20 + [True]
