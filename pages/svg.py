"""Pictures from data as accessible SVG: each has a title and a description, colours come from the page's theme."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

ROW, GAP, PAD, LINE = 30, 26, 10, 18
LEFT, RIGHT, WIDTH = 300, 330, 680
BARS = 460  # narrow, so that its text stays readable on a phone


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a flow diagram: how many are in it, and why others left after the box before."""

    label: str
    count: int
    left: tuple[tuple[str, int], ...] = field(default=())


def bars(rows: Sequence[tuple[str, int]], *, title: str) -> Markup:
    """Horizontal bars, longest = the largest count; labels in front, counts behind."""
    top = max((count for _, count in rows), default=0) or 1
    label_width, room = 150, BARS - 150 - 50
    marks = []
    for i, (label, count) in enumerate(rows):
        y = i * ROW
        width = max(round(room * count / top), 2 if count else 0)
        marks.append(
            f'<text x="{label_width - 10}" y="{y + 20}" text-anchor="end" font-size="14">{escape(label)}</text>'
            f'<rect x="{label_width}" y="{y + 5}" width="{width}" height="20" rx="3" fill="var(--accent)"/>'
            f'<text x="{label_width + width + 8}" y="{y + 20}" font-size="14">{count:,}</text>'
        )
    said = "; ".join(f"{label}: {count}" for label, count in rows)
    return _drawing(BARS, max(len(rows) * ROW, ROW), title, said, marks)


def flow_diagram(boxes: Sequence[Box], *, title: str) -> Markup:
    """Boxes from top to bottom, what left on the right: each box is the one before minus its reasons."""
    marks: list[str] = []
    y = 1
    previous_bottom: int | None = None
    for box in boxes:
        lines = [f"{_clip(label, 40 - len(f'{count:,}'))}: {count:,}" for label, count in box.left]
        if previous_bottom is not None:
            side = _side(lines, previous_bottom) if lines else ""
            y = previous_bottom + max(GAP, len(lines) * LINE + 2 * PAD + 14 if lines else 0)
            marks += [_arrow(LEFT // 2, previous_bottom, LEFT // 2, y), side]
        marks.append(_box(1, y, LEFT - 2, ROW + PAD, [f"{box.label}: {box.count:,}"], bold=True))
        previous_bottom = y + ROW + PAD
    said = " ".join(
        f"{b.label}: {b.count}." + ("".join(f" Left before: {label} {n}." for label, n in b.left)) for b in boxes
    )
    return _drawing(WIDTH, (previous_bottom or ROW) + 2, title, said, marks)


def _side(lines: Sequence[str], top: int) -> str:
    y = top + 7
    height = len(lines) * LINE + 2 * PAD - 4
    middle = y + height // 2
    x = WIDTH - RIGHT
    return _arrow(LEFT // 2, middle, x, middle) + _box(x, y, RIGHT - 1, height, lines, bold=False)


def _box(x: int, y: int, width: int, height: int, lines: Sequence[str], *, bold: bool) -> str:
    stroke = "var(--accent)" if bold else "var(--line)"
    weight = ' font-weight="600"' if bold else ""
    first = y + (height - (len(lines) - 1) * LINE) // 2 + 5
    text = "".join(
        f'<text x="{x + 12}" y="{first + i * LINE}" font-size="14"{weight}>{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    shape = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="var(--card)" stroke="{stroke}"/>'
    return shape + text


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    if x1 == x2:
        head = f"M{x2 - 5},{y2 - 7} L{x2},{y2} L{x2 + 5},{y2 - 7}"
    else:
        head = f"M{x2 - 7},{y2 - 5} L{x2},{y2} L{x2 - 7},{y2 + 5}"
    return f'<path d="M{x1},{y1} L{x2},{y2} {head}" fill="none" stroke="var(--soft)" stroke-width="1.5"/>'


def _clip(text: str, width: int) -> str:
    return textwrap.shorten(text, width, placeholder="…") if len(text) > width else text


def _drawing(width: int, height: int, title: str, said: str, marks: Sequence[str]) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{escape(title)}. {escape(said)}">'
        f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
    )


def picture(width: int, height: int, key: str, title: str, said: str, marks: Sequence[str]) -> Markup:
    """A picture that fills its place: named by its title and described by `said`; `key` is unique on the page."""
    return Markup(
        f'<svg class="picture" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{key}-t {key}-d">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(said)}</desc>{"".join(marks)}</svg>'
    )


PAPER = {
    "--card": "#ffffff",
    "--ink": "#1d2429",
    "--soft": "#55616b",
    "--line": "#d9d5cb",
    "--accent": "#0b5a6b",
    "--accent-soft": "#d7e9ec",
}


def standalone(drawn: Markup) -> bytes:
    """A picture as an SVG file of its own, on white, for a place that does not know the pages' theme."""
    text = str(drawn)
    for name, colour in PAPER.items():
        text = text.replace(f"var({name})", colour)
    head = '<svg xmlns="http://www.w3.org/2000/svg" style="background:#ffffff" '
    style = f"<style>text{{font-family:system-ui,sans-serif;fill:{PAPER['--ink']}}}</style>"
    end = text.index(">") + 1
    return (head + text[5:end] + style + text[end:]).encode()
