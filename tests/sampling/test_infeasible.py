"""Rules that cannot all hold: the count check, the conflict and the smallest change, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sampling import Attribute, Design, Infeasible, Rule, propose

DESIGN = Design("site_id", 4, "maximum_variation", "why", attributes=(Attribute("size", "numeric"),))
HARMLESS = Rule("size", {"size": (0, None)}, min=1)


@pytest.fixture
def frame(programs: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return programs(20, 3).assign(kind=["a"] * 3 + ["b"] * 8 + ["c"] * 9)


def test_a_rule_that_wants_more_than_there_is_fails_the_count(frame: pd.DataFrame) -> None:
    with pytest.raises(Infeasible) as error:
        propose(frame, replace(DESIGN, rules=(Rule("four a", {"kind": ["a"]}, min=4), HARMLESS)))
    assert error.value.counts == ("'four a' wants at least 4, and the eligible rows give at most 3.",)
    assert error.value.relaxation == ("'four a' with at least 3 instead of 4",)
    assert [r.name for r in error.value.conflict] == ["four a"]


def test_a_conflict_is_irreducible(frame: pd.DataFrame) -> None:
    rules = (HARMLESS, Rule("three b", {"kind": ["b"]}, min=3), Rule("two c", {"kind": ["c"]}, min=2))
    with pytest.raises(Infeasible) as error:
        propose(frame, replace(DESIGN, rules=rules))
    assert {r.name for r in error.value.conflict} == {"three b", "two c"}
    for left_out in error.value.conflict:
        assert propose(frame, replace(DESIGN, rules=tuple(r for r in rules if r != left_out))).ids
    assert "these cannot hold together" in str(error.value)
    assert len(error.value.relaxation) == 1


def test_the_give_is_spread_over_the_rules(frame: pd.DataFrame) -> None:
    rules = (Rule("four b", {"kind": ["b"]}, min=4), Rule("four c", {"kind": ["c"]}, min=4))
    with pytest.raises(Infeasible) as error:
        propose(frame, replace(DESIGN, rules=rules))
    assert error.value.relaxation == (
        "'four b' with at least 2 instead of 4",
        "'four c' with at least 2 instead of 4",
    )


def test_a_rule_gives_as_far_as_its_floor_and_the_result_says_so(frame: pd.DataFrame) -> None:
    rules = (Rule("three b", {"kind": ["b"]}, min=3, min_floor=2), Rule("two c", {"kind": ["c"]}, min=2))
    sample = propose(frame, replace(DESIGN, rules=rules))
    assert sample.notes == ("Not all rules can hold: 'three b' with at least 2 instead of 3.",)
    assert [(r.name, r.got, r.is_met) for r in sample.diagnostics.rules] == [("three b", 2, False), ("two c", 2, True)]


def test_a_ceiling_on_a_sum_gives_too(frame: pd.DataFrame) -> None:
    cheapest = float(frame["travel"].sort_values().head(4).sum())
    hard = Rule("travel", sum_of="travel", max=cheapest - 50)
    with pytest.raises(Infeasible):
        propose(frame, replace(DESIGN, rules=(hard,)))
    given = propose(frame, replace(DESIGN, rules=(replace(hard, max_ceiling=cheapest + 100),)))
    assert given.diagnostics.rules[0].got == cheapest
