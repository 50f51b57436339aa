"""Saturation drawn: codes by interview with what changed in between, and the share of new codes in each run.

What is at or under the threshold is told apart by shape and by words, never by colour alone; 360 wide, for a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil

from markupsafe import Markup

from analysis.marks import Mark
from analysis.saturation import GuestSaturation
from pages.svg import picture

WIDTH = 360
LEFT, RIGHT, TOP, TALL = 38, 14, 22, 150
ROOM = WIDTH - LEFT - RIGHT
BASE = TOP + TALL
SIGN = {"guide": "G", "codebook": "C"}


def curve(found: GuestSaturation, marks: Sequence[Mark], key: str) -> Markup:
    """Bars of new codes and the line of all codes known, by interview; the base is shaded, marks stand between."""
    count = max(len(found.new_codes), 1)
    top = max(found.cumulative[-1] if found.cumulative else 0, 1)
    step = ROOM / count

    def y(value: float) -> float:
        return BASE - TALL * value / top

    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{step * min(found.base, count):.1f}" height="{TALL}" '
        'fill="var(--accent-soft)"/>',
        *_scale(top),
    ]
    for place, new in enumerate(found.new_codes):
        if new:
            parts.append(
                f'<rect x="{LEFT + step * (place + 0.15):.1f}" y="{y(new):.1f}" width="{step * 0.7:.1f}" '
                f'height="{BASE - y(new):.1f}" fill="var(--accent)"/>'
            )
    points = " ".join(f"{LEFT + step * (i + 0.5):.1f},{y(known):.1f}" for i, known in enumerate(found.cumulative))
    parts.append(f'<polyline points="{points}" fill="none" stroke="var(--ink)" stroke-width="2"/>')
    parts += _marks(marks, step)
    parts += _interviews(count, step)
    return picture(
        WIDTH, BASE + 34, key, "New codes and all codes known, by interview", _curve_said(found, marks), parts
    )


def ratios(found: GuestSaturation, key: str) -> Markup:
    """The share of new codes in each run, a dot where it is at or under the threshold and a square where above."""
    count = max(len(found.new_codes), 1)
    top = ceil(max(*found.ratios, found.threshold * 1.5, 0.1) * 10) / 10
    step = ROOM / count

    def y(value: float) -> float:
        return BASE - TALL * value / top

    parts = [*_percent_scale(top)]
    limit = y(found.threshold)
    parts.append(
        f'<path d="M{LEFT},{limit:.1f} H{LEFT + ROOM}" stroke="var(--bad)" stroke-width="1.5" stroke-dasharray="4 3"/>'
        f'<text x="{LEFT + ROOM}" y="{limit - 5:.1f}" font-size="12" text-anchor="end">'
        f"threshold {_share(found.threshold)}</text>"
    )
    for place, ratio in enumerate(found.ratios):
        x = LEFT + step * (found.base + place + found.run / 2)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y(ratio):.1f}" r="5" fill="var(--accent)"/>'
            if ratio <= found.threshold
            else f'<rect x="{x - 4.5:.1f}" y="{y(ratio) - 4.5:.1f}" width="9" height="9" fill="none" '
            'stroke="var(--accent)" stroke-width="2"/>'
        )
    parts += _interviews(count, step)
    listed = "; ".join(
        f"{found.base + place + 1} to {found.base + place + found.run}: {_share(ratio)}"
        for place, ratio in enumerate(found.ratios)
    )
    said = f"Share of new codes by run of interviews, threshold {_share(found.threshold)}: {listed}."
    return picture(WIDTH, BASE + 34, key, "New codes in each run as a share of those in the base", said, parts)


def _scale(top: int) -> list[str]:
    """The axis of codes: none, half and all, in whole numbers."""
    values = sorted({0, top // 2, top})
    return [_line(BASE - TALL * value / top, str(value)) for value in values]


def _percent_scale(top: float) -> list[str]:
    return [_line(BASE - TALL * share, _share(top * share)) for share in (0.0, 0.5, 1.0)]


def _line(y: float, text: str) -> str:
    return (
        f'<path d="M{LEFT},{y:.1f} H{LEFT + ROOM}" stroke="var(--line)"/>'
        f'<text x="{LEFT - 5}" y="{y + 4:.1f}" font-size="12" text-anchor="end">{escape(text)}</text>'
    )


def _marks(marks: Sequence[Mark], step: float) -> list[str]:
    """A dashed line at each mark; letters of marks that would cover each other stand in two rows."""
    parts, last = [], -99.0
    low = False
    for mark in marks:
        x = LEFT + step * mark.after
        low = not low if x - last < 12 else False
        last = x
        parts.append(
            f'<path d="M{x:.1f},{TOP} V{BASE}" stroke="var(--warn)" stroke-width="1.5" stroke-dasharray="4 3"/>'
            f'<text x="{x:.1f}" y="{TOP - 12 if low else TOP - 3}" font-size="12" text-anchor="middle" '
            f'font-weight="700">{SIGN[mark.kind]}</text>'
        )
    return parts


def _interviews(count: int, step: float) -> list[str]:
    """The axis of interviews: the first, the last and those between at a readable distance."""
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if step * n >= 20 or n == 1000)
    shown = [n for n in range(1, count + 1) if n % every == 0 or (n == 1 and every > 2)]
    return [
        *(
            f'<text x="{LEFT + step * (n - 0.5):.1f}" y="{BASE + 15}" font-size="12" text-anchor="middle">{n}</text>'
            for n in shown
        ),
        f'<text x="{LEFT + ROOM / 2}" y="{BASE + 31}" font-size="12" text-anchor="middle">interview</text>',
    ]


def _curve_said(found: GuestSaturation, marks: Sequence[Mark]) -> str:
    new = ", ".join(map(str, found.new_codes))
    known = found.cumulative[-1] if found.cumulative else 0
    between = "".join(
        f" After interview {mark.after}: {'guide' if mark.kind == 'guide' else 'codebook frozen,'} {mark.label}."
        for mark in marks
    )
    return f"New codes by interview: {new or 'none'}; {known} in all. The first {found.base} are the base.{between}"


def _share(value: float) -> str:
    return f"{100 * value:.3g}%"
