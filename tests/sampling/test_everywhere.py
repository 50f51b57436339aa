"""Greedy samples from every site: rules mended, no exchange of one gains, never below the same search by others."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from benchmarks.sampling_frames import design_over, made_frame
from benchmarks.sampling_rivals import many_greedy
from sampling.everywhere import from_every_site
from sampling.frame import frame_of
from sampling.local import smallest_after, swaps
from sampling.problem import Problem, pose


def problem_of(rows: int, size: int, seed: int, *, with_rules: bool) -> Problem:
    frame = made_frame(rows, seed)
    design = design_over(frame, size, "lexicographic", with_rules=with_rules, seconds=5.0)
    return pose(frame_of(frame, design.id_column), design, np.ones(rows, dtype=bool))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_smallest_distance_after_an_exchange_is_that_of_the_exchanged_sample(size):
    problem = problem_of(20, 7, 3, with_rules=False)
    chosen = list(range(0, 2 * size, 2))
    after = smallest_after(problem.distance[chosen], problem.distance[np.ix_(chosen, chosen)])
    for k, into in product(range(size), range(20)):
        if into not in chosen:
            sample = [*(i for i in chosen if i != chosen[k]), into]
            assert after[k, into] == pytest.approx(problem.smallest(sample), abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "with_rules"), [(1, False), (1, True), (2, True), (3, True)])
def test_each_keeps_the_rules_gains_by_no_exchange_and_the_best_is_not_below_a_rival(seed, with_rules):
    problem = problem_of(60, 8, seed, with_rules=with_rules)
    found = list(from_every_site(problem))
    assert found
    for sample in set(found):
        assert problem.limits.holds(sample).all()
        smallest, total, keeps = swaps(problem, sample)
        better = keeps & (
            (smallest > problem.smallest(sample) + 1e-4)
            | ((np.abs(smallest - problem.smallest(sample)) < 1e-12) & (total > problem.total(sample) + 1e-5))
        )
        assert not better.any()
    rival = many_greedy(problem, by_smallest=True, seed=seed, cpu_s=0.0, starts=60)
    assert not rival.keeps_rules or max(map(problem.smallest, found)) >= rival.smallest - 1e-9
