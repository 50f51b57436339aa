"""Reorderings in words of bits say what the index says of each order on its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import guest_saturation
from analysis.orders import Orders, codes_held, new_codes, saturation_over_orders
from analysis.saturation import new_codes_in_order


def one_by_one(held: np.ndarray, order: list[int]) -> list[int]:  # type: ignore[type-arg]
    seen: set[int] = set()
    counts = []
    for interview in order:
        new = set(map(int, np.flatnonzero(held[interview]))) - seen
        counts.append(len(new))
        seen |= new
    return counts


@given(
    st.tuples(st.integers(6, 12), st.integers(1, 130)).flatmap(lambda shape: arrays(np.bool_, shape)),
    st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_each_order_counts_as_when_walked_through(held: np.ndarray, seed: int) -> None:  # type: ignore[type-arg]
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(len(held)), (9, 1)), axis=1)
    counts = new_codes(held, orders)
    assert counts.tolist() == [one_by_one(held, order) for order in orders.tolist()]
    found = saturation_over_orders(held, orders=9, seed=seed)
    each = [guest_saturation(row) for row in counts]
    reached = sorted(int(one.label.partition("+")[0]) for one in each if one.label)
    if not held.any():
        assert found is None
        return
    assert found is not None
    assert (found.reached, found.undefined) == (len(reached), sum(one.status == "undefined" for one in each))
    ends = (reached[(len(reached) - 1) // 2], reached[0], reached[-1]) if reached else (None, None, None)
    assert (found.median, found.low, found.high) == ends  # of nine orders the 2.5th percentile is the least


def test_a_seed_repeats_the_orders_and_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    held = np.random.default_rng(0).random((12, 40)) < 0.2
    whole = saturation_over_orders(held, orders=300, seed=5)
    assert whole == saturation_over_orders(held, orders=300, seed=5)
    assert whole != saturation_over_orders(held, orders=300, seed=6)
    monkeypatch.setattr("analysis.orders.AT_ONCE", 70)
    assert saturation_over_orders(held, orders=300, seed=5) == whole


def test_every_order_alike_is_reached_where_the_index_is() -> None:
    found = saturation_over_orders(np.ones((8, 3), dtype=bool), orders=50)
    assert found == Orders(orders=50, reached=50, undefined=0, median=4, low=4, high=4)
    assert found.share == 1
    each_its_own = saturation_over_orders(np.eye(8, dtype=bool), orders=50)
    assert each_its_own == Orders(50, 0, 0, None, None, None)


def test_nothing_to_reorder_is_none() -> None:
    assert saturation_over_orders(np.ones((5, 3), dtype=bool)) is None
    assert saturation_over_orders(np.zeros((8, 3), dtype=bool)) is None
    assert saturation_over_orders(np.ones((8, 3), dtype=bool), orders=0) is None


def test_what_is_held_is_what_counts() -> None:
    segments = pd.DataFrame(
        {"transcript": ["B", "B", "A", "C", "Z"], "code": ["hope", "role", "hope", "given", "hope"]}
    )
    held = codes_held(segments, ["A", "B", "C"], {"hope", "role"})
    assert held.tolist() == [[True, False], [True, True], [False, False]]
    counts = new_codes(held, np.array([[0, 1, 2]]))[0].tolist()
    assert counts == new_codes_in_order(segments, ["A", "B", "C"], {"hope", "role"}) == [1, 1, 0]
