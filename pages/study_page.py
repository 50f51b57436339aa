"""The study page, out/index.html: where the study stands, for the team.

Input: one frozen `StudyPage`; everything in it was folded from the trail or read from restricted/ by a task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pages.due_section import WORDS, DueSection
from pages.flow_picture import flow_picture
from pages.layout import render
from pages.recruitment_section import Sites, Target, site_pictures
from pages.sample_section import Stage, Tone, met, pictures, values_table
from pages.svg import Box, bars
from pages.trail_words import plain_limits


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the headline, with what it counts and where it is explained."""

    value: str
    label: str
    section: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One consent scope: for how many enrolled participants it is in force today."""

    scope: str
    in_force: int
    of: int


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """An open query as the team sees it."""

    check: str
    title: str
    severity: Literal["block", "review", "inform"]
    where: str
    message: str
    is_new: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class ClosedQuery:
    """A query no longer open, as the team sees it, and how that came about."""

    check: str
    title: str
    where: str
    how: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the run before."""

    new: int
    persisting: int
    resolved: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class TrailState:
    """The trail as the verifier found it."""

    verdict: Literal["PASS", "FAIL"]
    events: int
    size: int
    seals: int
    root: str
    faults: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Everything the study page shows."""

    title: str
    study: str
    synthetic: bool
    day: str
    tiles: tuple[Tile, ...]
    waiting: tuple[str, ...]
    stages: tuple[Stage, ...]
    funnel: tuple[tuple[str, int], ...]
    flow: tuple[Box, ...]
    targets: tuple[Target, ...]
    people: str
    coverage: tuple[Coverage, ...]
    consent_notes: tuple[str, ...]
    transcripts: tuple[tuple[str, int], ...]
    surveys: tuple[tuple[str, int], ...]
    changes: Changes
    queries: tuple[OpenQuery, ...]
    member_checks: tuple[tuple[str, int, int], ...]
    analysis: tuple[str, ...]
    trail: TrailState
    links: tuple[tuple[str, str], ...] = field(default=())
    closed: tuple[ClosedQuery, ...] = field(default=())
    due: DueSection = field(default=DueSection())
    sites: Sites = field(default=Sites())
    transcript_numbers: tuple[tuple[int, str], ...] = field(default=())
    survey_next: str = ""


SEVERITY: dict[str, tuple[str, Tone]] = {
    "block": ("blocks", "bad"),
    "review": ("to review", "warn"),
    "inform": ("for information", "plain"),
}


def study_page(page: StudyPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "study_page.html",
        title=page.title,
        page=page,
        severity=SEVERITY,
        pictures=pictures,
        values_table=values_table,
        met=met,
        limits=plain_limits(page.trail.limits),
        funnel=bars(page.funnel, title="Recruitment, step by step"),
        flow=flow_picture(page.flow, key="flow", title="Flow of participants"),
        site_pictures=site_pictures(page.sites),
        due_words=WORDS,
        blocking=[q for q in page.queries if q.severity == "block"],
        other=[q for q in page.queries if q.severity != "block"],
    )
