"""Small cells kept from readers outside the team: no number they see, or can work out, rests on fewer than k people.

A suppressed cell is None; nought is shown, because it rests on nobody. Where a total would give a cell away by
subtraction, further cells are suppressed too (complementary suppression; Hundepool et al. 2012, Statistical
Disclosure Control, chapter 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy.optimize import linprog

from pages.svg import Box

Key = TypeVar("Key")
Cells = Sequence[Sequence[int]]


def suppress_counts(
    counts: Mapping[Key, int], k: int, *, people: Mapping[Key, int] | None = None
) -> tuple[dict[Key, int | None], int | None]:
    """Counts that add up to a total, and that total, as readers outside the team may see them.

    Counts from 1 to k - 1 are suppressed; so is the smallest of the others while what is suppressed could
    be worked out from the total, and the total itself when it is small. Ties go to the earlier key. Where what is
    counted is not people, `people` says on how many people each count rests, and decides instead.
    """
    rests_on = [list(people.values())] if people is not None else None
    table = suppress_table([list(counts.values())], k, people=rests_on) if counts else [[None]]
    return dict(zip(counts, table[0], strict=False)), table[0][-1]


def at_least(count: int, k: int) -> int:
    """A count rounded down to a multiple of k: what may be said of a count beside others of the same people."""
    return count - count % k


def suppress_steps(counts: Sequence[int], k: int) -> list[int | None]:
    """Steps of a funnel, each a part of the one before, as readers outside the team may see them.

    A step of 1 to k - 1 people is suppressed, and so is one that differs from the last one shown by 1 to k - 1 people:
    the difference is a group too.
    """
    shown: list[int | None] = []
    last: int | None = None
    for count in counts:
        close = last is not None and 0 < abs(last - count) < k
        visible = (count >= k or count == 0) and not close
        shown.append(count if visible else None)
        last = count if visible else last
    return shown


def suppress_flow(boxes: Sequence[Box], k: int) -> tuple[Box, ...]:
    """A flow of people as readers outside the team may see it: every box and every reason rests on k people or none.

    Steps that `suppress_steps` hides are left out and their reasons pooled with those of the step before; reasons of
    fewer than k are put together as other reasons, with further ones where that is still too few. So what is shown
    adds up, and no smaller group can be worked out from it.
    """
    shown = suppress_steps([box.count for box in boxes], k)
    published: list[Box] = []
    pooled: dict[str, int] = {}
    for box, count in zip(boxes, shown, strict=True):
        for label, people in box.left:
            pooled[label] = pooled.get(label, 0) + people
        if count is not None:
            published.append(Box(box.label, count, _large_enough(pooled, k) if published else ()))
            pooled = {}
    return tuple(published)


def _large_enough(reasons: Mapping[str, int], k: int) -> tuple[tuple[str, int], ...]:
    """Reasons of k people or more; smaller ones together under other reasons, with the smallest of the rest if need be.

    Together they are k people or nobody, as `suppress_steps` sees to.
    """
    ordered = sorted((n, label) for label, n in reasons.items() if n)
    other = 0
    while ordered and (ordered[0][0] < k or 0 < other < k):
        other += ordered.pop(0)[0]
    kept = {label for _, label in ordered}
    rest = (("Other reasons", other),) if other else ()
    return (*((label, n) for label, n in reasons.items() if label in kept), *rest)


def suppress_table(cells: Cells, k: int, *, people: Cells | None = None) -> list[list[int | None]]:
    """A table of counts (rows × columns) with its totals added as last row and column, small cells suppressed.

    A table of one row gets a total column only. Afterwards, from what is left to see, every suppressed cell could be
    of at least two values, and the suppressed cells of a row or column with a visible total rest on k people. A total
    rests on at least as many people as its largest cell; `people` is the number behind each cell where they are not
    people themselves.
    """
    full = _with_totals(cells)
    hidden = (full > 0) & (full < k)
    if people is not None:
        behind = np.array(people, dtype=int).reshape(len(people), -1)
        hidden[: behind.shape[0], : behind.shape[1]] |= (behind > 0) & (behind < k)
    while True:
        risky = _given_away(full, hidden, k)
        if risky is None:
            break
        hidden[risky] = True
    return [
        [None if hide else int(value) for value, hide in zip(row, hides, strict=True)]
        for row, hides in zip(full, hidden, strict=True)
    ]


def _with_totals(cells: Cells) -> np.ndarray:
    table = np.array(cells, dtype=int).reshape(len(cells), -1)
    table = np.column_stack([table, table.sum(axis=1)])
    return np.vstack([table, table.sum(axis=0)]) if len(cells) > 1 else table


def _given_away(full: np.ndarray, hidden: np.ndarray, k: int) -> tuple[int, int] | None:
    """The next cell to suppress, or None when nothing suppressed can be worked out."""
    lines = _lines(full.shape)
    for line in lines:
        inner = [cell for cell in line[:-1] if hidden[cell]]
        too_few = not hidden[line[-1]] and inner and sum(full[c] for c in inner) < k
        alone = sum(bool(hidden[cell]) for cell in line) == 1
        if too_few or alone:
            return _smallest(full, hidden, line)
    exact = _determined(full, hidden, lines)
    return None if exact is None else _smallest(full, hidden, [c for line in lines if exact in line for c in line])


def _lines(shape: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    """Every row and column that adds up, as cells with the total last."""
    rows, columns = shape
    across = [[(r, c) for c in range(columns)] for r in range(rows)]
    down = [[(r, c) for r in range(rows)] for c in range(columns)] if rows > 1 else []
    return across + down


def _smallest(full: np.ndarray, hidden: np.ndarray, line: list[tuple[int, int]]) -> tuple[int, int]:
    """The cell of these, else of all, to suppress next: no total, one that also helps its other line, small, early."""
    other = 0 if len({column for _, column in line}) > 1 else 1

    def cost(cell: tuple[int, int]) -> tuple[bool, bool, int, tuple[int, int]]:
        crossing = hidden[:, cell[1]] if other == 0 else hidden[cell[0], :]
        return _is_total(full, cell), not crossing.any(), int(full[cell]), cell

    shown = [cell for cell in line if not hidden[cell] and full[cell] > 0]
    anywhere = [(int(r), int(c)) for r, c in np.argwhere(~hidden & (full > 0))]
    return min(shown or anywhere, key=cost)


def _is_total(full: np.ndarray, cell: tuple[int, int]) -> bool:
    return cell[1] == full.shape[1] - 1 or (full.shape[0] > 1 and cell[0] == full.shape[0] - 1)


def _determined(full: np.ndarray, hidden: np.ndarray, lines: list[list[tuple[int, int]]]) -> tuple[int, int] | None:
    """A suppressed cell that has only one possible value given everything shown, or None.

    Two linear programs a cell: the least and the greatest value it could have, a suppressed count being 1 or more.
    """
    unknown = [tuple(map(int, cell)) for cell in np.argwhere(hidden)]
    if not unknown:
        return None
    position = {cell: i for i, cell in enumerate(unknown)}
    equations = np.zeros((len(lines), len(unknown)))
    constants = np.zeros(len(lines))
    for i, line in enumerate(lines):
        for cell in line:
            sign = -1 if cell == line[-1] else 1
            if cell in position:
                equations[i, position[cell]] = sign
            else:
                constants[i] -= sign * full[cell]
    for cell, i in position.items():
        aim = np.zeros(len(unknown))
        aim[i] = 1
        low = linprog(aim, A_eq=equations, b_eq=constants, bounds=(1, None))
        high = linprog(-aim, A_eq=equations, b_eq=constants, bounds=(1, None))
        if high.status == 0 and -high.fun - low.fun < 0.5 and low.fun is not None:
            return cell[0], cell[1]
    return None
