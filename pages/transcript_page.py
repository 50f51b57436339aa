"""One transcript's page, out/transcripts/<id>.html, for the team: what to do next, what is open, how it was judged.

Input: one frozen `TranscriptPage`, made by a task. No word, name or label of the file and no flagged string is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from pages.layout import render
from pages.sample_section import Tone
from pages.transcript_pictures import course_picture, share_picture

State = Literal["passed", "failed", "unchecked", "not_applicable"]
Verdict = Literal["passed", "review", "blocked", "unreadable"]

VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    "passed": ("passed", "good"),
    "review": ("to review", "warn"),
    "blocked": ("blocked", "bad"),
    "unreadable": ("could not be read", "bad"),
}
STATES: dict[State, tuple[str, Tone]] = {
    "failed": ("not met", "bad"),
    "unchecked": ("could not be checked", "bad"),
    "passed": ("met", "good"),
    "not_applicable": ("does not apply", "plain"),
}
SEVERITIES: dict[str, tuple[str, Tone]] = {
    "block": ("blocks", "bad"),
    "review": ("to review", "warn"),
    "inform": ("for information", "plain"),
}


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """An open query: what it means, where in the file, what to do, since which day, and the code that names it."""

    check: str
    title: str
    severity: Literal["block", "review", "inform"]
    means: str
    where: str
    todo: str
    since: str
    code: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A station of the way from recording to coding: `day` is empty while it is not reached; `note` says why or how."""

    label: str
    day: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of one file: its measured value and its threshold as people read them, empty where there is none."""

    check: str
    title: str
    state: State
    severity: Literal["block", "review", "inform"]
    value: str = ""
    threshold: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which nobody speaks: from which minute, how long, and the turn after it; `is_long` beyond the
    threshold."""

    start_s: float
    length_s: float
    turn: int
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the guide in the guide's own words: whether it had to be asked, the turn where it was traced (None:
    not traced), how well it fits there (0 to 1), and the guide's keywords that were said."""

    id: str
    text: str
    is_required: bool
    turn: int | None = None
    score: float | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that lies there for the transcript: how it was judged and how it sounds."""

    name: str
    format: str
    verdict: Verdict
    checks: tuple[CheckLine, ...] = ()
    words: tuple[tuple[str, int], ...] = ()
    seconds: float | None = None
    course: str = ""
    silences: tuple[Silence, ...] = ()
    guide: tuple[Asked, ...] = ()

    def of(self, *states: State) -> tuple[CheckLine, ...]:
        """The checks that came out in one of these ways."""
        return tuple(line for state in states for line in self.checks if line.state == state)

    @property
    def drawn(self) -> tuple[tuple[float, float, bool], ...]:
        """The times without a word as the picture draws them."""
        return tuple((gap.start_s, gap.length_s, gap.is_long) for gap in self.silences)

    @property
    def key(self) -> str:
        """What tells the file's pictures apart from another's on the page."""
        return "".join(c if c.isalnum() else "-" for c in self.name)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history: the day, what happened, who did it."""

    day: str
    what: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """Everything the page shows; `next` are sentences, the most urgent first; `verdict` is None where no file is there;
    `label` is what people read where the id is no interview's.

    It names no day of its own: a page whose transcript did not change is not written again.
    """

    study: str
    synthetic: bool
    id: str
    verdict: Verdict | None
    next: tuple[str, ...]
    steps: tuple[Step, ...]
    queries: tuple[OpenQuery, ...] = ()
    files: tuple[FileReport, ...] = ()
    history: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = field(default=())
    label: str = ""

    @property
    def to_act_on(self) -> tuple[tuple[OpenQuery, ...], ...]:
        """The queries somebody has to act on, those of one check together, in the order they come."""
        return _grouped(query for query in self.queries if query.severity != "inform")

    @property
    def to_know(self) -> tuple[tuple[OpenQuery, ...], ...]:
        """The queries that only inform, likewise."""
        return _grouped(query for query in self.queries if query.severity == "inform")


def _grouped(queries: Iterable[OpenQuery]) -> tuple[tuple[OpenQuery, ...], ...]:
    return tuple(tuple(group) for _, group in groupby(queries, key=lambda query: query.check))


def transcript_page(page: TranscriptPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render(
        "transcript_page.html",
        title=f"Transcript {page.label or page.id}",
        page=page,
        verdicts=VERDICTS,
        states=STATES,
        severities=SEVERITIES,
        share_picture=share_picture,
        course_picture=course_picture,
        duration=duration,
        clock=clock,
    )


def duration(seconds: float) -> str:
    """`45 s`, `2 min 5 s`, `1 h 2 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def clock(seconds: float) -> str:
    """A place in a recording: `4:05`, `1:02:09`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
