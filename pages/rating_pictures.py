"""Cases as rows of a picture: the mean rating of both roles, and a survey's mean with its interval beside it.

The roles are told apart by shape, a case that diverges by a heavy line and a word, never by colour alone; 360 wide, to
be read on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from math import ceil, floor

from markupsafe import Markup

from pages.svg import picture

WIDTH = 360
LINE = 28
TOP = 62
LABEL = 74
LOWEST, HIGHEST = 1, 5
"""Ratings run from 1 to 5."""
SOLID = 'fill="var(--accent)"'
BROKEN = ' stroke-dasharray="2.5 2"'


@dataclass(frozen=True, slots=True)
class PlottedScore:
    """A site's mean with its interval; one that may not stand for the site is drawn open."""

    mean: float
    low: float
    high: float
    may_stand: bool


@dataclass(frozen=True, slots=True)
class PlottedCase:
    """One row: the mean ratings of peers and organisation (None: not rated), and the score where there is one.

    `bare` says of each role whether its ratings cite no coding: it is drawn with a broken outline.
    """

    label: str
    peers: float | None
    organisation: float | None
    diverges: bool
    score: PlottedScore | None = None
    bare: tuple[bool, ...] = (False, False)


def rated(value: float | None) -> str:
    """`4`, `3.5`, `3.33`, halves away from zero (3.625 is `3.63`); a dash for what was not rated."""
    if value is None:
        return "–"
    return str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)).rstrip("0").rstrip(".")


def dot_plot(
    rows: Sequence[PlottedCase], key: str, title: str, *, roles: tuple[str, str] | None, scale: str = ""
) -> Markup:
    """The rows in their order: ratings of both `roles`, and with `scale` the scores, each in a panel of its own."""
    whole = (LABEL + 12, 340)
    left, right = ((LABEL + 4, 204), (234, 348)) if scale and roles else (whole, whole)
    bounds = _bounds(rows)
    height = TOP + LINE * len(rows) + 10
    parts = []
    if roles:
        parts += [_legend(*roles), *_axis(right, (LOWEST, HIGHEST), height, "Ratings, 1 to 5")]
    if scale:
        parts += _axis(left, bounds, height, "Survey mean, interval")
    for number, row in enumerate(rows):
        y = TOP + LINE * number + LINE / 2
        weight = ' font-weight="700"' if row.diverges else ""
        star = "*" if any(row.bare) else ""
        parts.append(f'<text x="0" y="{y + 4:.1f}" font-size="12.5"{weight}>{escape(row.label)}{star}</text>')
        if scale:
            parts.append(_score(row.score, y, left, bounds))
        parts.append(_ratings(row, y, right))
    said = " ".join(_said(row, roles, with_score=bool(scale)) for row in rows)
    return picture(WIDTH, height, key, title, said, parts)


def _bounds(rows: Sequence[PlottedCase]) -> tuple[int, int]:
    """Whole numbers around every interval, so that none is cut off."""
    scores = [row.score for row in rows if row.score]
    low, high = min((s.low for s in scores), default=1.0), max((s.high for s in scores), default=5.0)
    return floor(low), max(ceil(high), floor(low) + 1)


def _at(value: float, panel: tuple[int, int], bounds: tuple[int, int]) -> float:
    return panel[0] + (panel[1] - panel[0]) * (value - bounds[0]) / (bounds[1] - bounds[0])


def _legend(peers: str, organisation: str) -> str:
    second = 26 + 7.2 * len(peers)
    return (
        f'<circle cx="7" cy="9" r="5" fill="var(--accent)"/><text x="17" y="13" font-size="12">{escape(peers)}</text>'
        f'{_diamond(second + 8, 9)}<text x="{second + 21:.0f}" y="13" font-size="12">{escape(organisation)}</text>'
    )


def _axis(panel: tuple[int, int], bounds: tuple[int, int], height: float, name: str) -> list[str]:
    """The name of the panel, a thin line for every few whole numbers, and the number above it."""
    step = max(1, (bounds[1] - bounds[0]) // 4)
    parts = [f'<text x="{panel[0]}" y="36" font-size="11" style="fill:var(--soft)">{escape(name)}</text>']
    for value in range(bounds[0], bounds[1] + 1, step):
        x = _at(value, panel, bounds)
        parts.append(f'<path d="M{x:.1f},{TOP - 6} V{height - 8}" stroke="var(--line)"/>')
        where = f'x="{x:.1f}" y="{TOP - 10}" font-size="11" text-anchor="middle"'
        parts.append(f'<text {where} style="fill:var(--soft)">{value}</text>')
    return parts


def _score(score: PlottedScore | None, y: float, panel: tuple[int, int], bounds: tuple[int, int]) -> str:
    if score is None:
        return f'<text x="{panel[0] + 6}" y="{y + 4:.1f}" font-size="11" style="fill:var(--soft)">no mean</text>'
    low, mean, high = (_at(value, panel, bounds) for value in (score.low, score.mean, score.high))
    fill = "var(--ink)" if score.may_stand else "var(--card)"
    return (
        f'<path d="M{low:.1f},{y} H{high:.1f}" stroke="var(--soft)" stroke-width="2"/>'
        f'<circle cx="{mean:.1f}" cy="{y}" r="5" fill="{fill}" stroke="var(--ink)" stroke-width="1.5"/>'
    )


def _ratings(row: PlottedCase, y: float, panel: tuple[int, int]) -> str:
    drawn = []
    places = [None if v is None else _at(v, panel, (LOWEST, HIGHEST)) for v in (row.peers, row.organisation)]
    peers, organisation = places
    if peers is not None and organisation is not None and peers != organisation:
        width = 4 if row.diverges else 1.5
        drawn.append(f'<path d="M{peers:.1f},{y} H{organisation:.1f}" stroke="var(--soft)" stroke-width="{width}"/>')
    if organisation is not None:
        drawn.append(_diamond(organisation, y, is_bare=row.bare[1]))
    if peers is not None:
        look = f'fill="var(--card)" stroke="var(--accent)" stroke-width="2"{BROKEN}' if row.bare[0] else SOLID
        drawn.append(f'<circle cx="{peers:.1f}" cy="{y}" r="5" {look}/>')
    return "".join(drawn)


def _diamond(x: float, y: float, *, is_bare: bool = False) -> str:
    return (
        f'<path d="M{x - 9:.1f},{y} L{x:.1f},{y - 9} L{x + 9:.1f},{y} L{x:.1f},{y + 9} Z" fill="var(--card)" '
        f'stroke="var(--ink)" stroke-width="1.5"{BROKEN if is_bare else ""}/>'
    )


def _said(row: PlottedCase, roles: tuple[str, str] | None, *, with_score: bool) -> str:
    """The row in words."""
    words = [f"{role} {rated(v)}" for role, v in zip(roles or (), (row.peers, row.organisation), strict=False)]
    words += ["diverges"] if row.diverges else []
    words += [f"no coding cited for {role}" for role, is_bare in zip(roles or (), row.bare, strict=False) if is_bare]
    if with_score and row.score:
        words.append(f"survey mean {row.score.mean:.2f} ({row.score.low:.2f} to {row.score.high:.2f})")
        words += [] if row.score.may_stand else ["which may not stand for the site"]
    elif with_score:
        words.append("no survey mean")
    return f"{row.label}: {', '.join(words)}."
