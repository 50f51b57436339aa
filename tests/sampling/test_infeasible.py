"""Rules that cannot all hold: the count check, the conflict and the smallest change, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sampling import Attribute, Design, Infeasible, Rule, frame_of, propose

DESIGN = Design("site_id", 4, "maximum_variation", "why", attributes=(Attribute("size", "numeric"),))
HARMLESS = Rule("size", {"size": (0, None)}, min=1)


@pytest.fixture
def frame(programs: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return programs(20, 3).assign(kind=["a"] * 3 + ["b"] * 8 + ["c"] * 9)


def test_a_rule_that_wants_more_than_there_is_fails_the_count(frame: pd.DataFrame) -> None:
    with pytest.raises(Infeasible) as error:
        propose(frame, replace(DESIGN, rules=(Rule("four a", {"kind": ["a"]}, min=4), HARMLESS)))
    assert error.value.counts == ("'four a' wants at least 4, and only 3 of the eligible fit",)
    assert error.value.relaxation == ("'four a' with at least 3 instead of 4",)
    assert [r.name for r in error.value.conflict] == ["four a"]


@pytest.mark.slow
def test_a_conflict_is_irreducible(frame: pd.DataFrame) -> None:
    rules = (HARMLESS, Rule("three b", {"kind": ["b"]}, min=3), Rule("two c", {"kind": ["c"]}, min=2))
    with pytest.raises(Infeasible) as error:
        propose(frame, replace(DESIGN, rules=rules))
    assert {r.name for r in error.value.conflict} == {"three b", "two c"}
    for left_out in error.value.conflict:
        assert propose(frame, replace(DESIGN, rules=tuple(r for r in rules if r != left_out))).ids
    assert "These cannot hold together, and without any one of them the others can: 'three b'" in str(error.value)
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
    assert sample.notes == (
        "Not all rules can hold together. As far as the design lets them give, the smallest change is: 'three b' with "
        "at least 2 instead of 3.",
    )
    assert [(r.name, r.got, r.is_met) for r in sample.diagnostics.rules] == [("three b", 2, False), ("two c", 2, True)]


@pytest.mark.slow
def test_a_ceiling_on_a_sum_gives_too(frame: pd.DataFrame) -> None:
    cheapest = float(frame["travel"].sort_values().head(4).sum())
    hard = Rule("travel", sum_of="travel", max=cheapest - 50)
    with pytest.raises(Infeasible):
        propose(frame, replace(DESIGN, rules=(hard,)))
    given = propose(frame, replace(DESIGN, rules=(replace(hard, max_ceiling=cheapest + 100),)))
    assert given.diagnostics.rules[0].got == cheapest


SAID: dict[str, tuple[dict[str, object], str]] = {
    "all three at once": (
        {
            "rules": (
                Rule("three b", {"kind": ["b"]}, min=3),
                Rule("no more than one b", {"kind": ["b"]}, max=1),
                Rule("four a", {"kind": ["a"]}, min=4),
            )
        },
        "the sampling design: no sample of 4 keeps all the rules. Counting alone shows it: 'four a' wants at least 4, "
        "and only 3 of the eligible fit. These cannot hold together, and without any one of them the others can: "
        "'three b' wants at least 3; 'no more than one b' wants at most 1. The smallest change of the rules that would "
        "do (all of it): 'three b' with at least 1 instead of 3; 'four a' with at least 3 instead of 4. Write it into "
        "study.yaml if the study can bear it, or complete the frame.",
    ),
    "one rule and those who must be in": (
        {"rules": (Rule("three a", {"kind": ["a"]}, min=3), HARMLESS), "required": ("S012", "S013", "S002")},
        "the sampling design: no sample of 4 keeps all the rules. Counting alone shows it: 'three a' wants at least 3, "
        "and a sample of 4 has at most 2. 'three a' wants at least 3, which cannot be, as long as S012, S013 must be "
        "in. The smallest change of the rules that would do: 'three a' with at least 2 instead of 3. Write it into "
        "study.yaml if the study can bear it, or decide otherwise about S012, S013, or complete the frame.",
    ),
    "one rule and those who may not be in": (
        {"rules": (Rule("one a", {"kind": ["a"]}, min=1),), "forbidden": ("S001", "S002", "S003", "S009")},
        "the sampling design: no sample of 4 keeps all the rules. Counting alone shows it: 'one a' wants at least 1, "
        "and none of the eligible fits. 'one a' wants at least 1, which cannot be, as long as S001, S002, S003 may not "
        "be in. The smallest change of the rules that would do: 'one a' with none needed instead of 1. Write it into "
        "study.yaml if the study can bear it, or decide otherwise about S001, S002, S003, or complete the frame.",
    ),
    "as far as they may give": (
        {
            "rules": (
                Rule("three b", {"kind": ["b"]}, min=3, min_floor=2),
                Rule("three c", {"kind": ["c"]}, min=3),
                Rule("purse", sum_of="cost", max=12_000_000),
            )
        },
        "the sampling design: no sample of 4 keeps all the rules, not even as far as they may give. These cannot hold "
        "together, and without any one of them the others can: 'three b' wants at least 3; 'three c' wants at least "
        "3. The smallest change of the rules that would do (all of it): 'three b' with at least 2 instead of 3; "
        "'three c' with at least 2 instead of 3. Write it into study.yaml if the study can bear it, or complete the "
        "frame.",
    ),
    "money": (
        {"rules": (Rule("purse", sum_of="cost", max=11_999_999.5),)},
        "the sampling design: no sample of 4 keeps all the rules. Counting alone shows it: 'purse' wants at most "
        "11999999.5 of cost in all, and a sample of 4 has at least 12000000. The smallest change of the rules that "
        "would do: 'purse' with at most 12000000 instead of 11999999.5. Write it into study.yaml if the study can bear "
        "it, or complete the frame.",
    ),
    "what the strategy asks for": (
        {"strategy": "snowball", "referrer": "by", "seeds": 1, "required": ("S002", "S003", "S004", "S005")},
        "the sampling design: no sample of 4 keeps all the rules. 'through one recruiter, and only through a chosen "
        "one', which cannot be, as long as S002, S003, S004, S005 must be in. No change of the rules would do: no "
        "longer require S002, S003, S004, S005, change the size or what the strategy asks for.",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_people_read(frame: pd.DataFrame, name: str) -> None:
    changes, said = SAID[name]
    table = frame.assign(cost=3_000_000, by=[""] + ["S001"] * 19)
    with pytest.raises(Infeasible) as error:
        propose(table, replace(DESIGN, **changes))  # type: ignore[arg-type]
    assert str(error.value) == said


def test_of_people_rows_are_named_and_never_ids(frame: pd.DataFrame) -> None:
    people = frame_of(frame, "site_id", personal=True)
    rules = (Rule("three a", {"kind": ["a"]}, min=3),)
    ways = {"required": ("S012", "S013"), "forbidden": ("S001",)}
    found = {}
    for name, ids in ways.items():
        with pytest.raises(Infeasible) as error:
            propose(people, replace(DESIGN, rules=rules, **{name: ids}))  # type: ignore[arg-type]
        found[name] = (error.value.kept_in, error.value.kept_out)
        assert "S0" not in str(error.value)
    assert found == {"required": ("row 13, row 14", ""), "forbidden": ("", "row 2")}
