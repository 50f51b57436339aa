"""All samples that keep a smallest distance, by branch and bound on cliques.

A sample whose pairs are all far enough apart is a clique of the graph of far pairs; greedy colouring bounds how
large a clique can still grow (Tomita and Seki 2003). Near the greatest smallest distance few cliques are left,
so the search that proves the threshold also lists every sample that reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sampling.distance import DECIMALS
from sampling.problem import Problem

STEP = 10.0**-DECIMALS
NODES = 30_000
"""Nodes after which a search gives up, well under a second; a count and not a time, so that every machine agrees."""

LARGE = 200
"""Sites above which a node takes longer and there are fewer of them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Samples found, each in id order, and whether these are all there are."""

    samples: tuple[tuple[int, ...], ...]
    is_complete: bool


def samples_apart(problem: Problem, threshold: float, *, most: int | None = None, nodes: int = NODES) -> Listing:
    """Every sample that keeps the rules and has no two sites closer than the threshold; at most `most` of them."""
    search = _Search(problem, threshold, nodes)
    found: list[tuple[int, ...]] = []
    for sample in search.run():
        found.append(sample)
        if most is not None and len(found) >= most:
            return Listing(tuple(found), False)
    return Listing(tuple(found), not search.is_exhausted)


class _Search:
    """One search over bit sets: bit i stands for site i."""

    def __init__(self, problem: Problem, threshold: float, nodes: int) -> None:
        self.problem = problem
        self.nodes = nodes * LARGE // max(LARGE, len(problem.ids))
        self.is_exhausted = False
        far = problem.distance >= threshold - STEP
        np.fill_diagonal(far, False)
        self.far = [bits(row & problem.allowed) for row in far]
        limits = problem.limits
        counting = [r for r, amounts in enumerate(limits.amounts) if np.isin(amounts, (0.0, 1.0)).all()]
        self.counted = [(bits(limits.amounts[r] > 0), limits.low[r], limits.high[r]) for r in counting]

    def run(self) -> Iterator[tuple[int, ...]]:
        required, free = 0, bits(self.problem.allowed)
        for i in self.problem.required:
            if required & ~self.far[i]:
                return  # two required sites are too close
            required |= 1 << i
            free &= self.far[i]
        yield from self._grow(required, free, self.problem.size - len(self.problem.required))

    def _grow(self, taken: int, free: int, need: int) -> Iterator[tuple[int, ...]]:
        self.nodes -= 1
        if self.nodes < 0:
            self.is_exhausted = True
            return
        if not self._can_keep_rules(taken, free):
            return
        if need == 0:
            sample = tuple(_members(taken))
            if self.problem.limits.holds(sample).all():
                yield sample
            return
        for i, colour in reversed(self._coloured(free)):
            if colour < need or self.is_exhausted:
                return
            yield from self._grow(taken | 1 << i, free & self.far[i], need - 1)
            free &= ~(1 << i)

    def _coloured(self, free: int) -> list[tuple[int, int]]:
        """Free sites with greedy colours, ascending: sites of one colour are pairwise too close."""
        order: list[tuple[int, int]] = []
        colour = 0
        while free:
            colour += 1
            rest = free
            while rest:
                i = (rest & -rest).bit_length() - 1
                rest &= ~(1 << i) & ~self.far[i]
                free &= ~(1 << i)
                order.append((i, colour))
        return order

    def _can_keep_rules(self, taken: int, free: int) -> bool:
        for admitted, low, high in self.counted:
            have = (taken & admitted).bit_count()
            if have > high or have + (free & admitted).bit_count() < low:
                return False
        return True


def bits(mask: np.ndarray) -> int:
    """A mask as a bit set."""
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def _members(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
