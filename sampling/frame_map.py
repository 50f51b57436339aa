"""Pictures of the frame as data: a map on which alike sites lie close, and parallel coordinates.

The map is classical scaling of the matrix of distances (Torgerson 1952; Gower 1966, Biometrika 53:325); its misfit is
Kruskal's stress 1 (1964). Axes have no sign of their own: the site farthest along each, of equal ones the first in id
order, is put on the positive side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh  # type: ignore[import-untyped]

from sampling.coverage import parts_of
from sampling.design import Attribute, Design
from sampling.diagnostics import Axis, Course, FrameMap, Parallel, Point
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.problem import Problem

DECIMALS, PLACES = 4, 8
MOST = 2500
"""Rows from which on no picture is made: it would show a cloud and take longer than the choice."""


def frame_map(problem: Problem) -> FrameMap | None:
    """The eligible frame in two dimensions; None when there are fewer than three rows or no distances."""
    n = len(problem.ids)
    if not 3 <= n <= MOST or not problem.distance.any():
        return None
    places = scaled(problem.distance)
    apart = np.sqrt(((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2))
    misfit = float(np.sqrt(((apart - problem.distance) ** 2).sum() / (problem.distance**2).sum()))
    # the rounding keeps a last digit that differs between machines out of the record
    points = tuple(
        Point(i, round(float(x), DECIMALS) + 0.0, round(float(y), DECIMALS) + 0.0)
        for i, (x, y) in zip(problem.ids, places, strict=True)
    )
    return FrameMap(points, round(misfit, DECIMALS))


def scaled(distance: Floats) -> Floats:
    """Classical scaling of n × n distances to n × 2 coordinates."""
    n = len(distance)
    squared = distance**2
    rows = squared.mean(axis=0)
    centred = -0.5 * (squared - rows[:, None] - rows[None, :] + squared.mean())
    values, vectors = eigh(centred, subset_by_index=[n - 2, n - 1])
    places = np.zeros((n, 2))
    for axis, k in enumerate((1, 0)):
        along = vectors[:, k] * np.sqrt(max(float(values[k]), 0.0))
        size = np.round(np.abs(along), 9)
        places[:, axis] = along if along[int(size.argmax())] >= 0 else -along
    return places


def parallel(frame: Frame, design: Design, problem: Problem) -> Parallel | None:
    """Every attribute that varies as an axis, every eligible row as a course; None with fewer than two such."""
    if len(problem.ids) > MOST:
        return None
    made = [(a, *_axis(frame, problem, a)) for a in design.attributes]
    varying = [(a, ticks, places) for a, ticks, places in made if len(ticks) > 1]
    if len(varying) < 2:
        return None
    axes = tuple(Axis(a.name, ticks) for a, ticks, _ in varying)
    courses = zip(*(places for _, _, places in varying), strict=True)
    return Parallel(axes, tuple(Course(i, tuple(c)) for i, c in zip(problem.ids, courses, strict=True)))


def _axis(
    frame: Frame, problem: Problem, attribute: Attribute
) -> tuple[tuple[tuple[float, str], ...], Sequence[float | None]]:
    """The ticks of one attribute and every row's place: numbers by size, categories evenly in their order."""
    texts = dict(zip(frame.ids, frame.texts(attribute.name), strict=True))
    here = [texts[i] for i in problem.ids]
    if attribute.kind == "numeric":
        known = np.array([float(t) for t in here if t])
        if not known.size or known.max() == known.min():
            return (), []
        low, high = float(known.min()), float(known.max())
        ticks = tuple((p, f"{low + p * (high - low):.4g}") for p in (0.0, 0.5, 1.0))
        return ticks, [round((float(t) - low) / (high - low), PLACES) if t else None for t in here]
    parts, labels = parts_of(frame, problem, attribute)
    present = set(here) - {""}
    known_labels = [label for label in labels if label in present]
    step = 1 / max(len(known_labels) - 1, 1)
    place = {label: round(k * step, PLACES) for k, label in enumerate(known_labels)}
    return tuple((p, label) for label, p in place.items()), [
        place.get(p) if t else None for p, t in zip(parts, here, strict=True)
    ]
