"""Pictures of a survey: how numbers lie between their limits, how often codes occur, what a scale does without an item.

What is outside its limits is told apart by hatching and by words, never by colour alone; 360 wide, to be read on a
phone. Each takes frozen values and a `key` that is unique on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

from markupsafe import Markup

from evidence.survey.histogram import Histogram
from pages.survey_words import label as plain
from pages.svg import picture

WIDTH = 360
LINE = 24
LETTERS = 24
Tone = Literal["plain", "bad", "soft"]
_FILL: dict[Tone, str] = {"plain": "var(--accent)", "bad": "var(--bad)", "soft": "var(--soft)"}


@dataclass(frozen=True, slots=True)
class Spread:
    """Numbers in bins, with the limits of a check (None: open); `unit` follows every number, `said` ends the text."""

    title: str
    histogram: Histogram
    low: float | None = None
    high: float | None = None
    unit: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """How many in each group, the ones that are not as they should be marked; `limit` is a share of all (0-1)."""

    title: str
    rows: tuple[tuple[str, int, Tone], ...]
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """One number a row on a common axis, with its interval where there is one, and a line at `limit`.

    `worse` says on which side of the line a number is marked.
    """

    title: str
    rows: tuple[tuple[str, float, tuple[float, float] | None], ...]
    limit: float | None = None
    limit_name: str = ""
    worse: Literal["below", "above", ""] = ""
    axis: tuple[float, float] | None = None


Plot = Spread | Bars | Marks


def drawn(plot: Plot, key: str) -> Markup:
    """The picture of any plot."""
    if isinstance(plot, Spread):
        return spread(plot, key)
    return bars(plot, key) if isinstance(plot, Bars) else marks(plot, key)


def spread(plot: Spread, key: str) -> Markup:
    """A histogram; bins wholly beyond a limit are hatched, a dashed line stands at each limit."""
    shape = plot.histogram
    ends = [shape.start, shape.end, *(e for e in (plot.low, plot.high) if e is not None and _is_near(e, shape))]
    first, last = min(ends), max(ends)
    side = 26 if shape.below or shape.above else 0
    left, room = (side if shape.below else 0), WIDTH - side * bool(shape.below) - side * bool(shape.above)
    base, tall = 112, 88
    top = max([*shape.counts, shape.below, shape.above]) or 1

    def x(value: float) -> float:
        return left + room * (value - first) / (last - first)

    parts = [_hatch(key)]
    for place, count in enumerate(shape.counts):
        lower, upper = shape.start + place * shape.width, shape.start + (place + 1) * shape.width
        out = (plot.low is not None and upper <= plot.low) or (plot.high is not None and lower > plot.high)
        parts.append(_column(x(lower), x(upper), count / top * tall, base, key if out else ""))
    far = bool(plot.low is not None or plot.high is not None)
    for count, at in ((shape.below, 0.0), (shape.above, WIDTH - 20.0)):
        if count:
            parts.append(_column(at, at + 20, count / top * tall, base, key if far else ""))
    parts.append(f'<path d="M0,{base} H{WIDTH}" stroke="var(--soft)"/>')
    for limit in (plot.low, plot.high):
        if limit is not None and first <= limit <= last:
            parts += _limit_line(x(limit), f"{number(limit)}{plot.unit}", base)
    parts.append(_ticks(shape, x(shape.start), x(shape.end), base, plot.unit))
    return picture(WIDTH, base + 22, key, plot.title, _spread_said(plot), parts)


def _is_near(limit: float, shape: Histogram) -> bool:
    """Whether a limit lies close enough to be drawn: an open range of 1 to 9999 would squeeze everything else."""
    reach = shape.end - shape.start
    return shape.start - reach <= limit <= shape.end + reach


def _column(x1: float, x2: float, height: float, base: float, hatched: str) -> str:
    if not height:
        return ""
    height, wide = max(height, 3), max(x2 - x1 - 1, 1)
    fill = f"url(#{hatched}-h)" if hatched else "var(--accent)"
    edge = ' stroke="var(--bad)"' if hatched else ""
    return (
        f'<rect x="{x1 + 0.5:.1f}" y="{base - height:.1f}" width="{wide:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{edge}/>'
    )


def _hatch(key: str) -> str:
    """Stripes for what is beyond a limit, so that it is told apart without colour."""
    return (
        f'<defs><pattern id="{key}-h" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" fill="var(--bad-soft)"/>'
        '<rect width="2.5" height="5" fill="var(--bad)"/></pattern></defs>'
    )


def _limit_line(x: float, text: str, base: float) -> list[str]:
    anchor = "start" if x < 30 else "end" if x > WIDTH - 30 else "middle"
    return [
        f'<path d="M{x:.1f},15 V{base}" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 3"/>',
        f'<text x="{x:.1f}" y="11" font-size="12" text-anchor="{anchor}">{escape(text)}</text>',
    ]


def _ticks(shape: Histogram, left: float, right: float, base: float, unit: str) -> str:
    """The ends of the bins beneath them; `less` and `more` beneath what lies far out."""
    start = "start" if left < 24 or not shape.below else "middle"
    text = [(left, start, number(shape.start) + unit), (right, "end", number(shape.end) + unit)]
    if shape.below:
        text.append((0, "start", "less"))
        text[0] = (max(left, 32), "start", text[0][2])
    if shape.above:
        text.append((WIDTH, "end", "more"))
        text[1] = (min(right, WIDTH - 34), "end", text[1][2])
    return "".join(
        f'<text x="{x:.0f}" y="{base + 16}" font-size="12" text-anchor="{anchor}">{escape(said)}</text>'
        for x, anchor, said in text
    )


def _spread_said(plot: Spread) -> str:
    shape = plot.histogram
    total = sum(shape.counts) + shape.below + shape.above
    most = max(range(len(shape.counts)), key=lambda i: shape.counts[i])
    lower = shape.start + most * shape.width
    said = f"{total:,} numbers; most often from {number(lower)} to {number(lower + shape.width)}{plot.unit}"
    limits = [f"{word} {number(e)}{plot.unit}" for word, e in (("from", plot.low), ("to", plot.high)) if e is not None]
    said += f"; allowed {' '.join(limits)}" if limits else ""
    far = [f"{count:,} far {word}" for word, count in (("below", shape.below), ("above", shape.above)) if count]
    return f"{said}{'; ' if far else ''}{', '.join(far)}. {plot.said}".strip()


def bars(plot: Bars, key: str) -> Markup:
    """Horizontal bars with label and count above each other, so that long labels are read whole."""
    total = sum(count for _, count, _ in plot.rows) or 1
    top = max((count for _, count, _ in plot.rows), default=0) or 1
    parts, left, room = [_hatch(key)], 152, WIDTH - 152 - 62
    for place, (label, count, tone) in enumerate(plot.rows):
        y = place * LINE
        wide = max(room * count / top, 2 if count else 0)
        fill = f'fill="url(#{key}-h)" stroke="var(--bad)"' if tone == "bad" else f'fill="{_FILL[tone]}"'
        parts.append(
            f'<text x="{left - 8}" y="{y + 16}" font-size="13" text-anchor="end">{escape(_short(label))}</text>'
            f'<rect x="{left}" y="{y + 4}" width="{wide:.1f}" height="16" rx="2" {fill}/>'
            f'<text x="{left + wide + 6:.1f}" y="{y + 16}" font-size="13">{count:,}</text>'
        )
    height = len(plot.rows) * LINE
    if plot.limit is not None and (x := left + room * plot.limit * total / top) <= WIDTH - 4:
        parts.append(
            f'<path d="M{x:.1f},0 V{height}" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 3"/>'
            f'<text x="{min(x, WIDTH - 40):.1f}" y="{height + 14}" font-size="12" text-anchor="middle">'
            f"at most {100 * plot.limit:.3g}%</text>"
        )
        height += 20
    said = "; ".join(f"{plain(label)}: {count:,}" for label, count, _ in plot.rows)
    limit = f"; at most {100 * plot.limit:.3g}% are allowed" if plot.limit is not None else ""
    return picture(WIDTH, max(height, LINE), key, plot.title, f"{said}{limit}.", parts)


def marks(plot: Marks, key: str) -> Markup:
    """A dot a row with its interval, and a dashed line at the limit; dots on the wrong side are squares."""
    low, high = plot.axis or _reach(plot)
    left, room = 152, WIDTH - 152 - 52
    parts: list[str] = []

    def x(value: float) -> float:
        return left + room * (min(max(value, low), high) - low) / (high - low)

    for place, (label, value, interval) in enumerate(plot.rows):
        y = place * LINE + 12
        off = bool(plot.limit is not None and _is_worse(value, plot.limit, plot.worse))
        colour = "var(--bad)" if off else "var(--accent)"
        parts.append(
            f'<text x="{left - 8}" y="{y + 5}" font-size="13" text-anchor="end">{escape(_short(label))}</text>'
            f'<text x="{WIDTH}" y="{y + 5}" font-size="13" text-anchor="end">{value:.2f}</text>'
        )
        if interval:
            parts.append(f'<path d="M{x(interval[0]):.1f},{y} H{x(interval[1]):.1f}" stroke="{colour}"/>')
        at = x(value)
        parts.append(
            f'<rect x="{at - 5:.1f}" y="{y - 5}" width="10" height="10" fill="{colour}"/>'
            if off
            else f'<circle cx="{at:.1f}" cy="{y}" r="5" fill="{colour}"/>'
        )
    height = len(plot.rows) * LINE
    parts.append(f'<path d="M{left},{height} H{left + room}" stroke="var(--line)"/>')
    if plot.limit is not None:
        at = x(plot.limit)
        parts.append(
            f'<path d="M{at:.1f},0 V{height}" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 3"/>'
            f'<text x="{at:.1f}" y="{height + 15}" font-size="12" text-anchor="middle">'
            f"{escape(plot.limit_name)} {plot.limit:.2f}</text>"
        )
        height += 20
    said = "; ".join(f"{plain(label)}: {value:.2f}{_between(interval)}" for label, value, interval in plot.rows)
    line = f"; {plot.limit_name} {plot.limit:.2f}" if plot.limit is not None else ""
    return picture(WIDTH, max(height, LINE), key, plot.title, f"{said}{line}.", parts)


def _reach(plot: Marks) -> tuple[float, float]:
    """From the lowest to the highest number shown, with some room on both sides."""
    ends = [value for _, value, _ in plot.rows] + [end for *_, interval in plot.rows for end in interval or ()]
    ends += [plot.limit] if plot.limit is not None else []
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = (high - low) * 0.08 or 0.5
    return low - room, high + room


def _is_worse(value: float, limit: float, worse: str) -> bool:
    return (worse == "below" and value < limit) or (worse == "above" and value > limit)


def _between(interval: tuple[float, float] | None) -> str:
    return f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else ""


def _short(label: str) -> str:
    label = plain(label)
    return label if len(label) <= LETTERS else f"{label[: LETTERS - 1]}…"


def number(value: float) -> str:
    """`7`, `1,200`, `0.25`."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
