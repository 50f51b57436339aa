"""Decisions on strings brought into the trail, and the page on which the open ones are listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple
from itertools import groupby

from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.contexts import Context
from evidence.open_strings import Hit, OpenString
from pages.layout import plural
from pages.review_page import (
    DecidedString,
    ReviewContext,
    ReviewGroup,
    ReviewPage,
    ReviewString,
    made_from,
    review_page,
)
from study import Fact
from study.event import local_day
from study.objects import NotStored
from tasks.review import FAMILIES, Contexts, first_contexts, found_in, kind_in_words, strings_to_review
from tasks.string_decisions import StringDecision, read_rows, refused_decisions, review_facts
from tasks.workspace import Workspace, software_version

PAGE = "review.html"
ON_PAGE = 300
"""Open strings on the page, and decisions; it is read by people."""

EACH, WIDTH = 3, 60


@task(name="read decisions on strings", cache_policy=NO_CACHE)
def pending_reviews(place: Workspace) -> list[Fact]:
    """The decisions on strings that the trail does not hold yet."""
    return review_facts(place)


@task(name="write the review page", cache_policy=NO_CACHE)
def write_review_page(place: Workspace, *, is_changed: bool = True) -> int | None:
    """Write restricted/review.html unless it is as it would be; how many strings are open.

    None, with nothing looked at, where nothing `is_changed` by the run and the page is there.
    """
    if not is_changed and _page_there(place):
        return None
    return page_written(place)


def page_written(place: Workspace) -> int:
    """The same without Prefect."""
    strings = strings_to_review(place)
    rows = read_rows(place).decisions
    inputs = _inputs(place, strings, rows)
    there = _page_there(place)
    if not there and not strings and not rows:
        return 0
    if made_from(there) == inputs:
        return len(strings)
    place.restricted.put(PAGE, review_page(_page(place, strings, rows, inputs)))
    return len(strings)


def reviewed_said(place: Workspace, recorded: Sequence[Fact], still_open: int | None) -> tuple[str, ...]:
    """What to tell who reviewed, in counts, and who decided how surely."""
    by_me = sum(fact.subject[0].id == place.actor.id for fact in recorded)
    how = "signed" if place.actor.assurance == "signed" or place.trail.actor.assurance == "signed" else "declared only"
    lines = [
        f"Decisions on strings recorded: {len(recorded)}{f', {by_me} by {place.actor.id} ({how})' if by_me else ''}."
    ]
    if refused := refused_decisions(place):
        lines.append(f"Not counted, because who decided may not decide on strings: {refused}.")
    if recorded:
        lines.append("They take effect when the transcripts are checked again: run validate-transcripts.")
    if still_open is not None:
        lines.append(f"{plural(still_open, 'string is', 'strings are')} still open.")
    return tuple(lines)


def _page_there(place: Workspace) -> bytes:
    """The page as it is; empty when there is none."""
    try:
        return place.restricted.get(PAGE)
    except NotStored:
        return b""


def _inputs(place: Workspace, strings: Sequence[OpenString], rows: Sequence[StringDecision]) -> str:
    """A digest of what the page shows, kept in it: equal pages are not made again."""
    shown = [place.protocol.title, software_version(), [astuple(s) for s in strings], [astuple(r) for r in rows]]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _page(place: Workspace, strings: Sequence[OpenString], rows: Sequence[StringDecision], inputs: str) -> ReviewPage:
    listed = strings[:ON_PAGE]
    with Contexts(place, WIDTH) as contexts:
        around = first_contexts(contexts, listed, EACH) if listed else {}
    groups = tuple(
        ReviewGroup(FAMILIES[family], tuple(_string(one, around.get(one.key, [])) for one in of_family))
        for family, of_family in groupby(listed, key=lambda one: one.family)
    )
    last = list({row.folded: row for row in rows}.values())[::-1]
    decided = tuple(
        DecidedString(r.string, r.decision, r.person, f"{local_day(r.occurred, place.protocol.zone):%-d %B %Y}")
        for r in last[:ON_PAGE]
    )
    protocol = place.protocol
    return ReviewPage(
        protocol.title,
        protocol.id,
        protocol.synthetic,
        f"{place.today:%-d %B %Y}",
        groups,
        len(strings) - len(listed),
        decided,
        len(last) - len(decided),
        inputs,
    )


def _string(string: OpenString, around: Sequence[tuple[Hit, Context]]) -> ReviewString:
    shown = tuple(ReviewContext(f"{hit.path}, {hit.place}", c.before, c.found, c.after) for hit, c in around)
    return ReviewString(string.shown, kind_in_words(string), found_in(string), shown)
