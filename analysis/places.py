"""A transcript counted in a declared unit (turns, words, characters or the whole), and where a coding lies in it.

Characters are those of the text after NFKC, spaces and marks included. A coding's words reach from the first to the
last of its quote; where the quote leaves words out (… or ...), those between do not belong to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Unit = Literal["turn", "word", "character", "transcript"]
Counts = npt.NDArray[np.int64]
Span = tuple[int, int]

_APOSTROPHES = "'’‘ʼ`"
_WORD = re.compile(rf"[^\W_]+(?:[{_APOSTROPHES}]+[^\W_]+)*")
_LEFT_OUT = re.compile(r"\[?(?:…|\.\.\.)\]?")
_DROPPED = str.maketrans("", "", _APOSTROPHES)


class _Word(NamedTuple):
    """A word, its turn's place among the turns, and its characters within the whole text."""

    text: str
    turn: int
    begin: int
    end: int


class Places:
    """One transcript laid out in units: `starts` is where each turn begins, `length` where the last one ends."""

    def __init__(self, turns: pd.DataFrame, unit: Unit) -> None:
        """`turns` has the column turn and, for words and characters, text."""
        self.unit = unit
        self.numbers = turns["turn"].to_numpy(dtype=np.int64)
        self._words: list[_Word] = []
        if unit in ("word", "character"):
            texts = [unicodedata.normalize("NFKC", text) for text in turns["text"]]
            lengths = [len(text) for text in texts]
            begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
            self._words = [w for at, text in enumerate(texts) for w in _words_of(text, at, int(begins[at]))]
            if unit == "word":
                spoken = np.bincount([w.turn for w in self._words], minlength=len(texts))
                begins = np.concatenate([[0], np.cumsum(spoken)]).astype(np.int64)
        elif unit == "turn":
            begins = np.arange(len(turns) + 1, dtype=np.int64)
        else:
            begins = np.array([0] * len(turns) + [1], dtype=np.int64)
        self.starts: Counts = begins[:-1]
        self.length = int(begins[-1])
        self._of_turn: dict[int, list[int]] = {}
        for position, word in enumerate(self._words):
            self._of_turn.setdefault(word.turn, []).append(position)

    def spans(self, start: int, end: int, quote: str | None = None) -> list[Span]:
        """The units a coding covers, as half-open spans: of its quote, or of its turns where the unit is no smaller.

        A quote that is not found word by word within its turns covers these turns.
        """
        inside = np.flatnonzero((self.numbers >= start) & (self.numbers <= end))
        if not len(inside):
            return []
        first, last = int(inside[0]), int(inside[-1])
        if self.unit == "transcript":
            return [(0, 1)]
        found = self._found(quote, first, last) if quote and self._words else None
        if found is None:
            following = int(self.starts[last + 1]) if last + 1 < len(self.starts) else self.length
            return [(int(self.starts[first]), following)]
        if self.unit == "word":
            return [(a, b + 1) for a, b in found]
        return [(self._words[a].begin, self._words[b].end) for a, b in found]

    def _found(self, quote: str, first: int, last: int) -> list[Span] | None:
        """First and last word of each piece of the quote, the pieces one after another within the turns."""
        pieces = [p for p in ([w.text for w in _words_of(text, 0, 0)] for text in _pieces(quote)) if p]
        positions = [p for turn in range(first, last + 1) for p in self._of_turn.get(turn, ())]
        spoken = [self._words[p].text for p in positions]
        found, at = [], 0
        for piece in pieces:
            place = next((p for p in range(at, len(spoken)) if spoken[p : p + len(piece)] == piece), None)
            if place is None:
                return None
            at = place + len(piece)
            found.append((positions[place], positions[at - 1]))
        return found or None


def _pieces(quote: str) -> list[str]:
    return [unicodedata.normalize("NFKC", piece) for piece in _LEFT_OUT.split(quote)]


def _words_of(text: str, turn: int, begin: int) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        word = found.group().translate(_DROPPED).casefold()
        yield _Word(word, turn, begin + found.start(), begin + found.end())
