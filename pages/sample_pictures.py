"""Pictures of a sample in its frame: a map on which alike sites lie close, and parallel coordinates.

Who is chosen shows by shape, size and a label, never by colour alone; both are drawn 360 wide, so that their text stays
readable on a phone, and each page gives the same as a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from markupsafe import Markup

from pages.svg import picture

Role = Literal["chosen", "backup", "passed_over", "left"]
WIDTH, EDGE = 360, 20
LABEL, TICK = 13, 12
LEGEND: dict[Role, str] = {
    "chosen": "chosen",
    "backup": "backup",
    "passed_over": "passed over",
    "left": "left the study",
}
ORDER: tuple[Role, ...] = ("passed_over", "left", "backup", "chosen")
LABELLED = 9
"""Chosen rows up to which each course of the parallel coordinates carries its id below."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of the frame on the map."""

    id: str
    x: float
    y: float
    role: Role


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the frame across the axes: places from 0 to 1, None where the value is missing."""

    id: str
    role: Role
    places: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: ticks as (place from 0 to 1, label)."""

    name: str
    ticks: tuple[tuple[float, str], ...]


Box = tuple[float, float, float, float]


def map_picture(spots: Sequence[Spot], *, key: str, title: str, said: str) -> Markup:
    """The map: one mark a row, the chosen labelled; the same scale both ways."""
    xs, ys = [s.x for s in spots], [s.y for s in spots]
    across, up = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    scale = min((WIDTH - 2 * EDGE) / across, 330 / up)
    left = (WIDTH - scale * across) / 2
    height = round(scale * up + 2 * EDGE)
    placed = [(s, left + (s.x - min(xs)) * scale, EDGE + (max(ys) - s.y) * scale) for s in spots]
    marks = [
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="6" fill="none" stroke="var(--line)"/>',
        *(_mark(s.role, x, y, s.id) for role in ORDER for s, x, y in placed if s.role == role),
        *_labels(
            [(s.id, x, y) for s, x, y in placed if s.role == "chosen"],
            [(x - 6, y - 6, x + 6, y + 6) for s, x, y in placed if s.role != "chosen"],
            height,
        ),
    ]
    legend = _legend([r for r in reversed(ORDER) if any(s.role == r for s in spots)], height + 8)
    return picture(WIDTH, height + 14 + 22 * ((len(legend) + 1) // 2), key, title, said, [*marks, *legend])


def parallel_picture(scales: Sequence[Scale], lines: Sequence[Line], *, key: str, title: str, said: str) -> Markup:
    """Attributes as lines across, one below the other; every row a course from top to bottom, the chosen bold."""
    gap, top, end = 74, 26, WIDTH - 14
    has_missing = any(p is None for line in lines for p in line.places)
    right = end - 66 if has_missing else end
    height = top + gap * (len(scales) - 1) + 34
    marks: list[str] = []
    chosen = [line for line in lines if line.role == "chosen"]
    drawn = [line for role in ("passed_over", "backup") for line in lines if line.role == role]
    xs = {line.id: [_along(p, right, end) for p in line.places] for line in lines}
    for line in drawn:
        style = (
            'stroke="var(--soft)" stroke-width="0.8" opacity="0.4"'
            if line.role == "passed_over"
            else 'stroke="var(--accent)" stroke-width="1.1" stroke-dasharray="2 4" opacity="0.8"'
        )
        marks.append(_course(xs[line.id], top, gap, style, line.id))
    marks += [
        f'<path d="M14,{top + gap * k} H{right}" stroke="var(--soft)" stroke-width="1.5"/>' for k in range(len(scales))
    ]
    spread = _spread(chosen, xs)
    for line in chosen:
        at = spread[line.id]
        marks.append(_course(at, top, gap, 'stroke="var(--accent)" stroke-width="2"', line.id))
        marks += [f'<circle cx="{x:.1f}" cy="{top + gap * k}" r="3.5" fill="var(--accent)"/>' for k, x in enumerate(at)]
    for k, scale in enumerate(scales):
        missing = any(line.places[k] is None for line in lines)
        marks.append(_ticks(scale, top + gap * k, right, end, missing))
    if 0 < len(chosen) <= LABELLED:
        ends = sorted(chosen, key=lambda line: (spread[line.id][-1], line.id))
        step = (WIDTH - 20) / len(ends)
        for k, line in enumerate(ends):
            x = 10 + step * (k + 0.5)
            y = top + gap * (len(scales) - 1)
            marks.append(
                f'<path d="M{spread[line.id][-1]:.1f},{y} L{x:.1f},{y + 44}" stroke="var(--accent)" fill="none"/>'
                f'<text x="{x:.1f}" y="{y + 57}" font-size="{TICK}" font-weight="600" text-anchor="middle">'
                f"{escape(line.id)}</text>"
            )
        height += 32
    legend = _line_legend([r for r in ("chosen", "backup", "passed_over") if any(n.role == r for n in lines)], height)
    return picture(WIDTH, height + 26, key, title, said, [*marks, *legend])


def _mark(role: Role, x: float, y: float, id: str) -> str:
    named = f"<title>{escape(id)}, {LEGEND[role]}</title>"
    if role == "chosen":
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="var(--accent)" stroke="var(--card)">{named}</circle>'
    elif role == "backup":
        shape = (
            f'<path d="M{x:.1f},{y - 6:.1f} l6,6 l-6,6 l-6,-6 z" fill="var(--card)" stroke="var(--accent)" '
            f'stroke-width="1.8">{named}</path>'
        )
    elif role == "left":
        shape = (
            f'<path d="M{x - 4.5:.1f},{y - 4.5:.1f} l9,9 m0,-9 l-9,9" stroke="var(--ink)" stroke-width="2" '
            f'fill="none">{named}</path>'
        )
    else:
        shape = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="none" stroke="var(--soft)" '
            f'stroke-width="1.3">{named}</circle>'
        )
    return shape


def _labels(chosen: Sequence[tuple[str, float, float]], others: Sequence[Box], height: int) -> list[str]:
    """Ids beside their marks, each at the place of eight that covers least: other labels and chosen marks first."""
    taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for _, x, y in chosen]
    found = []
    for id, x, y in chosen:
        wide = 8.6 * len(id)
        places = [
            (x + 9, y + 4), (x - 9 - wide, y + 4), (x - wide / 2, y - 10), (x - wide / 2, y + 19),
            (x + 6, y - 8), (x - 6 - wide, y - 8), (x + 6, y + 16), (x - 6 - wide, y + 16),
        ]  # fmt: skip
        inside = [p for p in places if p[0] >= 3 and p[0] + wide <= WIDTH - 3 and 13 <= p[1] <= height - 4]
        at = min(inside or places, key=lambda p: _covered(_box(p, wide), taken, others))
        taken.append(_box(at, wide))
        found.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{LABEL}" font-weight="600" stroke="var(--card)" '
            f'stroke-width="3" paint-order="stroke">{escape(id)}</text>'
        )
    return found


