"""Does the saturation index depend on the order of interviews? The same index over seeded reorderings.

Constantinou, Georgiou and Perdikogianni (2017), doi 10.1177/1468794116686650, reorder interviews to see it; the share
of orders in which the index is reached and where is a summary of our own, not a published measure. Where interviews
were chosen on purpose one after another, their order carries meaning and a reordering says less.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Held = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

AT_ONCE = 10_000
"""Orders worked on together; it bounds memory and does not change what is drawn."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The index over `orders` reorderings: in how many it was reached and, of those, after how many interviews.

    `median`, `low` and `high` (2.5 and 97.5 %) count the interviews before the run (6 of 6+2), each one that occurred;
    None when no order reached it. Orders whose base holds no code are `undefined`.
    """

    orders: int
    reached: int
    undefined: int
    median: int | None
    low: int | None
    high: int | None

    @property
    def share(self) -> float:
        """The share of orders in which the index was reached (0 to 1)."""
        return self.reached / self.orders


def codes_held(segments: pd.DataFrame, order: Sequence[str], codes: Collection[str]) -> Held:
    """Interviews × codes: whether an interview holds a code, over all coders; interviews in `order`, codes sorted."""
    row, column = {t: i for i, t in enumerate(order)}, {c: i for i, c in enumerate(sorted(codes))}
    held = np.zeros((len(row), len(column)), dtype=bool)
    rows, columns = segments["transcript"].map(row), segments["code"].map(column)
    known = rows.notna() & columns.notna()
    held[rows[known].astype(int), columns[known].astype(int)] = True
    return held


def saturation_over_orders(
    held: Held, *, base: int = 4, run: int = 2, threshold: float = 0.05, orders: int = 1000, seed: int = 1
) -> Orders | None:
    """Guest's index over seeded reorderings of the interviews (`held` as from `codes_held`), compared with ≤.

    None where there is nothing to reorder: fewer interviews than base + run, no code at all, or no orders asked for.
    The same numpy draws the same orders from a seed.
    """
    interviews = len(held)
    if interviews < base + run or not held.any() or orders < 1:
        return None
    random = np.random.default_rng(seed)
    reached_after, undefined = [], 0
    for start in range(0, orders, AT_ONCE):
        drawn = np.tile(np.arange(interviews), (min(AT_ONCE, orders - start), 1))
        counts = new_codes(held, random.permuted(drawn, axis=1))
        in_base = counts[:, :base].sum(axis=1)
        known = np.concatenate([np.zeros((len(counts), 1), dtype=np.int64), counts.cumsum(axis=1)], axis=1)
        runs = known[:, base + run :] - known[:, base : interviews - run + 1]
        defined = in_base > 0
        undefined += int((~defined).sum())
        at = runs[defined] / in_base[defined, None] <= threshold
        is_reached = at.any(axis=1)
        reached_after.append(base + at[is_reached].argmax(axis=1))
    after = np.concatenate(reached_after)
    low, median, high = (
        (int(v) for v in np.quantile(after, [0.025, 0.5, 0.975], method="inverted_cdf"))
        if len(after)
        else (None, None, None)
    )
    return Orders(orders, len(after), undefined, median, low, high)


def new_codes(held: Held, drawn: Counts) -> Counts:
    """How many codes each interview brings that none before it held: orders × positions, for rows of interviews.

    Codes are bits of 64-bit words, so that one step adds one interview to every order at once.
    """
    words = -(-held.shape[1] // 64)
    padded = np.zeros((len(held), words * 64), dtype=bool)
    padded[:, : held.shape[1]] = held
    bits = np.packbits(padded, axis=1).view(np.uint64)
    seen = np.zeros((len(drawn), words), dtype=np.uint64)
    counts = np.empty(drawn.shape, dtype=np.int64)
    for position in range(drawn.shape[1]):
        codes = bits[drawn[:, position]]
        counts[:, position] = np.bitwise_count(codes & ~seen).sum(axis=1)
        seen |= codes
    return counts
