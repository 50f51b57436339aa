"""Pictures from data as accessible SVG: each has a title and a description, colours come from the page's theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

ROW = 30
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
