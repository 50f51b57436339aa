"""The greatest sum: the counting program against its own pairwise values, and tabu search on published definitions."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from sampling import Rule, local, tabu
from sampling.counting import most_possible, most_varied
from sampling.distance import nominal_coordinates, numeric_coordinates, splits, weighted
from sampling.problem import Problem
from sampling.solve import max_sum, solve


def mixed(free_problem: Callable[..., Problem], seed: int, n: int, size: int) -> Problem:
    """Two numeric attributes, one with gaps, and a nominal one, with a rule over a cost and one over a group."""
    random = np.random.default_rng(seed)
    gaps = np.where(random.random(n) < 0.1, np.nan, np.round(random.normal(64, 14, n), 1))
    levels = [str(v) for v in random.choice(list("abcd"), n)]
    blocks = [numeric_coordinates(np.round(random.lognormal(3, 1, n))), numeric_coordinates(gaps)]
    problem = free_problem(weighted([(2.0, blocks[0]), (1.0, blocks[1]), (1.5, nominal_coordinates(levels))]), size)
    cost = random.integers(0, 9, n) * 50.0
    limits = problem.limits.also(Rule("cost", max=float(np.median(cost)) * size), cost)
    return replace(problem, limits=limits.also(Rule("a", max=2), np.array([float(v == "a") for v in levels])))


def mdg_a(items: int, seed: int) -> np.ndarray:
    """MDG-a of MDPLIB: real numbers uniform from 0 to 10."""
    above = np.triu(np.random.default_rng(seed).uniform(0, 10, (items, items)), 1)
    return above + above.T


def som_b(items: int, seed: int) -> np.ndarray:
    """SOM-b of MDPLIB: whole numbers from 0 to 9."""
    above = np.triu(np.random.default_rng(seed).integers(0, 10, (items, items)), 1).astype(float)
    return above + above.T


def gkd_c(items: int, seed: int) -> np.ndarray:
    """Euclidean distances of points with 10 coordinates from 0 to 10, as in GKD-c of MDPLIB."""
    points = np.random.default_rng(seed).uniform(0, 10, (items, 10))
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))


DEFINITIONS = {"MDG-a": mdg_a, "SOM-b": som_b, "GKD-c": gkd_c}


def total(distance: np.ndarray, sample: tuple[int, ...]) -> float:
    return float(sum(distance[i, j] for i, j in combinations(sample, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("name", DEFINITIONS)
def test_tabu_finds_what_looking_at_all_samples_finds(name: str) -> None:
    distance = DEFINITIONS[name](17, 5)
    proven = max_sum(distance, 6, seed=0, time_limit_s=60)
    assert proven.status == "optimal"
    assert proven.value == pytest.approx(max(total(distance, s) for s in combinations(range(17), 6)))
    found = tabu.search(distance, 6, 0, steps=300, is_over=lambda: False)
    assert total(distance, found.chosen) == pytest.approx(proven.value)


def test_tabu_finds_what_the_counting_program_proves(free_problem: Callable[..., Problem]) -> None:
    problem = mixed(free_problem, 2, 60, 9)
    problem = replace(problem, limits=problem.limits.only([]))
    proven = most_varied(problem, splits(problem.coordinates), 60)
    assert proven.status == "optimal"
    found = max_sum(problem.distance, 9, seed=0, time_limit_s=60, steps=1000)
    assert found.value == pytest.approx(proven.bound, abs=1e-6)
    assert (found.status, found.steps, found.is_cut) == ("bounded", 1000, False)
    assert found.bound is not None
    assert found.bound >= found.value


@pytest.mark.parametrize(("items", "size"), [(40, 2), (60, 55), (40, 38), (300, 3)])
def test_the_search_walks_at_every_size(items: int, size: int) -> None:
    distance = mdg_a(items, 1)
    found = tabu.search(distance, size, 3, steps=400, is_over=lambda: False)
    assert len(set(found.chosen)) == size
    problem_total = total(distance, found.chosen)
    others = [tuple(i for i in range(items) if i not in found.chosen)]
    exchanges = ((out, into) for out in found.chosen for into in others[0])
    after = max(total(distance, (*(i for i in found.chosen if i != o), j)) for o, j in itertools.islice(exchanges, 300))
    assert problem_total >= after


def test_a_search_of_so_many_steps_is_the_same_on_every_machine() -> None:
    distance = mdg_a(120, 4)
    first = max_sum(distance, 20, seed=7, time_limit_s=60, steps=700)
    again = max_sum(distance, 20, seed=7, time_limit_s=60, steps=700, clock=iter(range(10**6)).__next__)
    assert first == again or again.is_cut
    ticks = itertools.count(0.0, 1.0)
    cut = max_sum(distance, 20, seed=7, time_limit_s=3.0, steps=5000, clock=lambda: next(ticks))
    assert cut.is_cut
    assert cut.steps is not None
    assert max_sum(distance, 20, seed=7, time_limit_s=60, steps=cut.steps).chosen == cut.chosen


def test_the_time_limit_is_honoured_also_above_ten_seconds() -> None:
    ticks = itertools.count(0.0, 10.0)
    found = max_sum(mdg_a(60, 0), 12, seed=1, time_limit_s=45.0, clock=lambda: next(ticks))
    assert found.steps == 4 * tabu.CHECKED
    assert found.is_cut


@pytest.mark.slow
def test_a_large_matrix_is_answered_within_its_time() -> None:
    began = time.process_time()
    found = max_sum(mdg_a(500, 1), 50, seed=0, time_limit_s=1.0)
    assert time.process_time() - began < 3
    assert found.value > 7600  # ten minutes find 7761.08
    assert found.bound is not None
    assert found.bound > 7761


@pytest.mark.parametrize(
    "matrix", [np.eye(4), np.array([[0.0, 1.0], [2.0, 0.0]]), np.full((3, 3), np.nan), np.zeros((2, 3))]
)
def test_what_is_no_distance_matrix_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a distance matrix"):
        max_sum(matrix, 1, seed=0, time_limit_s=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_counting_proves_the_pairwise_greatest_sum_and_the_runner_up(
    free_problem: Callable[..., Problem], all_samples: Callable[[Problem], list[tuple[int, ...]]], seed: int
) -> None:
    problem = mixed(free_problem, seed, 14, 5)
    cuts = splits(problem.coordinates)
    ranked = sorted(all_samples(problem), key=lambda s: -problem.total(s))
    first = most_varied(problem, cuts, 60)
    assert first.chosen is not None
    assert problem.total(first.chosen) == pytest.approx(problem.total(ranked[0]))
    assert most_possible(cuts, 5) >= problem.total(ranked[0]) - 1e-9
    second = most_varied(problem, cuts, 60, other_than=ranked[0], at_least=problem.total(ranked[1]))
    assert second.chosen is not None
    assert problem.total(second.chosen) == pytest.approx(problem.total(ranked[1]))
    wrong = most_varied(problem, cuts, 60, at_least=problem.total(ranked[0]) + 1.0)
    assert wrong.chosen == first.chosen  # a value that nothing reaches costs time and no answer


@pytest.mark.slow
def test_the_reported_value_is_the_best_found_within_its_bound(free_problem: Callable[..., Problem]) -> None:
    """Where time ends the proof, the value is that of the search, and never below single exchanges from many starts."""
    problem = mixed(free_problem, 1, 80, 9)
    random = np.random.default_rng(0)
    problem = replace(problem, limits=problem.limits.only([]))
    ticks = itertools.count(0.0, 1.0)
    cut = solve(problem, "max_sum", seed=0, time_limit_s=1.5, clock=lambda: next(ticks))
    proven = solve(problem, "max_sum", seed=0, time_limit_s=60)
    assert cut is not None
    assert proven is not None
    assert (cut.status, proven.status) == ("bounded", "optimal")
    assert cut.bound is not None
    assert cut.value <= proven.value + 1e-9 <= cut.bound + 1e-6
    for _ in range(5):
        start = sorted(int(i) for i in random.choice(80, 9, replace=False))
        chosen = one_swap(problem, start)
        assert problem.total(chosen) <= cut.value + 1e-9


def one_swap(problem: Problem, chosen: list[int]) -> list[int]:
    """Plain single exchanges, each the best, until none gains."""
    while True:
        options = [
            [*(i for i in chosen if i != out), into]
            for out in chosen
            for into in range(len(problem.ids))
            if into not in chosen
        ]
        best = max(options, key=problem.total)
        if problem.total(best) <= problem.total(chosen) + 1e-9:
            return chosen
        chosen = best


def test_an_exchange_of_two_goes_on_where_exchanges_of_one_end(free_problem: Callable[..., Problem]) -> None:
    """Of this matrix {0, 1} is best of all exchanges of one; only both at once lead to {2, 3}."""
    distance = np.array([[0, 5, 1, 1], [5, 0, 1, 1], [1, 1, 0, 9], [1, 1, 9, 0]], dtype=float)
    problem = replace(free_problem(np.zeros((4, 1)), 2), distance=distance)
    assert one_swap(problem, [0, 1]) == [0, 1]
    assert local.improve(problem, [0, 1], by_smallest=False) == (2, 3)
