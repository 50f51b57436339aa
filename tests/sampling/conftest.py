"""Generated frames, and every answer by looking at all samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sampling.coverage import rules_met
from sampling.diagnostics import Diagnostics
from sampling.problem import Limits, Problem
from sampling.sample import Sample


@pytest.fixture(scope="session")
def programs() -> Callable[..., pd.DataFrame]:
    """`programs(n, seed)`: a frame of n made-up programs with mixed attributes, some ownership missing."""

    def make(n: int, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        ownership = rng.choice(["county", "nonprofit"], n)
        return pd.DataFrame(
            {
                "site_id": [f"S{i:03d}" for i in range(1, n + 1)],
                "region": rng.choice(["north", "bay", "central", "south"], n),
                "setting": rng.choice(["rural", "suburban", "urban"], n),
                "size": rng.integers(15, 200, n),
                "fidelity": np.round(rng.normal(64, 14, n), 1),
                "ownership": [o if keep else "" for o, keep in zip(ownership, rng.random(n) > 0.1, strict=True)],
                "travel": rng.integers(0, 9, n) * 50,
            }
        )

    return make


def every_sample(problem: Problem) -> list[tuple[int, ...]]:
    """All samples that keep size, rules, required and forbidden: the brute force."""
    allowed = [int(i) for i in np.flatnonzero(problem.allowed)]
    return [
        s
        for s in combinations(allowed, problem.size)
        if set(problem.required) <= set(s) and problem.limits.holds(s).all()
    ]


@pytest.fixture(scope="session")
def all_samples() -> Callable[[Problem], list[tuple[int, ...]]]:
    return every_sample


@pytest.fixture(scope="session")
def free_problem() -> Callable[..., Problem]:
    """`free_problem(coordinates, size)`: a problem without rules over sites named in order."""

    def make(coordinates: np.ndarray, size: int) -> Problem:
        from sampling.distance import gower

        n = len(coordinates)
        nothing = Limits((), np.zeros((0, n)), np.zeros(0), np.zeros(0))
        names = tuple(f"S{i:03d}" for i in range(n))
        return Problem(names, size, coordinates, gower(coordinates), nothing, np.ones(n, dtype=bool), ())

    return make


@pytest.fixture(scope="session")
def keeps_rules() -> Callable[[Sample], bool]:
    return lambda sample: all(rule.is_met for rule in sample.diagnostics.rules)


@pytest.fixture(scope="module")
def rules_only() -> Iterator[None]:
    """Let `propose` say of a sample only which rules it keeps: the rest takes longer than choosing it."""

    def diagnosed(
        frame: object, design: object, problem: Problem, goal: object, chosen: list[int], other: object
    ) -> Any:
        return Diagnostics(coverage=(), rules=rules_met(problem.limits, chosen), compared=())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("sampling.propose"), "diagnose", diagnosed)
        yield
