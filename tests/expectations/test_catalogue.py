"""The catalogue: every check says what it is, why, and reads well when it fails."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from expectations.catalogue import CATALOGUE
from expectations.check import Check

MEASURED = {"count", "rows", "value", "difference", "column", "known"}
"""What a message may name; `known` are the words a register's column knows, filled where the column is known."""


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=lambda c: c.id)
def test_every_check_says_what_it_is_and_why(check: Check):
    assert re.fullmatch(r"[A-Z]{2}\d{3}(\.[a-z]+)?", check.id)
    assert check.severity in ("block", "review", "inform")
    assert check.title
    assert not check.title.endswith(".")
    assert check.reason.endswith(".")


@pytest.mark.parametrize("check", [c for c in CATALOGUE.values() if c.expectation], ids=lambda c: c.id)
def test_a_judged_check_says_what_to_do_with_names_it_has(check: Check):
    names = {name.removesuffix("_percent") for _, name, _, _ in string.Formatter().parse(check.message) if name}
    assert check.message
    assert names <= MEASURED | set(check.defaults)


def test_every_check_the_code_names_is_in_the_catalogue():
    house = Path(__file__).parent.parent.parent
    rooms = ("sampling", "recruitment", "evidence", "analysis", "trustworthiness", "expectations", "tasks", "flows")
    sources = [path.read_text() for room in rooms for path in (house / room).rglob("*.py")]
    named = {check for source in sources for check in re.findall(r'"((?:AN|CN|DC|EX|MC|RG|SA|SV|TR)\d{3})"', source)}
    assert named <= set(CATALOGUE)


def test_no_feature_is_named_after_a_check():
    assert not [c.feature for c in CATALOGUE.values() if c.id.lower() in c.feature.lower()]
