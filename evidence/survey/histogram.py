"""Numbers in bins of a round width, with bins for what lies far out.

The width is Freedman and Diaconis' (1981, Zeitschrift für Wahrscheinlichkeitstheorie und verwandte Gebiete
57:453-476), 2 · IQR · n^(-1/3); where half of the numbers are equal Sturges' (1926, Journal of the American
Statistical Association 21:65-66), range / (1 + log2 n). It is rounded to 1, 2 or 5 times a power of ten, so that the
ends of bins are round numbers and nobody's answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_BINS = 30
LARGEST = 1e100
"""Numbers beyond this are left out: no answer is so large."""
FAR = 4.0
"""Interquartile ranges beyond a quartile from which a number is counted as far out and not drawn to scale."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of numbers in [start + i·width, start + (i + 1)·width); `below` and `above` count those far out."""

    start: float
    width: float
    counts: tuple[int, ...]
    below: int = 0
    above: int = 0

    @property
    def end(self) -> float:
        """The upper end of the last bin."""
        return self.start + self.width * len(self.counts)


def histogram(numbers: pd.Series, *, is_whole: bool = False) -> Histogram | None:
    """The numbers (nulls left out) in bins; `is_whole` makes no bin narrower than 1; None without a finite number."""
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    values = values[np.abs(values) <= LARGEST]
    if not len(values):
        return None
    low, high = _reach(values)
    near = values[(values >= low) & (values <= high)]
    width = _width(near, is_whole=is_whole)
    first, last = math.floor(low / width), math.floor(high / width)
    places = np.floor(near / width).astype(np.int64) - first
    counts = np.bincount(np.clip(places, 0, last - first), minlength=last - first + 1)
    return Histogram(
        _round(first * width),
        width,
        tuple(int(n) for n in counts),
        int((values < low).sum()),
        int((values > high).sum()),
    )


def _reach(values: np.ndarray) -> tuple[float, float]:
    """The numbers between which is drawn to scale: all of them but those FAR interquartile ranges out."""
    lower, upper = np.quantile(values, [0.25, 0.75])
    room = FAR * (upper - lower) or math.inf
    near = values[(values >= lower - room) & (values <= upper + room)]
    return float(near.min()), float(near.max())


def _width(values: np.ndarray, *, is_whole: bool) -> float:
    reach = float(values.max() - values.min())
    size = float(np.abs(values).max())
    if reach <= 1e-9 * size or reach < 1e-100:
        return 1.0 if size < (1e9 if is_whole else 1e-100) else _rounded(size / 10)
    lower, upper = np.quantile(values, [0.25, 0.75])
    spread = 2 * float(upper - lower) * len(values) ** (-1 / 3)
    asked = spread or reach / (1 + math.log2(len(values)))
    width = max(_rounded(asked), _rounded(reach / (MOST_BINS - 1), up=True))
    return max(width, 1.0) if is_whole else width


def _rounded(value: float, *, up: bool = False) -> float:
    """The nearest (or the next) 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = [_round(step * power) for step in (1, 2, 5, 10)]
    if up:
        return next(step for step in steps if step >= value * (1 - 1e-9))
    return min(steps, key=lambda step: abs(math.log(step / value)))


def _round(value: float) -> float:
    return float(f"{value:.12g}")
