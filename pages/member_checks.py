"""The page on member checking for the team, and the same numbers as readers outside the team may see them.

No participant is named and none of their words stand here: comments stay in replies/, reasons in the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.flow_picture import flow_picture
from pages.layout import render
from pages.suppression import suppress_flow, suppress_steps, suppress_table
from pages.svg import Box
from trustworthiness.member_check_account import VERDICTS, Account, OfTheme

WORDS: Mapping[str, str] = {
    "fits": "This fits",
    "partly": "Partly",
    "does_not": "Does not fit",
    "not_answered": "Not answered",
}
CHANGES: Mapping[str, str] = {"made": "Changed", "not_made": "Not changed, with the reason"}


@dataclass(frozen=True, slots=True)
class Change:
    """What came of a doubt: the theme, made or not_made, the day, and what it led to ("" where nothing is named)."""

    theme: str
    change: str
    day: str
    led_to: str = ""


@dataclass(frozen=True, slots=True)
class Released:
    """Who released how many packets, and how sure it is that it was they."""

    by: str
    packets: int
    assurance: str


@dataclass(frozen=True, slots=True)
class Open:
    """A query on member checking: severity, what is checked, where, what to do."""

    severity: str
    title: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class MemberChecksPage:
    """What the page shows; `plain` is theme id → plain words, `to_do` sentences with counts, `lists` paths of files."""

    study: str
    title: str
    synthetic: bool
    day: str
    account: Account
    plain: Mapping[str, str]
    changes: tuple[Change, ...] = ()
    releases: tuple[Released, ...] = ()
    queries: tuple[Open, ...] = ()
    to_do: tuple[str, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedTheme:
    """What replies say of a theme, None where it would rest on too few people; `asked` are all the replies."""

    theme: str
    verdicts: tuple[int | None, ...]
    asked: int | None


@dataclass(frozen=True, slots=True)
class PublishedAccount:
    """The account for readers outside the team: no number rests on fewer than k people, or gives one away."""

    flow: tuple[Box, ...]
    themes: tuple[PublishedTheme, ...]
    reminded: int | None
    quotes_back: int | None
    open_doubts: bool


def boxes_of(account: Account) -> tuple[Box, ...]:
    """The steps as boxes: why people left stands before the next one."""
    left: tuple[tuple[str, int], ...] = ()
    boxes = []
    for step in account.steps:
        boxes.append(Box(step.label, step.count, left))
        left = tuple((one.label, one.count) for one in step.left)
    return tuple(boxes)


def published_account(account: Account, k: int) -> PublishedAccount:
    """The account with small groups put together or left out (see suppression.py)."""
    flow = suppress_flow(boxes_of(account), k) if account.considered >= k else ()
    cells = [[getattr(theme, name) for name in VERDICTS] for theme in account.themes]
    shown = suppress_table(cells, k) if cells else []
    themes = tuple(
        PublishedTheme(theme.theme, tuple(row[: len(VERDICTS)]), row[-1])
        for theme, row in zip(account.themes, shown, strict=False)
    )
    sent = next(step.count for step in account.steps if step.id == "sent")
    reminded = account.beside[0].count
    by_steps = suppress_steps([sent, reminded], k)
    quotes = account.quotes_back if account.people_taking_back >= k or not account.quotes_back else None
    return PublishedAccount(flow, themes, by_steps[1], quotes, account.open_doubts > 0)


def member_checks_page(page: MemberChecksPage) -> bytes:
    """The page as one HTML file."""
    boxes = boxes_of(page.account)
    return render(
        "member_checks.html",
        title=f"Member checking: {page.title}",
        page=page,
        boxes=boxes,
        flow=flow_picture(boxes, key="member-checks", title="From interview to a closed member check"),
        verdicts=[WORDS[name] for name in VERDICTS],
        themes=[(theme, page.plain.get(theme.theme, ""), _cells(theme)) for theme in page.account.themes],
        change_words=CHANGES,
        percent=percent,
    )


def _cells(theme: OfTheme) -> Sequence[tuple[str, int, int]]:
    return [(WORDS[name], getattr(theme, name), theme.asked) for name in VERDICTS]


def percent(count: int, of: int) -> str:
    """`3 of 7 (43 %)`; without a share where there is nothing to divide by."""
    return f"{count} of {of} ({count / of:.0%})".replace("%", "\u00a0%") if of else f"{count} of {of}"
