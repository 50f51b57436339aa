"""The page on member checking: every count with what it is of, and no small group for readers outside the team."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from pages.member_checks import MemberChecksPage, Released, boxes_of, member_checks_page, percent, published_account
from trustworthiness.member_check_account import account
from trustworthiness.member_checks import Check, MemberChecks

DAY = date(2016, 7, 1)


def made(fits: int, doubts: int, silent: int, *, back: int = 0):
    checks = {}
    for n in range(fits + doubts + silent):
        verdict = "fits" if n < fits else "does_not"
        came = {} if n >= fits + doubts else {"returned": DAY, verdict: 1, "verdicts": {"T1": verdict}}
        quotes = frozenset({f"q{n}"}) if n < back else frozenset()
        checks[f"P{n}"] = Check(f"P{n}", "MC", 1, released=DAY, sent=DAY, quotes_back=quotes, **came)
    return account(MemberChecks(checks))


def page(found) -> str:
    about = MemberChecksPage(
        "tiny", "Tiny <study>", True, "1 September 2016", found, {"T1": "Peers want to be asked."},
        releases=(Released("INV1", 9, "declared only"),),
    )  # fmt: skip
    return member_checks_page(about).decode()


def test_the_page_says_each_count_with_its_whole_and_that_silence_is_not_agreement():
    html = page(made(3, 1, 4))
    for text in ("3 of 4 (75\u00a0%)", "1 of 4 (25\u00a0%)", "4 of 8 (50\u00a0%)", "No reply (not agreement): 4"):
        assert text in html
    assert "Who did not answer has agreed to nothing." in html
    assert "1 open" in html
    assert "declared only" in html
    assert "Tiny &lt;study&gt;" in html


def test_a_page_before_the_first_reply_divides_by_nothing():
    assert "No reply yet." in page(made(0, 0, 0))
    assert percent(0, 0) == "0 of 0"


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("counts", [(9, 2, 4), (12, 6, 1), (2, 2, 2), (0, 0, 7), (20, 0, 0)])
def test_outside_the_team_no_step_verdict_or_difference_rests_on_fewer_than_k(counts, k):
    found = made(*counts)
    shown = published_account(found, k)
    steps = [box.count for box in shown.flow]
    assert all(n == 0 or n >= k for n in steps)
    assert all(a == b or a - b >= k for a, b in pairwise(steps))
    assert all(n >= k for box in shown.flow for _, n in box.left)
    for theme in shown.themes:
        assert all(n is None or n == 0 or n >= k for n in theme.verdicts)
        hidden = [n for n in theme.verdicts if n is None]
        assert len(hidden) != 1 or theme.asked is None


def test_for_the_team_every_box_is_the_one_before_less_its_reasons():
    boxes = boxes_of(made(5, 2, 3))
    for before, after in pairwise(boxes):
        assert after.count == before.count - sum(n for _, n in after.left)


def test_quotes_taken_back_by_few_are_not_counted_outside():
    assert published_account(made(9, 0, 0, back=2), 5).quotes_back is None
    assert published_account(made(9, 0, 0, back=6), 5).quotes_back == 6
    assert published_account(made(9, 0, 0), 5).quotes_back == 0
