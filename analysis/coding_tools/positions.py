"""Positions in a source's text: in what a tool counted them, found out by the text itself.

REFI-QDA 1.5 counts Unicode code points. Some tools count UTF-16 units (an emoji is two), some count a line end as two
characters (CR LF) where the text they export has one, or the reverse. Where all ways give the same words it does not
matter; where they do not, the way stands under which most selections begin with a word, end with one, and hold what
they are named after. Of ways that are as good the usual one is taken, and what other words another way would give is
told.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.words import cuts_word, words

COUNTED = {
    (1, 1): "code points",
    (1, 2): "code points, with each line end as two",
    (2, 1): "UTF-16 units",
    (2, 2): "UTF-16 units, with each line end as two",
}
"""Ways of counting, by what a character beyond U+FFFF and what a line end count."""
_NAMED = 3
"""Letters a selection's name must have to say anything."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One selection as a project file has it: positions as written, the end not included, and its name."""

    begin: int
    finish: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """The places of selections in code points of the text (None where there is no such place), and how they were
    counted: a value of COUNTED, "" where it does not matter. `doubtful` are the positions in `places` of selections
    that hold other words in a way that is as good."""

    places: tuple[tuple[int, int] | None, ...]
    counted: str = ""
    doubtful: tuple[int, ...] = ()


def one_line_end(text: str) -> str:
    """The text with every line end as one LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def placed(raw: str, selections: Sequence[Selection]) -> Placed:
    """Where the selections lie in `one_line_end(raw)`, each widened to whole words."""
    text = one_line_end(raw)
    usual = (1, 2 if "\r\n" in raw else 1)
    ways = [usual, *(way for way in COUNTED if way != usual)]
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    beyond, ends = points > 0xFFFF, points == 0x0A
    tried: dict[tuple[tuple[int, int] | None, ...], tuple[int, int]] = {}
    for way in ways:
        if (way[0] == 2 and not beyond.any()) or (way[1] == 2 and not ends.any()):
            continue
        counts = 1 + (way[0] - 1) * beyond + (way[1] - 1) * ends
        tried.setdefault(_places(np.concatenate(([0], np.cumsum(counts))), selections), way)
    scores = {places: _score(text, selections, places) for places in tried}
    best = max(tried, key=lambda places: scores[places])
    whole, *others = (
        tuple(_whole_words(text, place) if place else None for place in places)
        for places in (best, *(p for p in tried if p != best and scores[p] == scores[best]))
    )
    doubtful = [n for n, place in enumerate(whole) if any(_words(text, o[n]) != _words(text, place) for o in others)]
    return Placed(whole, COUNTED[tried[best]] if len(tried) > 1 else "", tuple(doubtful))


def _places(offsets: NDArray[np.int64], selections: Sequence[Selection]) -> tuple[tuple[int, int] | None, ...]:
    """Positions as indices of characters; None for one beyond the text, within a character, or that holds nothing."""
    if not selections:
        return ()
    written = np.array([(s.begin, s.finish) for s in selections], dtype=np.int64)
    found = np.searchsorted(offsets, written)
    inside = (written >= 0) & (found < len(offsets))
    exact = inside & (offsets[np.minimum(found, len(offsets) - 1)] == written)
    return tuple(
        (int(begin), int(finish)) if ok and begin < finish else None
        for (begin, finish), ok in zip(found, exact.all(axis=1), strict=True)
    )


def _score(text: str, selections: Sequence[Selection], places: Sequence[tuple[int, int] | None]) -> int:
    score = 0
    for selection, place in zip(selections, places, strict=True):
        if place is None:
            score -= 5
            continue
        begin, finish = place
        score += not text[begin].isspace() and (begin == 0 or not cuts_word(text, begin))
        score += not text[finish - 1].isspace() and (finish == len(text) or not cuts_word(text, finish))
        said, shown = _letters(selection.name), _letters(text[begin:finish])
        if len(said) >= _NAMED and shown:
            score += 3 if said.startswith(shown) or shown.startswith(said) else 0
    return score


def _whole_words(text: str, place: tuple[int, int]) -> tuple[int, int]:
    """The place widened to the words it cuts."""
    begin, finish = place
    while begin > 0 and cuts_word(text, begin):
        begin -= 1
    while finish < len(text) and cuts_word(text, finish):
        finish += 1
    return begin, finish


def _words(text: str, place: tuple[int, int] | None) -> list[str]:
    return words(text[slice(*place)]) if place else []


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
