"""The solver against brute force, and the properties every answer has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import Attribute, Design, Infeasible, Rule, Sample, propose
from sampling.cliques import samples_apart
from sampling.counting import most_varied
from sampling.distance import splits, weighted
from sampling.problem import Problem, pose
from sampling.solve import max_min, max_sum, solve
from sampling.threshold import conflicts, keeping, widest
from study import StudyError

pytestmark = pytest.mark.usefixtures("rules_only")

ATTRIBUTES = (
    Attribute("region", "nominal"),
    Attribute("setting", "ordinal", order=("rural", "suburban", "urban")),
    Attribute("fidelity", "numeric", 2.0),
    Attribute("ownership", "nominal", missing="level"),
)
RULES = (
    Rule("rural", {"setting": ["rural"]}, min=1),
    Rule("high", {"fidelity": (60, None)}, min=1, max=3),
    Rule("travel", sum_of="travel", max=900),
)
OBJECTIVES = st.sampled_from(["lexicographic", "max_sum", "max_min"])


def worth(problem: Problem, objective: str, sample: tuple[int, ...]) -> tuple[float, ...]:
    by = {"max_sum": (problem.total,), "max_min": (problem.smallest,)}
    return tuple(round(f(sample), 6) for f in by.get(objective, (problem.smallest, problem.total)))


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(3, 12),
    size=st.integers(1, 6),
    objective=OBJECTIVES,
    ruled=st.booleans(),
    picks=st.integers(0, 3),
)
def test_every_answer_is_the_best_of_all_samples(
    programs: Callable[..., pd.DataFrame], all_samples: Callable[[Problem], list[tuple[int, ...]]],
    seed: int, n: int, size: int, objective: str, ruled: bool, picks: int,
) -> None:  # fmt: skip
    size = min(size, n)
    frame = programs(n, seed)
    required, forbidden = (("S002",) if picks & 1 else ()), (("S003",) if picks & 2 and n > size else ())
    design = Design(
        "site_id", size, "maximum_variation", "why", objective, ATTRIBUTES, required=required, forbidden=forbidden
    )  # type: ignore[arg-type]
    try:
        if ruled:
            design = replace(design, rules=RULES)
        sample = propose(frame, design)
    except Infeasible:
        assert all_samples(problem_of(frame, design)) == []
        return
    except StudyError:
        return  # this small frame lacks a category of the rules, or an attribute varies nowhere
    problem = problem_of(frame, design)
    samples = all_samples(problem)
    best = max(worth(problem, objective, s) for s in samples)
    mine = problem.index(sample.ids)
    assert worth(problem, objective, mine) == best
    assert sample.proof.status == "optimal"
    assert sample.proof.bound == sample.proof.value
    tied = [s for s in samples if worth(problem, objective, s) == best]
    assert (sample.proof.ties == "unique") == (len(tied) == 1)
    if objective == "max_sum":
        assert sum(mine) == min(map(sum, tied))
    else:
        assert mine == min(tied)


def problem_of(frame: pd.DataFrame, design: Design) -> Problem:
    from sampling import frame_of

    return pose(frame_of(frame, "site_id"), design, np.ones(len(frame), dtype=bool))


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), objective=OBJECTIVES)
def test_row_order_units_and_labels_change_nothing(
    programs: Callable[..., pd.DataFrame], seed: int, objective: str
) -> None:
    frame = programs(16, seed)
    design = Design("site_id", 4, "maximum_variation", "why", objective, ATTRIBUTES)  # type: ignore[arg-type]
    first = propose(frame, design)
    shuffled = frame.sample(frac=1, random_state=seed)
    metric = frame.assign(fidelity=frame["fidelity"] * 2.54 + 32)
    relabelled = frame.assign(site_id="X" + frame["site_id"])
    assert propose(shuffled, design).ids == first.ids
    assert propose(shuffled, design).code == first.code
    assert propose(metric, design).ids == first.ids
    assert propose(relabelled, design).ids == tuple("X" + i for i in first.ids)


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_duplicate_site_adds_no_distance(programs: Callable[..., pd.DataFrame], seed: int) -> None:
    frame = programs(12, seed)
    twin = frame.iloc[[0]].assign(site_id="S999")
    design = Design("site_id", 4, "maximum_variation", "why", "max_sum", ATTRIBUTES)
    alone, doubled = propose(frame, design), propose(pd.concat([frame, twin]), design)
    assert doubled.proof.value == pytest.approx(alone.proof.value, abs=1e-6) or {"S001", "S999"} <= set(doubled.ids)
    assert "S999" not in doubled.ids or "S001" in doubled.ids


@pytest.mark.parametrize("objective", ["lexicographic", "max_sum", "max_min"])
def test_all_of_them_and_one_of_them_work(programs: Callable[..., pd.DataFrame], objective: str) -> None:
    frame = programs(9)
    design = Design("site_id", 9, "maximum_variation", "why", objective, ATTRIBUTES)  # type: ignore[arg-type]
    assert propose(frame, design).ids == tuple(frame["site_id"])
    one = propose(frame, replace(design, size=1))
    assert (one.ids, one.proof.ties) == (("S001",), "lowest_ids")


@pytest.mark.slow
def test_a_time_limit_that_ends_the_proof_is_in_the_record(programs: Callable[..., pd.DataFrame]) -> None:
    ticks = iter(range(10_000))
    design = Design("site_id", 12, "maximum_variation", "why", "max_sum", ATTRIBUTES)
    problem = problem_of(programs(60), design)
    answer = solve(problem, "max_sum", seed=0, time_limit_s=1.5, clock=lambda: float(next(ticks)))
    assert answer is not None
    assert (answer.status, answer.ties, answer.runner_up) == ("bounded", "unsettled", None)
    assert answer.bound is not None
    assert answer.gap == pytest.approx(answer.bound / answer.value - 1)
    assert answer.bound > solve(problem, "max_sum", seed=0, time_limit_s=60).value  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(3))
def test_the_clique_search_and_the_program_agree(free_problem: Callable[..., Problem], seed: int) -> None:
    problem = free_problem(weighted([(1.0, np.random.default_rng(seed).random((30, 3)))]), 5)
    spread = widest(problem, tuple(range(5)), lambda: 60.0)
    assert spread.is_proven
    just_above = spread.smallest + 1e-6
    assert keeping(problem, just_above, 60).status == "infeasible"
    assert conflicts(problem, just_above)
    by_program = most_varied(problem, splits(problem.coordinates), 60, conflicts=conflicts(problem, spread.smallest))
    listed = samples_apart(problem, spread.smallest)
    assert listed.is_complete
    assert by_program.chosen is not None
    assert problem.total(by_program.chosen) == pytest.approx(max(map(problem.total, listed.samples)))


def test_a_clique_search_that_gives_up_says_so(free_problem: Callable[..., Problem]) -> None:
    problem = free_problem(weighted([(1.0, np.random.default_rng(0).random((30, 3)))]), 5)
    assert not samples_apart(problem, 0.0, nodes=50).is_complete
    assert not samples_apart(problem, 0.0, most=2).is_complete


def test_a_matrix_too_large_to_enumerate_is_bounded_not_optimal() -> None:
    points = np.random.default_rng(0).random((60, 2))
    distance = np.abs(points[:, None] - points[None]).sum(axis=2)
    found = max_sum(distance, 12, seed=1, time_limit_s=0.2)
    assert found.status == "bounded"
    assert found.bound is not None
    assert found.bound >= found.value > 0
    assert max_min(distance, 3, seed=1, time_limit_s=20).status == "optimal"


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["lexicographic", "max_sum"])
def test_a_frame_of_93_with_rules_is_proven_with_reasons(
    programs: Callable[..., pd.DataFrame], keeps_rules: Callable[[Sample], bool], objective: str
) -> None:
    design = Design("site_id", 8, "maximum_variation", "why", objective, ATTRIBUTES, RULES[:2])  # type: ignore[arg-type]
    sample = propose(programs(93, 7), design)
    assert (sample.proof.status, sample.proof.gap) == ("optimal", 0.0)
    assert keeps_rules(sample)
    assert len(sample.selected) + len(sample.not_selected) == 93
