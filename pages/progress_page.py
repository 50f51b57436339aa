"""Progress on one day as a page that a funder or a board can read and print.

Input: one frozen `ProgressPage`, which holds for its audience only what that audience may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pages.flow_picture import flow_picture
from pages.layout import render
from pages.svg import Box

Audience = Literal["team", "auditor", "public", "site"]
Tone = Literal["good", "warn", "bad", "plain"]
FOR: dict[Audience, str] = {
    "team": "for the study team",
    "auditor": "for auditors, boards and funders",
    "public": "for everybody",
    "site": "for the sites",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, its number in words, and its standing."""

    what: str
    value: str
    standing: str = ""
    tone: Tone = "plain"
    more: str = ""


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """Everything the page shows; `k` is the fewest people behind a number, 0 on the team's own page."""

    title: str
    study: str
    synthetic: bool
    audience: Audience
    day: str
    as_known_then: bool
    k: int
    counts: tuple[Line, ...]
    flow: tuple[Box, ...]
    targets: tuple[Line, ...]
    sites: tuple[Line, ...]
    obligations: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def progress_page(page: ProgressPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "progress.html",
        title=f"Progress: {page.title}",
        page=page,
        audience=FOR[page.audience],
        flow=flow_picture(page.flow, key="flow", title="Flow of participants") if page.flow else "",
    )
