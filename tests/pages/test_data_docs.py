"""Data Docs: counts and titles in one page that needs no network."""

from __future__ import annotations

import re

from pages.data_docs import CheckedColumn, CheckedSuite, SurveyDocs, data_docs, data_docs_index


def column(check: str, state: str, column: str = "q1", unexpected: int = 0) -> CheckedColumn:
    return CheckedColumn(
        check,
        "Codes are declared",
        "A wild code is a typing error.",
        "review",
        column,
        "expect_column_values_to_be_in_set",
        state,
        40,
        unexpected,
    )


DOCS = SurveyDocs(
    study="A study of <programs>",
    survey="staff",
    file="surveys/staff.sav",
    day="2016-03-05",
    verdict="review",
    rules="0123456789ab",
    suites=(
        CheckedSuite("answers", "respondent", 40, (column("SV020", "failed", unexpected=3), column("SV021", "passed"))),
        CheckedSuite("variables", "variable", 1, (column("SV012", "unchecked", "is_in_file"),)),
    ),
    raised=("SV004 The type is no type.",),
)


def test_the_page_shows_every_check_with_its_counts():
    page = data_docs(DOCS).decode()
    assert DOCS.page == "staff.html"
    for shown in ("SV020", "SV021", "SV012", "40 respondents", "1 variable", "0123456789ab", "SV004 The type"):
        assert shown in page
    assert page.count("could not be checked") >= 2
    assert "A study of &lt;programs&gt;" in page


def test_the_pages_need_no_network():
    for page in (data_docs(DOCS).decode(), data_docs_index("A study", [("staff", "review")]).decode()):
        assert "https://" not in page
        assert "http://" not in page
        assert not re.search(r"<(script|link|iframe)\b", page)


def test_the_list_links_each_survey():
    assert '<a href="staff.html">staff</a>' in data_docs_index("A study", [("staff", "passed")]).decode()
