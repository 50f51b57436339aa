"""Keys are compared as people mean them, however a program has spelled them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.survey.linkage import Spellings, each, plain_key, plain_keys

CODES = st.from_regex(r"[A-Z]{1,3}-?[1-9][0-9]{0,4}", fullmatch=True)
BLANKS = st.text(" \t\n\u00a0\u2009\u200b\ufeff", max_size=3)


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        ("P014", "p014"),
        (" p 014\u00a0", "p014"),
        ("\ufeffP014\u200b", "p014"),
        ("\uff30\uff10\uff11\uff14", "p014"),
        (7.0, "7"),
        ("7.0", "7"),
        ("7.00", "7"),
        (7, "7"),
        (7.5, "7.5"),
        ("P7.0", "p7.0"),
        ("straße", "strasse"),
        ("   ", ""),
    ],
)
def test_a_key_loses_only_what_programs_change(key: object, plain: str):
    assert plain_key(key) == plain


@pytest.mark.slow
@given(CODES, BLANKS, BLANKS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_spaces_case_and_signs_nobody_sees_change_nobody(code: str, before: str, after: str, random):
    spelled = before + "".join(random.choice((c.upper(), c.lower())) for c in code) + after
    assert Spellings([code, "X999999"]).meant(spelled) == code
    assert plain_keys(pd.Series([spelled, None, "  "])).tolist() == [plain_key(code), None, None]


@pytest.mark.slow
@given(st.sets(CODES, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_known_key_is_found_by_its_own_spelling(codes: set[str]):
    known = Spellings(codes)
    assert {known.meant(code) for code in codes} == codes
    assert known.share(pd.Series(sorted(codes))) == 1


def test_keys_that_differ_only_in_spelling_are_told_apart_by_the_exact_one_alone():
    known = Spellings(["A1", "a1", "B2"])
    assert [known.meant(key) for key in ("A1", "a1", " A1", "b2")] == ["A1", "a1", None, "B2"]
    assert known.plain_forms("A1") == ()
    assert known.plain_forms("B2") == ("b2",)


def test_zeros_lost_at_the_front_are_forgiven_where_one_key_is_left():
    known = Spellings(["007", "012", "12"])
    assert [known.meant(key) for key in (7.0, "7", "0012", "12", "012")] == ["007", "007", None, "12", "012"]
    assert known.plain_forms("007") == ("007", "7")


def test_each_different_value_is_asked_once():
    asked: list[object] = []
    found = each(pd.Series(["a", None, "b", "a"]), lambda value: asked.append(value) or str(value).upper())
    assert found.tolist() == ["A", None, "B", "A"]
    assert asked == ["a", "b"]


def test_the_share_counts_different_values():
    assert Spellings(["P1", "P2"]).share(pd.Series(["p1", "P1", "X", None])) == pytest.approx(2 / 3)
    assert Spellings(["P1"]).share(pd.Series([None], dtype=object)) is None