def _covered(box: Box, taken: Sequence[Box], others: Sequence[Box]) -> float:
    return sum(_overlap(box, b) for b in taken) + 0.2 * sum(_overlap(box, b) for b in others)


def _box(at: tuple[float, float], wide: float) -> Box:
    return at[0], at[1] - 11, at[0] + wide, at[1] + 2


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _legend(roles: Iterable[Role], top: int) -> list[str]:
    found = []
    for k, role in enumerate(roles):
        x, y = 14 + 170 * (k % 2), top + 12 + 22 * (k // 2)
        found.append(
            _mark(role, x, y, "") + f'<text x="{x + 14}" y="{y + 4}" font-size="{LABEL}">{LEGEND[role]}</text>'
        )
    return found


def _along(place: float | None, right: int, end: int) -> float:
    return float(end - 10) if place is None else 14 + place * (right - 14)


def _course(xs: Sequence[float], top: int, gap: int, style: str, id: str) -> str:
    points = " ".join(f"{x:.1f},{top + gap * k}" for k, x in enumerate(xs))
    return f'<polyline points="{points}" fill="none" {style}><title>{escape(id)}</title></polyline>'


def _spread(chosen: Sequence[Line], xs: dict[str, list[float]]) -> dict[str, list[float]]:
    """Places of the chosen, those that share one set side by side so that each can be followed."""
    found = {line.id: list(xs[line.id]) for line in chosen}
    count = len(chosen[0].places) if chosen else 0
    for axis in range(count):
        order = sorted(chosen, key=lambda line: (xs[line.id][axis], xs[line.id][max(axis - 1, 0)], line.id))
        for x in sorted({xs[line.id][axis] for line in order}):
            here = [line.id for line in order if xs[line.id][axis] == x]
            for k, id in enumerate(here):
                found[id][axis] = min(max(x + (k - (len(here) - 1) / 2) * 7, 6.0), WIDTH - 6.0)
    return found


def _ticks(scale: Scale, y: int, right: int, end: int, has_missing: bool) -> str:
    room = min((b[0] - a[0] for a, b in pairwise(scale.ticks)), default=1.0) * (right - 14)
    rows = 1 if room >= 38 else 2
    most = max(int(room * rows / 6.6), 4)
    found = [
        f'<text x="12" y="{y - 9}" font-size="{LABEL}" font-weight="600" stroke="var(--card)" stroke-width="3" '
        f'paint-order="stroke">{escape(scale.name.replace("_", " "))}</text>'
    ]
    ticks = [*scale.ticks, *([(None, "missing")] if has_missing else [])]
    for k, (place, label) in enumerate(ticks):
        x = _along(place, right, end)
        anchor = "start" if place == 0 else "end" if place in (None, 1) else "middle"
        at = {"start": x - 4, "end": min(x + 10, WIDTH - 2.0), "middle": x}[anchor]
        found.append(
            f'<line x1="{x:.1f}" y1="{y - 4}" x2="{x:.1f}" y2="{y + 4}" stroke="var(--soft)" stroke-width="1.5"/>'
            f'<text x="{at:.1f}" y="{y + 17 + 13 * (k % rows)}" font-size="{TICK}" text-anchor="{anchor}" '
            f'stroke="var(--card)" stroke-width="3" paint-order="stroke">{_short(label.replace("_", " "), most)}</text>'
        )
    return "".join(found)


def _line_legend(roles: Iterable[str], top: int) -> list[str]:
    styles = {
        "chosen": 'stroke="var(--accent)" stroke-width="2.4"',
        "backup": 'stroke="var(--accent)" stroke-width="1.4" stroke-dasharray="2 4"',
        "passed_over": 'stroke="var(--soft)" stroke-width="0.8"',
    }
    words: dict[str, str] = {**LEGEND}
    return [
        f'<line x1="{10 + 112 * k}" y1="{top + 10}" x2="{34 + 112 * k}" y2="{top + 10}" {styles[role]}/>'
        f'<text x="{40 + 112 * k}" y="{top + 14}" font-size="{LABEL}">{words[role]}</text>'
        for k, role in enumerate(roles)
    ]


def _short(text: str, most: int) -> str:
    return escape(text if len(text) <= most else text[: most - 1] + "…")
