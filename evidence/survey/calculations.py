"""The functions of numbers that conditions and calculations may use, over all respondents at once.

Each takes columns of float64 in which NaN is a blank and gives one. What is not defined (a division by zero, the root
of a negative number, a result too large) is a blank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]
CHUNK = 100_000
"""Rows at a time where a function needs all its arguments side by side."""


def arithmetic(sign: str, left: Column, right: Column) -> Column:
    """left sign right; a remainder has the sign of the left, as in REDCap's languages, PHP and JavaScript."""
    with np.errstate(all="ignore"):
        match sign:
            case "+":
                return finite(left + right)
            case "-":
                return finite(left - right)
            case "*":
                return finite(left * right)
            case "/":
                return finite(left / right)
            case "%":
                return finite(np.fmod(left, right))
            case _:
                blank = np.isnan(left) | np.isnan(right)  # numpy makes 1 of 1^blank and of blank^0
                return finite(np.where(blank, np.nan, np.power(left, right)))


def finite(column: Column) -> Column:
    """The column with what is no number as a blank."""
    return np.where(np.isfinite(column), column, np.nan)


def call(function: str, columns: Sequence[Column]) -> Column:
    """A function of grammar_words.FUNCTIONS over its arguments."""
    with np.errstate(all="ignore"):
        return finite(_CALLS[function](columns))


def _count(columns: Sequence[Column]) -> Column:
    count = np.zeros(len(columns[0]))
    for column in columns:
        count += ~np.isnan(column)
    return count


def _sum(columns: Sequence[Column]) -> Column:
    total = np.zeros(len(columns[0]))
    for column in columns:
        total += np.where(np.isnan(column), 0.0, column)
    return np.where(_count(columns) > 0, total, np.nan)


def _mean(columns: Sequence[Column]) -> Column:
    return _sum(columns) / _count(columns)


def _least(columns: Sequence[Column]) -> Column:
    least: Column = np.fmin.reduce([*columns])
    return least


def _greatest(columns: Sequence[Column]) -> Column:
    greatest: Column = np.fmax.reduce([*columns])
    return greatest


def _stdev(columns: Sequence[Column]) -> Column:
    count, mean = _count(columns), _mean(columns)
    squares = _sum([(column - mean) ** 2 for column in columns])
    return np.sqrt(np.where(count > 1, squares / (count - 1), np.nan))


def _median(columns: Sequence[Column]) -> Column:
    """The middle of what is there: sorted, the blanks last."""
    found = np.empty(len(columns[0]))
    for start in range(0, len(found), CHUNK):
        rows = np.sort(np.column_stack([column[start : start + CHUNK] for column in columns]), axis=1)
        count = (~np.isnan(rows)).sum(axis=1)
        low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, rows.shape[1] - 1)
        each = np.arange(len(rows))
        found[start : start + CHUNK] = (rows[each, low] + rows[each, high]) / 2
    return found


def _scaled(columns: Sequence[Column]) -> tuple[Column, Column]:
    """The number times 10 to so many decimals, freed of the last digits a float cannot hold; and that factor."""
    decimals = np.trunc(columns[1]) if len(columns) > 1 else np.zeros(len(columns[0]))
    factor = np.power(10.0, decimals)
    scaled = columns[0] * factor
    return np.where(np.abs(scaled) < 1e6, np.round(scaled, 8), scaled), factor


def _round(columns: Sequence[Column]) -> Column:
    scaled, factor = _scaled(columns)
    return np.copysign(np.floor(np.abs(scaled) + 0.5), scaled) / factor


def _up(columns: Sequence[Column]) -> Column:
    scaled, factor = _scaled(columns)
    return np.ceil(scaled) / factor


def _down(columns: Sequence[Column]) -> Column:
    scaled, factor = _scaled(columns)
    return np.floor(scaled) / factor


def _log(columns: Sequence[Column]) -> Column:
    return np.log(columns[0]) / np.log(columns[1]) if len(columns) > 1 else np.log(columns[0])


_CALLS: dict[str, Callable[[Sequence[Column]], Column]] = {
    "sum": _sum,
    "mean": _mean,
    "median": _median,
    "min": _least,
    "max": _greatest,
    "stdev": _stdev,
    "round": _round,
    "roundup": _up,
    "rounddown": _down,
    "abs": lambda columns: np.abs(columns[0]),
    "sqrt": lambda columns: np.sqrt(columns[0]),
    "exponential": lambda columns: np.exp(columns[0]),
    "log": _log,
    "mod": lambda columns: np.fmod(columns[0], columns[1]),
}
