"""The comparisons as tables on Prefect's pages: one row a case, code or site, with what the pages say."""

from __future__ import annotations

from tasks.comparison_artifacts import case_rows, display_rows, group_rows, show_cases
from tests.pages.test_cases_pages import PAGE as CASES
from tests.pages.test_groups_pages import PAGE as GROUPS
from tests.pages.test_joint_display_pages import PAGE as DISPLAY


def test_each_table_has_a_row_a_case_code_or_site() -> None:
    assert case_rows(CASES)[0] == {
        "Case": "S01",
        "Peer provider": "4.5",
        "Program director": "2",
        "Difference": "+2.5",
        "What came out": "Diverges: peers higher",
    }
    assert group_rows(GROUPS)[0] == {
        "Code": "pay",
        "Peer specialists": "15 of 20 (75%)",
        "Social workers": "0 of 10 (0%)",
        "Difference": "75 points",
    }
    assert [row["Fit"] for row in display_rows(DISPLAY)] == ["confirmed", "people differ", "not judged yet"]
    assert display_rows(DISPLAY)[2]["Survey mean, trust"] == "no mean"


def test_outside_a_run_of_prefects_nothing_is_shown() -> None:
    show_cases("tiny", CASES, ())
