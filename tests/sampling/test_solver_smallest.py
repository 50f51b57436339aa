"""Max-min by thresholds: CP-SAT beside the clique search and brute force, and beside the other solver."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import Rule
from sampling.apart import sample_apart, whole
from sampling.cliques import samples_apart
from sampling.distance import weighted
from sampling.problem import Problem
from sampling.solve import max_min
from sampling.spreading import spread_out
from sampling.threshold import conflicts, widest

MILP = "from scipy.optimize import milp; import numpy as np; assert milp(np.array([-1.0]), bounds=(0, 1)).x[0] == 1"
CP_SAT = (
    "from ortools.sat.python import cp_model as c; m = c.CpModel(); x = m.new_bool_var(''); m.add(x == 1); "
    "s = c.CpSolver(); assert s.solve(m) == c.OPTIMAL"
)


def scattered(free_problem: Callable[..., Problem], seed: int, n: int, size: int) -> Problem:
    """Sites at random, some of them alike, with rules over made-up costs and groups."""
    random = np.random.default_rng(seed)
    problem = free_problem(weighted([(1.0, random.integers(0, 6, (n, 3)) / 5)]), size)
    cost = np.round(random.uniform(0, 10, n), 2)
    limits = problem.limits.also(Rule("cost", max=float(np.median(cost) * size)), cost)
    limits = limits.also(Rule("group", min=1), (random.random(n) < 0.5).astype(float))
    return replace(problem, limits=limits)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(4, 9), size=st.integers(1, 4), lowest=st.booleans())
def test_cp_sat_says_what_looking_at_all_samples_says(
    free_problem: Callable[..., Problem],
    all_samples: Callable[[Problem], list[tuple[int, ...]]],
    seed: int, n: int, size: int, lowest: bool,
) -> None:  # fmt: skip
    problem = scattered(free_problem, seed, n, size)
    problem = replace(problem, required=(1,) if seed % 2 else (), allowed=np.arange(n) != 2)
    threshold = float(np.random.default_rng(seed).choice(problem.distance[0]))
    apart = [s for s in all_samples(problem) if size == 1 or problem.smallest(s) >= threshold - 1e-9]
    found = sample_apart(problem, conflicts(problem, threshold), 20, lowest_ids=lowest)
    assert found.status == ("optimal" if apart else "infeasible")
    if apart:
        assert found.chosen in apart
        assert not lowest or sum(found.chosen or ()) == min(map(sum, apart))


@pytest.mark.parametrize("seed", range(2))
def test_cp_sat_and_the_clique_search_prove_the_same(free_problem: Callable[..., Problem], seed: int) -> None:
    problem = scattered(free_problem, seed, 30, 5)
    problem = replace(problem, limits=problem.limits.only([]))
    spread = widest(problem, tuple(range(5)), lambda: 60.0)
    assert spread.is_proven
    assert samples_apart(problem, spread.smallest, most=1).samples
    assert sample_apart(problem, conflicts(problem, spread.smallest), 20).chosen is not None
    assert sample_apart(problem, conflicts(problem, spread.smallest + 1e-6), 20).status == "infeasible"


def test_amounts_are_scaled_exactly_or_no_sample_is_lost(free_problem: Callable[..., Problem]) -> None:
    assert whole(np.array([0.1, 2.25, -3.0])) == ([10, 225, -300], 100.0, 0.0)
    odd = np.array([1 / 3, np.pi, 1e-9])
    scaled, scale, lost = whole(odd)
    assert np.abs(np.array(scaled) / scale - odd).max() <= lost <= 1e-9
    large, scale, _ = whole(np.array([3.2e13, 1.0]))
    assert (large[0] / scale, abs(sum(large)) < 2**53) == (3.2e13, True)
    problem = free_problem(weighted([(1.0, np.arange(6.0)[:, None] / 5)]), 2)
    third = problem.limits.also(Rule("a third each", min=2 / 3, max=2 / 3), np.array([1 / 3] * 3 + [0.5] * 3))
    found = sample_apart(replace(problem, limits=third), conflicts(problem, 0.4), 10)
    assert found.chosen == (0, 2)


def test_an_amount_too_fine_for_whole_numbers_is_left_to_the_other_program(
    free_problem: Callable[..., Problem],
) -> None:
    problem = free_problem(weighted([(1.0, np.arange(6.0)[:, None] / 5)]), 2)
    amounts = np.array([1e9, 1e9 + 3e-7, 1e9 + 3e-7, 1e9 + 3e-7, 1e9, 1e9])
    assert whole(amounts)[2] > 1e-9
    few = problem.limits.also(Rule("few", max=2e9 + 1e-8), amounts)
    chosen = sample_apart(replace(problem, limits=few), conflicts(problem, 0.9), 10).chosen
    assert chosen in (None, (0, 5))  # never a sample that only its rounded amounts let in


@pytest.mark.parametrize("seed", range(2))
def test_max_min_of_a_matrix_is_the_best_of_all(seed: int) -> None:
    matrix = np.triu(np.random.default_rng(seed).integers(0, 10, (14, 14)), 1).astype(float)
    matrix += matrix.T
    found = max_min(matrix, 5, seed=0, time_limit_s=20)
    best = max(min(matrix[i, j] for i, j in combinations(s, 2)) for s in combinations(range(14), 5))
    assert (found.value, found.bound, found.status, found.is_cut) == (best, best, "optimal", False)


def test_without_time_the_bound_is_still_one(free_problem: Callable[..., Problem]) -> None:
    problem = scattered(free_problem, 1, 30, 5)
    start = tuple(range(5))
    problem = replace(problem, limits=problem.limits.only([]))
    none, some = widest(problem, start, lambda: 0.0), widest(problem, start, lambda: 60.0)
    assert some.is_proven
    assert not none.is_proven
    assert none.bound >= some.smallest > none.smallest


def test_the_search_raises_the_smallest_distance_and_keeps_the_rules(free_problem: Callable[..., Problem]) -> None:
    problem = scattered(free_problem, 3, 50, 6)
    problem = replace(problem, required=(4,), allowed=np.arange(50) != 7)
    start = next(s for s in combinations(range(4, 20), 6) if s[0] == 4 and 7 not in s and problem.limits.holds(s).all())
    found = spread_out(problem, start, 0, steps=200)
    assert found == spread_out(problem, start, 0, steps=200)
    assert problem.smallest(found) > problem.smallest(start)
    assert problem.limits.holds(found).all()
    assert (4 in found, 7 in found) == (True, False)


@pytest.mark.slow
@pytest.mark.parametrize("order", [(MILP, CP_SAT, MILP), (CP_SAT, MILP, CP_SAT)])
def test_both_solvers_work_in_one_process_in_either_order(order: tuple[str, ...]) -> None:
    subprocess.run([sys.executable, "-c", "\n".join(order)], check=True, timeout=60)


@pytest.mark.slow
def test_sampling_starts_without_the_solver_of_thresholds() -> None:
    said = "import sys, sampling; print('ortools' in sys.modules, 'highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], check=True, timeout=120, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]
