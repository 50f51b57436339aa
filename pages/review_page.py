"""The strings that may be names as one page for the team, on which each can be decided; it saves a CSV, sends nothing.

It holds strings and words of participants: it belongs under restricted/ and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.layout import render

SAVED = "string_decisions.csv"


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """The string where it stands, with some words around it."""

    where: str
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class ReviewString:
    """One string to decide on: what it is taken for, in how many files and places, and how it is used."""

    string: str
    kind: str
    found_in: str
    contexts: tuple[ReviewContext, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """The strings of one family."""

    title: str
    strings: tuple[ReviewString, ...]


@dataclass(frozen=True, slots=True)
class DecidedString:
    """A string somebody decided on: `decision` is name or not_a_name."""

    string: str
    decision: str
    person: str
    day: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Everything on the page; `more` open and `more_decided` strings did not fit on it; `made_from` is a digest."""

    title: str
    study: str
    synthetic: bool
    day: str
    groups: tuple[ReviewGroup, ...] = ()
    more: int = 0
    decided: tuple[DecidedString, ...] = ()
    more_decided: int = 0
    made_from: str = ""

    @property
    def count(self) -> int:
        """How many open strings are on the page."""
        return sum(len(group.strings) for group in self.groups)


def review_page(page: ReviewPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render("review_page.html", title=f"Strings to review: {page.title}", page=page, saved=SAVED)


def made_from(page: bytes) -> str:
    """The digest a page was made from; empty for bytes that are no such page."""
    _, found, rest = page.partition(b'<meta name="made-from" content="')
    return rest.partition(b'"')[0].decode("ascii", "replace") if found else ""
