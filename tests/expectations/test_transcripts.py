"""The transcript suite: every threshold moves a verdict, and no message names a word of anybody."""

from __future__ import annotations

import string

import pytest

from evidence.measure import FEATURES, TURN_FEATURES
from expectations.transcript_suites import LIKENESS_FEATURES
from expectations.transcripts import CHECKS, PSEUDONYMS, TRANSCRIPTS, TURNS


def test_every_check_judges_a_feature_that_is_measured():
    assert {check.feature for check in TRANSCRIPTS.checks} <= {*FEATURES, *LIKENESS_FEATURES}
    assert {check.feature for check in TURNS.checks} <= set(TURN_FEATURES)


def test_ids_are_unique():
    assert len({check.id for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_messages_use_only_numbers(check):
    names = {name.removesuffix("_percent") for _, name, _, _ in string.Formatter().parse(check.message) if name}
    assert names <= {"value", "count", *check.defaults}


def test_on_the_raw_file_what_identifies_asks_for_review():
    assert {c.severity for c in CHECKS if c.id in ("TR060", "TR062", "TR065")} == {"review"}


def test_no_feature_is_named_after_a_check():
    assert not any(check.feature.upper().startswith("TR") for check in CHECKS)


def test_the_pseudonym_table_is_one_subject():
    assert PSEUDONYMS.file == "restricted/participants.csv"
