"""Every strategy against an oracle that looks at all samples, and the properties all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import STRATEGIES, Design, Infeasible, Rule, propose
from sampling import replace as replaced
from sampling.coverage import rules_met
from sampling.diagnostics import Diagnostics
from sampling.frame import Frame
from sampling.goal import Goal
from sampling.problem import Problem
from study import StudyError
from study.protocol.sampling import Strategy
from tests.sampling.brute_force import (
    BOTH,
    DESIGNS,
    RULES,
    Unkept,
    a_design,
    chosen_by,
    held,
    oracle_of,
    posed,
    small_frame,
)

NAMES = st.sampled_from(sorted(DESIGNS))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    name=NAMES, rows=st.integers(4, 12), seed=st.integers(0, 100_000), size=st.integers(1, 5),
    rules=st.sets(st.sampled_from(range(len(RULES))), max_size=4), picks=st.integers(0, 3),
)  # fmt: skip
def test_every_strategy_agrees_with_brute_force(
    name: str, rows: int, seed: int, size: int, rules: set[int], picks: int
) -> None:
    wanted = tuple(RULES[k] for k in sorted(rules))
    design = a_design(name, size, wanted, ("S002",) if picks & 1 else (), ("S003",) if picks & 2 else ())
    held(small_frame(rows, seed), design)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_each_strategy_is_best_in_some_case_and_rightly_refused_in_another(name: str) -> None:
    outcomes = {
        held(small_frame(9, seed), a_design(name, size, RULES[first:last]))
        for seed, size, first, last in ((1, 2, 0, 0), (2, 4, 2, 3), (3, 4, 0, 7), (4, 2, 4, 6))
    }
    assert {"best", "infeasible"} <= outcomes


CLUSTERS: dict[str, dict[str, object]] = {
    "quota of clusters": {"strategy": "quota", "clusters": 3, "attributes": BOTH},
}
DRAWN = {"random", "criterion drawn", "quota drawn", "quota of clusters"}
PEOPLE: dict[str, dict[str, object]] = {
    name: {"strategy": name, "chosen": ("S009", "S002", "S004", "S007"), "chosen_by": "PI", "chosen_on": "2026-01-05"}
    for name in ("convenience", "theory_based", "opportunistic", "politically_important")
}
EVERY: dict[str, Mapping[str, object]] = {**DESIGNS, **CLUSTERS, **PEOPLE}


def design_for(options: Mapping[str, object]) -> Design:
    return Design(id_column="site_id", size=4, rationale="why", **options)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 100_000))
def test_row_order_units_and_labels_change_nothing(name: str, seed: int) -> None:
    frame = small_frame(14, seed)
    design = design_for(EVERY[name])
    try:
        first = chosen_by(frame, design)[0]
    except (StudyError, Unkept):
        return  # too few are eligible in this frame
    assert chosen_by(frame.sample(frac=1, random_state=seed), design)[0] == first
    scaled = frame.assign(fidelity=frame["fidelity"] * 1000 / 7, predicted=frame["predicted"] * 1000 / 7)
    scaled["size"] = scaled["size"] * 2.54 + 32
    assert chosen_by(scaled, in_other_units(design))[0] == first
    if name not in DRAWN:  # a draw is by the ids themselves
        renamed = frame.assign(
            site_id="X" + frame["site_id"], by=frame["by"].where(frame["by"] == "", "X" + frame["by"])
        )
        other = replace(design, chosen=tuple("X" + i for i in design.chosen))
        assert chosen_by(renamed, other)[0] == tuple("X" + i for i in first)


def in_other_units(design: Design) -> Design:
    criterion = {c: (w[0] * 1000 / 7 - 1e-6, w[1]) for c, w in design.criterion.items()}  # type: ignore[index,operator]
    return replace(design, criterion=criterion, cut=design.cut * 1000 / 7)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["maximum variation", "greatest sum", "greatest smallest distance", "criterion"])
@settings(max_examples=4, deadline=None, derandomize=True)
@given(seed=st.integers(0, 100_000), of=st.integers(0, 10))
def test_a_duplicate_adds_no_distance_and_never_comes_first(name: str, seed: int, of: int) -> None:
    frame = small_frame(11, seed)
    design = replace(design_for(DESIGNS[name]), size=3)
    try:
        alone, worth, _ = chosen_by(frame, design)
    except StudyError:
        return  # too few fit the criterion
    twin = pd.concat([frame, frame.iloc[[of]].assign(site_id="S999")])
    doubled, again, _ = chosen_by(twin, design)
    assert "S999" not in doubled or frame["site_id"].iloc[of] in doubled
    if design.objective != "max_sum" and worth[0] > 0:
        assert (doubled, again) == (alone, pytest.approx(worth, abs=1e-6))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_one_of_them_and_all_of_them(name: str) -> None:
    frame = small_frame(9, 7)
    everybody = posed(frame, a_design(name, 2))[1].population
    for size in (1, int(everybody.sum())):
        outcome = held(frame, a_design(name, size))
        if outcome == "best" and size > 1:
            assert len(chosen_by(frame, a_design(name, size))[0]) == everybody.sum()
        elif outcome != "best":
            assert (
                outcome.startswith("refused: matched pairs") or oracle_of(frame, a_design(name, size)).best()[0] == []
            )


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in EVERY if n not in PEOPLE])
def test_every_replacement_keeps_the_rules_and_those_who_stay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_diagnostics(monkeypatch)
    frame = small_frame(16, 7)
    rules = (Rule("travel", sum_of="travel", max=900), Rule("not all small", {"size": (None, 40)}, max=3))
    sample = propose(frame, replace(design_for(EVERY[name]), rules=rules))
    for leaving in (sample.ids[0], sample.ids[-1]):
        try:
            after = replaced(sample, {leaving: "declined"})
        except Infeasible:
            assert not next(s for s in sample.selected if s.id == leaving).backups
            continue
        assert set(sample.ids) - {leaving} <= set(after.ids)
        assert leaving not in after.ids
        assert len(after.ids) == 4
        assert all(rule.is_met for rule in after.diagnostics.rules)


def without_diagnostics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `propose` say of a sample only which rules it keeps: the rest takes longer than choosing it."""

    def only_rules(frame: Frame, design: Design, problem: Problem, goal: Goal, chosen: list[int], other: object) -> Any:
        return Diagnostics(coverage=(), rules=rules_met(problem.limits, chosen), compared=())

    monkeypatch.setattr(import_module("sampling.propose"), "diagnose", only_rules)


