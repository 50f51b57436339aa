"""Single measurements of the sampling benchmark: a choice beside its rivals, a matrix, a peak of memory."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.sampling_frames import MATRICES, Objective, design_over, made_frame
from benchmarks.sampling_rivals import Rival, many_greedy, nearest_to_means
from sampling import frame_of
from sampling.problem import Problem, pose
from sampling.solve import Answer, max_sum, solve

BELOW = 1e-6
"""Values closer than this count as equal."""


@dataclass(frozen=True, slots=True)
class Case:
    """A size of frame and sample, an objective, with rules or without."""

    rows: int
    size: int
    objective: Objective
    with_rules: bool

    @property
    def by_smallest(self) -> bool:
        return self.objective != "max_sum"


@dataclass(frozen=True, slots=True)
class Choice:
    """A case on one seeded frame: our answer and its CPU seconds, what each rival found."""

    case: Case
    answer: Answer
    cpu_s: float
    keeps_rules: bool
    greedy: Rival
    means: Rival

    @property
    def value(self) -> float:
        """What comes first in the objective: the smallest distance, or the sum."""
        return self.answer.smallest if self.case.by_smallest else self.answer.value

    @property
    def bound(self) -> float | None:
        """What no sample can exceed in that measure."""
        return self.answer.smallest_bound if self.case.by_smallest else self.answer.bound

    def ratio(self, rival: Rival) -> float:
        """The rival's value as a share of ours."""
        theirs = rival.smallest if self.case.by_smallest else rival.total
        return theirs / self.value if self.value else math.inf if theirs else 1.0

    def is_below(self, rival: Rival) -> bool:
        """Whether a rival that keeps the rules found a better sample: first the smallest distance, then the sum."""
        return rival.keeps_rules and self._lead(rival) < -BELOW

    def is_as_good(self, rival: Rival) -> bool:
        """Whether a rival that keeps the rules found as good a sample."""
        return rival.keeps_rules and abs(self._lead(rival)) <= BELOW

    def _lead(self, rival: Rival) -> float:
        """How far we are ahead of a rival in the first measure that differs."""
        apart, total = self.answer.smallest - rival.smallest, self.answer.value - rival.total
        if self.case.objective == "max_sum":
            return total
        return apart if abs(apart) > BELOW or self.case.objective == "max_min" else total


def chosen(case: Case, seed: int, *, seconds: float, starts: int, means: int) -> Choice:
    """One case on one frame; greedy gets the CPU time that we had (a limit of `seconds`) and at least `starts`."""
    frame = made_frame(case.rows, seed)
    design = design_over(frame, case.size, case.objective, with_rules=case.with_rules, seconds=seconds)
    began = time.process_time()
    problem = pose(frame_of(frame, "site_id"), design, np.ones(case.rows, dtype=bool))
    answer = solve(problem, case.objective, seed=design.seed, time_limit_s=seconds)
    cpu_s = time.process_time() - began
    if answer is None:
        raise RuntimeError(f"no sample found: {case}, frame {seed}")
    first, second = rivals(problem, case, seed, cpu_s=cpu_s, starts=starts, means=means)
    return Choice(case, answer, cpu_s, bool(problem.limits.holds(answer.chosen).all()), first, second)


def rivals(problem: Problem, case: Case, seed: int, *, cpu_s: float, starts: int, means: int) -> tuple[Rival, Rival]:
    """Greedy and k-means on the same problem."""
    return (
        many_greedy(problem, by_smallest=case.by_smallest, seed=seed, cpu_s=cpu_s, starts=starts),
        nearest_to_means(problem, by_smallest=case.by_smallest, seed=seed, starts=means),
    )


@dataclass(frozen=True, slots=True)
class MatrixFound:
    """A matrix of one family: the value after a short time, and after a long one where that was asked for."""

    family: str
    seed: int
    items: int
    size: int
    short: float
    bound: float | None
    short_cpu_s: float
    long: float | None = None
    long_cpu_s: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.long is None else self.short / self.long


def matrix_found(family: str, seed: int, *, items: int, size: int, seconds: float, long: float | None) -> MatrixFound:
    """The greatest sum found on one matrix within `seconds`, and within `long` seconds from another seed."""
    distance = MATRICES[family](items, seed)
    began = time.process_time()
    found = max_sum(distance, size, seed=0, time_limit_s=seconds)
    done = MatrixFound(family, seed, items, size, found.value, found.bound, time.process_time() - began)
    if long is None:
        return done
    began = time.process_time()
    longer = max_sum(distance, size, seed=1, time_limit_s=long)
    return replace(done, long=longer.value, long_cpu_s=time.process_time() - began)


@dataclass(frozen=True, slots=True)
class Peak:
    """A whole proposal in a process of its own: resident memory at most, CPU and wall seconds, status."""

    rows: int
    size: int
    peak_mib: float
    cpu_s: float
    wall_s: float
    status: str


CHILD = """
import re, resource, sys, time
from pathlib import Path
from benchmarks.sampling_frames import design_over, made_frame
from sampling import propose
rows, size, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
frame = made_frame(rows, 0)
began = time.perf_counter()
sample = propose(frame, design_over(frame, size, "lexicographic", with_rules=True, seconds=seconds))
used = resource.getrusage(resource.RUSAGE_SELF)
peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
own = Path("/proc/self/status")
if own.exists():  # on Linux ru_maxrss is at least what the process that started this one held
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", own.read_text())[1]) / 2**10
print(peak, used.ru_utime + used.ru_stime, time.perf_counter() - began, sample.proof.status)
"""


def peak_memory(rows: int, size: int, *, seconds: float) -> Peak:
    """What one proposal with its reasons and diagnostics needs, libraries and all."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(rows), str(size), str(seconds)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    peak, cpu_s, wall_s, status = done.stdout.split()
    return Peak(rows, size, float(peak), float(cpu_s), float(wall_s), status)
