"""Pictures of transcripts: who speaks how much, who speaks when, and how a measurement spreads over all of them.

Parts are told apart by their label and place, never by colour alone; 360 wide, to be read on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby

from markupsafe import Markup

from pages.svg import picture

WIDTH = 360
COLOURS = {"interviewer": "var(--soft)", "participant": "var(--accent)", "other": "var(--warn)"}
_NAMES = {"i": "interviewer", "p": "participant", "o": "other"}
_ROWS = ("interviewer", "participant", "other")
BINS = 18


def share_picture(words: Sequence[tuple[str, int]], *, key: str) -> Markup:
    """The words each role speaks as one bar, with the shares beneath it."""
    total = sum(count for _, count in words) or 1
    shown = [(role, count, count / total) for role, count in words if count]
    marks, x = [], 0.0
    for i, (role, count, share) in enumerate(shown):
        width = WIDTH * share
        marks.append(
            f'<rect x="{x:.1f}" y="2" width="{max(width - 1, 1):.1f}" height="22" rx="3" fill="{COLOURS[role]}"/>'
            f'<rect x="0" y="{34 + 22 * i}" width="12" height="12" rx="2" fill="{COLOURS[role]}"/>'
            f'<text x="20" y="{45 + 22 * i}" font-size="14">{_said(role)}: {share:.0%} ({count:,} words)</text>'
        )
        x += width
    said = "; ".join(f"{_said(role)} {share:.0%}" for role, _, share in shown)
    return picture(WIDTH, 34 + 22 * len(shown), f"share-{key}", "Who speaks how many of the words", said, marks)


def course_picture(course: str, seconds: float, silences: Sequence[tuple[float, float, bool]], *, key: str) -> Markup:
    """Who speaks when, a row a role; times without a word (start, length in s, whether too long) in the last row."""
    rows = [role for role in _ROWS if role[0] in course]
    part, left = (WIDTH - 92) / max(len(course), 1), 92
    marks: list[str] = []
    for row, role in enumerate(rows):
        marks.append(f'<text x="0" y="{22 * row + 15}" font-size="13">{_said(role)}</text>')
        at = 0
        for letter, run in groupby(course):
            length = len(list(run))
            if _NAMES.get(letter) == role:
                x = left + at * part
                marks.append(
                    f'<rect x="{x:.1f}" y="{22 * row + 3}" width="{length * part:.1f}" height="15" '
                    f'fill="{COLOURS[role]}"/>'
                )
            at += length
    y = 22 * len(rows)
    if silences:
        marks.append(f'<text x="0" y="{y + 15}" font-size="13">nobody</text>')
        for start, lasts, is_long in silences:
            x, width = left + (WIDTH - left) * start / seconds, (WIDTH - left) * lasts / seconds
            colour = "var(--bad)" if is_long else "var(--line)"
            marks.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{max(width, 2):.1f}" height="15" fill="{colour}"/>')
        y += 22
    marks.append(f'<path d="M{left},{y + 2} H{WIDTH}" stroke="var(--soft)"/>')
    for share in (0.0, 0.5, 1.0):
        anchor = ("start", "middle", "end")[int(share * 2)]
        marks.append(
            f'<text x="{left + share * (WIDTH - left):.0f}" y="{y + 18}" font-size="12" text-anchor="{anchor}">'
            f"{_minutes(seconds * share)}</text>"
        )
    long = sum(is_long for _, _, is_long in silences)
    said = f"{_minutes(seconds)} of recording; times without a word that are too long: {long}."
    return picture(WIDTH, y + 26, f"course-{key}", "Who speaks when", said, marks)


def spread_picture(
    values: Sequence[float], limits: Sequence[float], *, key: str, title: str, unit: str, most: float | None = None
) -> Markup:
    """How a measurement spreads: a histogram, with a dashed line at each limit; values beyond `most` in the last bar.

    `most` is the largest value an axis may show; without it the largest value or limit.
    """
    top = max([*values, *(1.05 * limit for limit in limits)]) or 1.0
    high = _round_up(top if most is None else min(top, most))
    counts = [0] * BINS
    for value in values:
        counts[min(max(int(BINS * value / high), 0), BINS - 1)] += 1
    tallest, room, base = max(counts) or 1, 84, 104
    bar = WIDTH / BINS
    marks = [
        f'<rect x="{i * bar + 1:.1f}" y="{base - height:.1f}" width="{bar - 2:.1f}" height="{height:.1f}" rx="2" '
        'fill="var(--accent)"/>'
        for i, count in enumerate(counts)
        if (height := max(room * count / tallest, 3 if count else 0))
    ]
    marks.append(f'<path d="M0,{base} H{WIDTH}" stroke="var(--soft)"/>')
    for limit in limits:
        if limit <= high:
            x = WIDTH * limit / high
            anchor = "start" if x < 40 else "end" if x > WIDTH - 40 else "middle"
            marks.append(
                f'<path d="M{x:.1f},14 V{base}" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 3"/>'
                f'<text x="{x:.1f}" y="11" font-size="12" text-anchor="{anchor}">{_number(limit, unit)}</text>'
            )
    more = "+" if top > high else ""
    marks.append(
        f'<text x="0" y="{base + 16}" font-size="12">{_number(0, unit)}</text>'
        f'<text x="{WIDTH}" y="{base + 16}" font-size="12" text-anchor="end">{_number(high, unit)}{more}</text>'
    )
    beyond = sum(not _within(value, limits) for value in values)
    said = f"{len(values)} transcripts, from {_number(min(values), unit)} to {_number(max(values), unit)}; "
    said += f"beyond the limits: {beyond}."
    return picture(WIDTH, base + 22, f"spread-{key}", title, said, marks)


def _within(value: float, limits: Sequence[float]) -> bool:
    if len(limits) > 1:
        return min(limits) <= value <= max(limits)
    return not limits or value <= limits[0]


def _round_up(value: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _number(value: float, unit: str) -> str:
    return f"{value:.0%}" if unit == "%" else f"{value:g}"


def _said(role: str) -> str:
    return escape("others" if role == "other" else role)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h" if minutes >= 60 else f"{minutes} min"
