"""What is due today, for the coordinator: one line a thing, each with how to act. No participant codes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from pages.layout import render

Tone = Literal["bad", "warn", "plain"]
GROUPS = ("People", "Consent", "Withdrawals", "Recordings", "Sites", "Obligations")


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing due: of which group, what, how many, since or by which day, how to act and with which command or file.

    `tone` is bad for what is late or stops the study, warn for what is due, plain for what is coming.
    """

    group: str
    what: str
    count: int
    day: str
    how: str
    where: str = ""
    tone: Tone = "warn"


@dataclass(frozen=True, slots=True)
class DueSection:
    """Everything due on a day; `notes` say what is held back, `lists` which files under restricted/ name the people."""

    lines: tuple[DueLine, ...] = ()
    notes: tuple[str, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, tuple[DueLine, ...]], ...]:
        """The lines by group, in the order of GROUPS."""
        ordered = sorted(self.lines, key=lambda line: GROUPS.index(line.group))
        return tuple((group, tuple(lines)) for group, lines in groupby(ordered, key=lambda line: line.group))


@dataclass(frozen=True, slots=True)
class DuePage:
    """The section as a page of its own, for the coordinator: it is written anew whenever recruitment is read."""

    title: str
    study: str
    synthetic: bool
    day: str
    due: DueSection


def due_page(page: DuePage) -> bytes:
    """The page as one self-contained HTML file."""
    return render("due_page.html", title=f"Due today: {page.title}", page=page, due_words=WORDS)


WORDS: dict[Tone, str] = {"bad": "late", "warn": "due", "plain": "coming"}
