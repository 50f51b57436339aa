"""Tangents bound the sum of distances and leave out no site of a better sample; solvers stay silent."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import Rule, local
from sampling.counting import most_varied
from sampling.distance import nominal_coordinates, splits, weighted
from sampling.problem import Problem
from sampling.quiet import quiet
from sampling.solve import solve
from sampling.tangents import tangents
from sampling.threshold import conflicts


def with_rules(free_problem: Callable[..., Problem], seed: int, n: int, size: int) -> Problem:
    """A numeric and a nominal attribute, a cost and a group at least, one site required and one forbidden."""
    random = np.random.default_rng(seed)
    levels = [str(v) for v in random.choice(list("abc"), n)]
    blocks = [(2.0, np.round(random.random((n, 1)), 2)), (1.0, nominal_coordinates(levels))]
    problem = free_problem(weighted(blocks), size)
    cost = random.integers(0, 9, n) * 50.0
    limits = problem.limits.also(Rule("cost", max=float(np.median(cost)) * size), np.asarray(cost, dtype=np.float64))
    limits = limits.also(Rule("a", min=1), np.array([float(v == "a") for v in levels]))
    return replace(problem, limits=limits, required=(1,), allowed=np.arange(n) != 2)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), n=st.integers(6, 12), size=st.integers(2, 4), free=st.booleans(), far=st.booleans())
def test_no_sample_exceeds_the_bound_and_none_that_reaches_a_sum_is_lost(
    free_problem: Callable[..., Problem],
    all_samples: Callable[[Problem], list[tuple[int, ...]]],
    seed: int, n: int, size: int, free: bool, far: bool,
) -> None:  # fmt: skip
    problem = with_rules(free_problem, seed, n, size)
    if free:
        problem = replace(problem, limits=problem.limits.only([]), required=())
    samples = all_samples(problem)
    if not samples:
        return
    least = float(np.median([problem.smallest(s) for s in samples])) if far else 0.0
    samples = [s for s in samples if problem.smallest(s) >= least]
    totals = [problem.total(s) for s in samples]
    found = tangents(problem, samples[0], lambda: 60.0, conflicts(problem, least) if far else [])
    assert found.bound >= max(totals) - 1e-7
    for reached in (totals[0], float(np.median(totals)), max(totals)):
        part = found.part(reached)
        must = set(part.whole(part.problem.required) or ())
        assert 2 not in part.at
        for sample, total in zip(samples, totals, strict=True):
            if total >= reached:
                assert must <= set(sample) <= set(part.at)
                assert part.whole(part.own(sample)) == sample
                assert part.problem.total(part.own(sample)) == pytest.approx(total)
                assert part.problem.limits.holds(part.own(sample)).all()


@pytest.mark.slow
def test_few_of_many_sites_are_left_and_the_bound_is_near(free_problem: Callable[..., Problem]) -> None:
    problem = with_rules(free_problem, 1, 150, 6)
    start = local.best_found(problem, local.starts(problem, 0, 60.0, 2), by_smallest=False)
    assert start is not None
    found = tangents(problem, start, lambda: 60.0)
    value = problem.total(start)
    assert value <= found.bound <= 1.03 * value
    barred = replace(problem, limits=problem.limits.only([]), required=(), allowed=np.arange(150) != start[-1])
    other = local.greedy(barred)
    priced = tangents(barred, other, lambda: 60.0)
    assert (priced.prices[:, start[-1]] > 0).any()  # it would add much
    assert start[-1] not in priced.part(priced.bound).at
    part = found.part(value)
    assert len(part.at) < 100
    assert set(start) <= set(part.at)
    whole = most_varied(problem, splits(problem.coordinates), 60.0, at_least=value)
    answer = solve(problem, "max_sum", seed=0, time_limit_s=60)
    assert answer is not None
    assert (whole.status, answer.status) == ("optimal", "optimal")
    assert answer.value == pytest.approx(whole.bound, abs=1e-6)


def test_without_time_there_is_no_tangent_and_every_site_stays(free_problem: Callable[..., Problem]) -> None:
    problem = with_rules(free_problem, 1, 20, 4)
    found = tangents(problem, (1, 3, 4, 5), lambda: 0.0)
    assert found.bound == np.inf
    assert set(found.part(0.0).at) == set(range(20)) - {2}


def test_what_a_solver_writes_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    c = ctypes.CDLL(None)
    print("before")
    with quiet(), quiet():
        c.puts(b"from C")
        os.write(1, b"past everything\n")
    print("after")
    said = capfd.readouterr()
    assert said.out.split() == ["before", "after"]
    assert "from C" in said.err
    assert "past everything" in said.err


def test_a_program_without_standard_error_still_solves() -> None:
    opened = "import os, runpy, sys\nquiet = runpy.run_path(sys.argv[1])['quiet']\nos.close(2)\n"
    said = opened + "with quiet(): pass\nprint('still here')"
    module = str(sys.modules["sampling.quiet"].__file__)
    done = subprocess.run(
        [sys.executable, "-c", said, module], stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["still", "here"]


def test_both_programs_are_solved_in_silence(
    free_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from sampling import model
    from sampling import tangents as linear

    milp, linprog = vars(model)["milp"], vars(linear)["linprog"]

    def loud(solver: Callable[..., object]) -> Callable[..., object]:
        def speaking(*given: object, **named: object) -> object:
            os.write(1, b"transformNewIntegerFeasibleSolution tmpSolver.run();\n")
            return solver(*given, **named)

        return speaking

    monkeypatch.setattr(model, "milp", loud(milp))
    monkeypatch.setattr(linear, "linprog", loud(linprog))
    assert solve(with_rules(free_problem, 3, 14, 3), "max_sum", seed=0, time_limit_s=60) is not None
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.count("tmpSolver") >= 2
