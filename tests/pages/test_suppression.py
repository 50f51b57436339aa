"""Small cells stay hidden, also from a reader who subtracts."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.suppression import at_least, suppress_counts, suppress_flow, suppress_steps, suppress_table
from pages.svg import Box

COUNT = st.integers(0, 12)


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ({"a": 9, "b": 7}, {"a": 9, "b": 7}, 16),
        ({"a": 9, "b": 7, "c": 2}, {"a": 9, "b": None, "c": None}, 18),
        ({"a": 9, "b": 3, "c": 2}, {"a": 9, "b": None, "c": None}, 14),
        ({"a": 9, "b": 1, "c": 2}, {"a": None, "b": None, "c": None}, 12),
        ({"a": 9, "b": 8, "c": 0}, {"a": 9, "b": 8, "c": 0}, 17),
        ({"a": 9, "b": 3, "c": 0}, {"a": None, "b": None, "c": 0}, 12),
        ({"a": 1, "b": 2}, {"a": None, "b": None}, None),
        ({}, {}, None),
    ],
)
def test_counts_with_a_total(counts, shown, total):
    assert suppress_counts(counts, 5) == (shown, total)


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([30, 20, 10], [30, 20, 10]),
        ([30, 28, 10], [30, None, 10]),
        ([30, 30, 4], [30, 30, None]),
        ([30, 28, 26, 25], [30, None, None, 25]),
        ([4, 3], [None, None]),
        ([], []),
    ],
)
def test_steps_of_a_funnel(steps, shown):
    assert suppress_steps(steps, 5) == shown


def test_many_answers_of_few_people_are_suppressed():
    counts = {"fits": 40, "partly": 9, "does not": 8}
    shown = suppress_counts(counts, 5, people={"fits": 12, "partly": 6, "does not": 3})
    assert shown == ({"fits": 40, "partly": None, "does not": None}, 57)


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (4, 0), (5, 5), (24, 20)])
def test_rounded_down(count, shown):
    assert at_least(count, 5) == shown


@pytest.mark.slow
@given(st.lists(COUNT, max_size=8), st.integers(2, 6))
def test_no_step_shown_gives_away_a_difference_below_k(drops, k):
    steps = [sum(drops) - sum(drops[:i]) for i in range(len(drops) + 1)]
    shown = [step for step in suppress_steps(steps, k) if step is not None]
    assert all(step >= k or step == 0 for step in shown)
    assert all(a - b == 0 or a - b >= k for a, b in pairwise(shown))


def test_a_table_needs_more_than_the_small_cell():
    shown = suppress_table([[9, 2, 8], [7, 9, 6], [8, 7, 9]], 5)
    hidden = [(r, c) for r, row in enumerate(shown) for c, value in enumerate(row) if value is None]
    assert (0, 1) in hidden
    assert len(hidden) == 4
    assert len({r for r, _ in hidden}) == len({c for _, c in hidden}) == 2


@pytest.mark.slow
@given(st.integers(1, 2), st.integers(2, 3), st.integers(2, 4), st.data())
@settings(max_examples=40, deadline=None)
def test_a_reader_who_tries_every_table_cannot_work_out_a_suppressed_cell(rows, columns, k, data):
    cells = [[data.draw(st.integers(0, 3)) for _ in range(columns)] for _ in range(rows)]
    shown = suppress_table(cells, k)
    hidden = [(r, c) for r in range(rows) for c in range(columns) if shown[r][c] is None]
    assert all(value is None or value >= k or value == 0 for row in shown for value in row)
    possible = list(_tables_that_fit(cells, shown, hidden))
    for r, c in hidden:
        assert len({table[r][c] for table in possible}) > 1


def _tables_that_fit(cells, shown, hidden):
    """Every table with the visible cells and totals as shown; suppressed cells tried from 1 upwards."""
    for values in product(range(1, 8 if len(hidden) < 5 else 6), repeat=len(hidden)):
        table = [list(row) for row in cells]
        for (r, c), value in zip(hidden, values, strict=True):
            table[r][c] = value
        totals = [sum(row) for row in table]
        if any(s[-1] is not None and s[-1] != t for s, t in zip(shown, totals, strict=False)):
            continue
        if len(table) > 1:
            down = [*(sum(column) for column in zip(*table, strict=True)), sum(totals)]
            if any(s is not None and s != t for s, t in zip(shown[-1], down, strict=True)):
                continue
        yield table


@pytest.mark.parametrize("cells", [[[0, 1], [1, 0]], [[0, 0], [0, 3]], [[1]], [[0]], [[12, 1], [0, 0]]])
def test_tables_of_noughts_and_ones(cells):
    shown = suppress_table(cells, 2)
    assert all(value is None or value == 0 or value >= 2 for row in shown for value in row)


def flow(steps):
    """Boxes of a flow from the reasons before each: `steps` hold {reason: people}."""
    left = [{}, *steps]  # the last are those who stay
    total = sum(n for reasons in left for n in reasons.values())
    boxes = []
    for place, reasons in enumerate(left[:-1]):
        total -= sum(reasons.values())
        boxes.append(Box(f"step {place}", total, tuple(reasons.items())))
    return boxes


def test_a_flow_puts_small_reasons_together_and_leaves_out_steps_too_close():
    boxes = [
        Box("identified", 60),
        Box("approached", 58, (("not reached", 2),)),
        Box("invited", 40, (("declined", 9), ("ineligible", 6), ("moved", 3))),
        Box("consented", 30, (("declined", 5), ("moved", 3), ("waiting", 2))),
        Box("interviewed", 4, (("withdrew", 26),)),
    ]
    assert suppress_flow(boxes, 5) == (
        Box("identified", 60),
        Box("invited", 40, (("declined", 9), ("ineligible", 6), ("Other reasons", 5))),
        Box("consented", 30, (("declined", 5), ("Other reasons", 5))),
    )


def test_a_reason_large_enough_is_pooled_where_a_small_one_would_stand_alone():
    boxes = [Box("a", 40), Box("b", 28, (("declined", 9), ("moved", 3)))]
    assert suppress_flow(boxes, 5)[1].left == (("Other reasons", 12),)


REASONS = st.dictionaries(st.sampled_from(["declined", "moved", "ineligible", "waiting"]), st.integers(0, 9))


@pytest.mark.slow
@given(st.lists(REASONS, min_size=1, max_size=5), st.integers(0, 12), st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_every_number_of_a_flow_rests_on_k_people_and_each_box_is_the_one_before_less_its_reasons(steps, stay, k):
    original = flow([*steps, {"stay": stay}])
    boxes = suppress_flow(original, k)
    shown_elsewhere = suppress_steps([box.count for box in original], k)
    assert [box.count for box in boxes] == [count for count in shown_elsewhere if count is not None]
    for before, box in pairwise(boxes):
        assert box.count == before.count - sum(people for _, people in box.left)
    assert all(n == 0 or n >= k for box in boxes for n in (box.count, *(people for _, people in box.left)))


@given(st.lists(REASONS, min_size=1, max_size=4), st.integers(0, 12), st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_a_reader_who_solves_the_equations_finds_no_group_below_k(steps, stay, k):
    """Unknown are all original boxes and reasons; known is what adds up and what was published."""
    boxes = flow([*steps, {"stay": stay}])
    published = suppress_flow(boxes, k)
    names = [(b.label, "") for b in boxes] + [(b.label, reason) for b in boxes for reason, _ in b.left]
    truth = {(b.label, ""): b.count for b in boxes} | {(b.label, r): n for b in boxes for r, n in b.left}
    index = {name: i for i, name in enumerate(names)}
    equations = [_row(index, {(a.label, ""): 1, (b.label, ""): -1} | {(b.label, r): -1 for r, _ in b.left})
                 for a, b in pairwise(boxes)]  # fmt: skip
    since: list[Box] = []
    shown = {box.label: box for box in published}
    for box in boxes:
        since.append(box)
        if box.label in shown:
            equations.append(_row(index, {(box.label, ""): 1}))
            for reason, _ in shown[box.label].left:
                if reason != "Other reasons":
                    equations.append(_row(index, {(b.label, r): 1 for b in since for r, _ in b.left if r == reason}))
            since = []
    known = np.array(equations)
    rank = np.linalg.matrix_rank(known)
    small = [name for name in names if 0 < truth[name] < k]
    for name in small:
        alone = _row(index, {name: 1})
        assert np.linalg.matrix_rank(np.vstack([known, alone])) > rank, f"{name} can be worked out"


def _row(index, cells):
    row = np.zeros(len(index))
    for name, sign in cells.items():
        row[index[name]] = sign
    return row
