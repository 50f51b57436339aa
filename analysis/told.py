"""What a coding tool tells of where a segment stands, put into words of the released transcript.

A position in the tool's own text is a count of words before it, without what only the tool's text has: speaker labels,
times, header lines. A number without the text (a paragraph, a character) is no turn: header and blank lines count in
it. All it says is that greater ones stand later, so it parts equal places only by what stands once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import pandas as pd

from analysis.words import Place, Spoken, words


class ToolText:
    """The text of a document in a tool beside the released words of its interview."""

    def __init__(self, text: str, released: Spoken) -> None:
        self._released = released
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        bare = [released.bare(line) for line in self._lines]
        self._before = [0, *accumulate(len(words(line)) for line in bare)]
        self._spoken = Spoken(pd.DataFrame({"turn": [1], "text": ["\n".join(bare)]}))
        opening = self._spoken.places(released.opening) if len(released) else []
        self._opening = opening[0].first if opening else None

    def words_before(self, position: int) -> int:
        """Words of the interview before a position in code points; those before its first words do not count."""
        line = min(bisect_right(self._starts, position) - 1, len(self._lines) - 1)
        inside = self._released.bare(self._lines[line][: position - self._starts[line]])
        return self._before[line] + len(words(inside)) - (self._opening or 0)

    def chosen(self, places: Sequence[Place], text: str, before: int) -> Place:
        """Of several places of a segment the one that is as manieth as in the tool's text, or the nearest to it."""
        there = self._spoken.places(text) or self._spoken.places(self._released.bare(text))
        if len(there) == len(places):
            at = before + (self._opening or 0)
            return places[min(range(len(there)), key=lambda n: abs(there[n].first - at))]
        share = 1 if self._opening is not None else len(self._released) / max(len(self._spoken), 1)
        return min(places, key=lambda place: (abs(place.first - before * share), place))


class Numbered:
    """The segments of one document that have a number and no text: which of equal places a number leaves."""

    def __init__(self, told: Iterable[tuple[int, str, Sequence[Place]]]) -> None:
        """`told` has for each segment its number, its text and its places in the released transcript."""
        self._same: dict[str, set[int]] = {}
        once: set[tuple[int, Place]] = set()
        for number, text, places in told:
            self._same.setdefault(_key(text), set()).add(number)
            if len(places) == 1:
                once.add((number, places[0]))
        known = sorted(once)
        self._numbers = [number for number, _ in known]
        self._places = [place for _, place in known]
        self._latest = list(accumulate((place.first for place in self._places), max))
        self._earliest = list(accumulate((place.first for place in reversed(self._places)), min))[::-1]

    def left(self, number: int, text: str, places: Sequence[Place]) -> list[Place]:
        """The places that fit: after what has lower numbers, before what has higher ones, in the turn of what has the
        same. All of them where none does; of as many equal segments as places, each its own."""
        low, high = bisect_left(self._numbers, number), bisect_right(self._numbers, number)
        after = self._latest[low - 1] if low else -1
        before = self._earliest[high] if high < len(self._earliest) else None
        fitting = [p for p in places if p.first > after and (before is None or p.first < before)]
        turns = {place.start for place in self._places[low:high]}
        fitting = [p for p in fitting if p.start in turns] or fitting or list(places)
        same = sorted(self._same.get(_key(text), ()))
        if len(fitting) > 1 and len(same) == len(places):
            return [places[same.index(number)]]
        return fitting


def _key(text: str) -> str:
    return "".join(words(text))
