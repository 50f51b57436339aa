"""Codes by group as a page for the team and as a document for the paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx
import pytest

from analysis.groups import Compared, Group, GroupComparison, Holding
from pages.groups import GroupsPage, groups_page
from pages.groups_document import groups_document, told


def cell(participants: int, of: int, segments: int | None = None) -> Holding:
    return Holding(participants, participants / of, participants, participants if segments is None else segments)


def code(name: str, first: int, second: int) -> Compared:
    shares = first / 20, second / 10
    only = "peers" if not second else "workers" if not first else None
    return Compared(name, (cell(first, 20), cell(second, 10)), abs(shares[0] - shares[1]), only)


FOUND = GroupComparison(
    groups=(Group("peers", 20, 22, 107), Group("workers", 10, 10, 59)),
    codes=(code("pay", 15, 0), code("hope", 6, 10), code("risk", 13, 5), code("few", 2, 5), code("most", 18, 7)),
    themes=(code("T1", 15, 10), code("T2", 15, 5)),
    joint=1,
    mixed=("I0007",),
    outside=("I0008", "I0009"),
    outside_people=1,
)
PAGE = GroupsPage(
    study="A study",
    synthetic=True,
    day="1 May 2016",
    comparison=FOUND,
    groups={"peers": "Peer specialists", "workers": "Social workers"},
    themes={"T1": "T1: Hope", "T2": "T2: Risk"},
    codes_of={"T1": ("hope", "pay"), "T2": ("risk",)},
)


def words(page: bytes) -> str:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.decode(), flags=re.S)
    return " ".join(text.split())


def tables(document: bytes) -> list[list[list[str]]]:
    found = docx.Document(io.BytesIO(document)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in found]


def test_the_page_gives_people_shares_and_segments_and_makes_no_test() -> None:
    text = words(groups_page(PAGE))
    assert "5 codes among Peer specialists (20) and Social workers (10); 1 code in one group only." in text
    assert "hope Peer specialists: 6 of 20 (30%) 6 segments Social workers: 10 of 10 (100%) 10 segments" in text
    assert "Difference: 70 points" in text
    assert "pay : Peer specialists" in text
    assert "not drawn at random" in text
    assert "22 coded transcripts, 107 segments" in text


def test_the_page_says_who_counts_nowhere() -> None:
    text = words(groups_page(PAGE))
    assert "1 joint interview within one group: what was coded there counts for each person." in text
    assert "1 joint interview of people of several groups counts in none" in text
    assert "I0007" in text
    assert "1 person with a coded transcript belongs to no group compared: I0008, I0009." in text


@pytest.mark.parametrize(
    ("participants", "of", "said"),
    [(0, 20, "0 (0%)"), (4, 20, "<5"), (5, 20, "5 (25%)"), (16, 20, ">15"), (20, 20, "20 (100%)"), (3, 6, "<5")],
)
def test_neither_a_few_nor_all_but_a_few_are_counted_in_public(participants: int, of: int, said: str) -> None:
    assert told(cell(participants, of), of, 5) == said


def test_the_paper_gets_whole_rows_by_difference_and_the_others_by_name() -> None:
    _, codes = tables(groups_document(PAGE, k=5))
    assert codes == [
        ["Code", "Peer specialists (n = 20)", "Social workers (n = 10)"],
        ["pay", "15 (75%)", "0 (0%)"],
        ["hope", "6 (30%)", "10 (100%)"],
        ["risk", "13 (65%)", "5 (50%)"],
        ["few", "<5", "5 (50%)"],
        ["most", ">15", ">5"],
    ]


def test_a_theme_that_less_its_code_gives_a_few_people_away_is_not_shown() -> None:
    themes, _ = tables(groups_document(PAGE, k=5))
    assert themes[1:] == [
        ["T1: Hope", "15 (75%)", "10 (100%)"],
        ["T2: Risk", "not shown", "5 (50%)"],  # 15 less the 13 of risk would be two people
    ]


def test_a_small_group_is_not_in_the_paper() -> None:
    small = replace(FOUND, groups=(FOUND.groups[0], Group("workers", 4, 4, 9)))
    document = groups_document(replace(PAGE, comparison=small), k=5)
    assert {tuple(table[0]) for table in tables(document)} == {
        ("Theme", "Peer specialists (n = 20)"),
        ("Code", "Peer specialists (n = 20)"),
    }
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(document)).paragraphs)
    assert "Not shown, because they have fewer than 5 participants: Social workers." in text
    tiny = replace(FOUND, groups=(Group("peers", 3, 3, 9), Group("workers", 4, 4, 9)))
    assert tables(groups_document(replace(PAGE, comparison=tiny), k=5)) == []
