"""The flow of participants drawn: a box a step, beneath it the reasons for which some are not in the next one.

Narrow enough to be read on a phone; long reasons are wrapped, never cut. Everything drawn is said in the description.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from pages.svg import Box, picture

WIDTH, LINE, PAD, GAP = 400, 19, 10, 13
MAIN = 290  # width of a step's box
SPINE, SIDE = 32, 56  # where the line runs down, where the reasons begin
LETTERS = {"main": 33, "side": 42}


def flow_picture(boxes: Sequence[Box], *, key: str, title: str) -> Markup:
    """Boxes from top to bottom; each holds the one before less the reasons between. `key` is unique on the page."""
    marks: list[str] = []
    y = 1
    for place, box in enumerate(boxes):
        if place:
            side = [line for label, count in box.left for line in _wrapped(f"{label}: {count:,}", LETTERS["side"])]
            height = len(side) * LINE + PAD if side else 0
            foot = y + GAP + (height + GAP if side else GAP)
            marks.append(_arrow(SPINE, y, SPINE, foot))
            if side:
                marks.append(_arrow(SPINE, y + GAP + height // 2, SIDE, y + GAP + height // 2))
                marks.append(_card(SIDE, y + GAP, WIDTH - SIDE - 1, height, side))
            y = foot
        lines = _wrapped(f"{box.label}: {box.count:,}", LETTERS["main"])
        marks.append(_card(1, y, MAIN, len(lines) * LINE + 2 * PAD, lines, is_step=True))
        y += len(lines) * LINE + 2 * PAD
    return picture(WIDTH, y + 2, key, title, said(boxes), marks)


def said(boxes: Sequence[Box]) -> str:
    """The diagram in words: each step with its people, then who left before the next."""
    return " ".join(
        ("Left before: " + "; ".join(f"{label} {count}" for label, count in box.left) + ". " if box.left else "")
        + f"{box.label}: {box.count}."
        for box in boxes
    )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=True) or [""]


def _card(x: int, y: int, width: int, height: int, lines: Sequence[str], *, is_step: bool = False) -> str:
    stroke = "var(--accent)" if is_step else "var(--line)"
    weight = ' font-weight="600"' if is_step else ""
    first = y + (height - len(lines) * LINE) // 2 + 14
    text = "".join(
        f'<text x="{x + 12}" y="{first + i * LINE}" font-size="14"{weight}>{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="var(--card)" stroke="{stroke}"/>{text}'
    )


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    down = x1 == x2
    head = (
        f"M{x2 - 5},{y2 - 7} L{x2},{y2} L{x2 + 5},{y2 - 7}"
        if down
        else f"M{x2 - 7},{y2 - 5} L{x2},{y2} L{x2 - 7},{y2 + 5}"
    )
    return f'<path d="M{x1},{y1} L{x2},{y2} {head}" fill="none" stroke="var(--soft)" stroke-width="1.5"/>'
