"""Words of a transcript in one row, to find a quote by its words alone."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

_APOSTROPHES = re.compile("['’‘ʼ´`]")
_WORD = re.compile(r"[^\W_]+")
_LEFT_OUT = re.compile(r"\[?(?:…|\.\.\.)\]?")


def words(text: str) -> list[str]:
    """Words without case, marks, apostrophes or the width of letters (NFKC, then casefold)."""
    return _WORD.findall(_APOSTROPHES.sub("", unicodedata.normalize("NFKC", text)).casefold())


class Spoken:
    """The words of one transcript with the turn each belongs to; from a frame with the columns turn and text."""

    def __init__(self, turns: pd.DataFrame) -> None:
        pairs = [
            (word, int(turn)) for turn, text in zip(turns["turn"], turns["text"], strict=True) for word in words(text)
        ]
        self._words = [word for word, _ in pairs]
        self._turns = [turn for _, turn in pairs]
        self._at: dict[str, list[int]] = {}
        for position, word in enumerate(self._words):
            self._at.setdefault(word, []).append(position)

    def find(self, quote: str, start: int, end: int) -> tuple[int, int] | None:
        """First and last turn of the quote: (start, end) when it lies within those turns, else where it stands.

        Of several places outside, the nearest to `start`. Left-out marks (… or ...) may skip words, within the place.
        None when the words are not there.
        """
        pieces = [piece for piece in map(words, _LEFT_OUT.split(quote)) if piece]
        if not pieces:
            return None
        places = [place for first in self._at.get(pieces[0][0], []) if (place := self._place(pieces, first))]
        if any(start <= first and last <= end for first, last in places):
            return start, end
        return min(places, key=lambda place: (abs(place[0] - start), place), default=None)

    def _place(self, pieces: list[list[str]], position: int) -> tuple[int, int] | None:
        """The turns of the pieces one after another, the first exactly at `position`."""
        begin = position
        for number, piece in enumerate(pieces):
            found = position if number == 0 else self._next(piece, position)
            if found is None or self._words[found : found + len(piece)] != piece:
                return None
            position = found + len(piece)
        return self._turns[begin], self._turns[position - 1]

    def _next(self, piece: list[str], position: int) -> int | None:
        return next(
            (p for p in self._at.get(piece[0], []) if p >= position and self._words[p : p + len(piece)] == piece), None
        )
