"""Replacements in a text: made, undone, joined, and moved between the text before them and the text after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Change(NamedTuple):
    """One replacement: `start` to `end` of the original text (characters, end excluded) become `replacement`.

    `turn` (0 outside the turns) with `turn_start` and `turn_end` is the same place in that turn's text, -1 where the
    turns do not show it. A part that the copy leaves out whole (`rule` TR065) has no place in the text: -1.
    """

    start: int
    end: int
    rule: str
    replacement: str
    turn: int = 0
    turn_start: int = -1
    turn_end: int = -1
    place: str = "text"


def applied(text: str, changes: Sequence[Change]) -> str:
    """The text with every change made."""
    made, at = [], 0
    for change in sorted(c for c in changes if c.start >= 0):
        made += [text[at : change.start], change.replacement]
        at = change.end
    return "".join([*made, text[at:]])


def undone(copy: str, changes: Sequence[Change], originals: Sequence[str]) -> str:
    """The inverse of `applied`, for who has what was replaced, in the order of the text."""
    made, at, moved = [], 0, 0
    for change, words in zip(sorted(c for c in changes if c.start >= 0), originals, strict=True):
        start = change.start + moved
        made += [copy[at:start], words]
        at = start + len(change.replacement)
        moved += len(change.replacement) - (change.end - change.start)
    return "".join([*made, copy[at:]])


def joined(changes: Sequence[Change], more: Sequence[Change]) -> tuple[Change, ...]:
    """Changes that do not overlap: of those that do one over the whole place; what was first decides what stands there.

    A hit that holds earlier ones takes its own words: the longer name names the person.
    """
    kept: list[Change] = []
    for change in sorted({*changes, *more}, key=lambda c: (c.start, -c.end, not c.replacement, c.rule)):
        if kept and change.start < kept[-1].end:
            last = kept[-1]
            wider = last if last.end - last.start >= change.end - change.start else change
            words = last.replacement or change.replacement
            kept[-1] = wider._replace(start=last.start, end=max(last.end, change.end), replacement=words)
        else:
            kept.append(change)
    return tuple(kept)


def neighbours_joined(base: str, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Neighbours with the same in their place, and nothing but space on one line between them, as one change."""
    kept: list[Change] = []
    for change in changes:
        last = kept[-1] if kept else None
        between = base[last.end : change.start] if last else ""
        same = last is not None and last.replacement == change.replacement and last.place == change.place == "text"
        if last is not None and same and between and not between.strip(" \t"):
            kept[-1] = last._replace(end=change.end)
        else:
            kept.append(change)
    return tuple(kept)


def moved_back(change: Change, changes: Sequence[Change]) -> Change:
    """A place in the text after the changes as a place before them; a replacement touched counts as a whole."""
    start, end, moved = change.start, change.end, 0
    first = last = None
    for made in changes:
        from_, to = made.start + moved, made.start + moved + len(made.replacement)
        if from_ < end and to > start:
            first, last = (made if first is None else first), made
        moved += len(made.replacement) - (made.end - made.start)
    begins = first.start if first and _after(first.start, changes) <= start else _before(start, changes)
    ends = last.end if last and end <= _after(last.start, changes) + len(last.replacement) else _before(end, changes)
    return change._replace(start=begins, end=ends)


def _after(position: int, changes: Sequence[Change]) -> int:
    """Where the start of a change is once the changes before it are made."""
    return position + sum(len(c.replacement) - (c.end - c.start) for c in changes if c.end <= position)


def _before(position: int, changes: Sequence[Change]) -> int:
    """The place in the original of a place in the copy that lies in no replacement."""
    for made in changes:
        if made.start + len(made.replacement) > position:
            break
        position -= len(made.replacement) - (made.end - made.start)
    return position