@pytest.mark.slow
@pytest.mark.parametrize("name", PEOPLE)
def test_what_people_choose_is_taken_exactly_when_it_is_one_of_all_samples(name: str) -> None:
    frame = small_frame(6, 1)
    outcomes = set()
    for rules in ((), RULES[2:3]):
        for pair in combinations(frame["site_id"], 2):
            plain = replace(design_for(PEOPLE[name]), size=2, rules=rules, required=("S002",), forbidden=("S003",))
            design = replace(plain, chosen=pair)
            is_sample = pair in oracle_of(frame, design).samples(list(frame["site_id"]))
            outcomes.add(is_sample)
            try:
                assert chosen_by(frame, design)[0] == pair
            except (StudyError, Unkept):
                assert not is_sample
            else:
                assert is_sample
    assert outcomes == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["greatest sum", "maximum variation", "typical", "quota drawn", "random"])
def test_within_each_value_the_sample_is_the_best_of_that_part(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_diagnostics(monkeypatch)
    frame = small_frame(12, 8)
    rules = (Rule("not all small", {"size": (None, 40)}, max=1),)
    design = a_design(name, 2, rules, forbidden=("S003",))
    sample = propose(frame, replace(design, each="setting"))
    assert len(sample.ids) == 2 * frame["setting"].nunique()
    for _, part in frame.groupby("setting"):
        samples, worths = oracle_of(part, design).best()
        mine = tuple(i for i in sample.ids if i in set(part["site_id"]))
        assert worths[samples.index(mine)] == pytest.approx(max(worths), abs=5e-6)


def test_every_strategy_of_the_protocol_is_here_and_tested() -> None:
    tested = {str(d["strategy"]) for d in EVERY.values()}
    assert set(get_args(Strategy)) == set(STRATEGIES) == tested
