"""Words of a transcript in one row, to find a quote by its words alone.

A quote is looked up by its letters and digits, which must begin and end where words of the transcript do. So it does
not matter what a tool made of spaces, line ends, quotation marks, hyphens, ligatures (NFKC) or soft hyphens, nor that
it broke a word at the end of a line; where the same letters stand as other words, the place with the same words wins.
Speaker labels and times that a tool kept within a segment are left out when the words are not found with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

import pandas as pd

_APOSTROPHES = re.compile("['’‘ʼ´`]")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ONE_BY_ONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters of scripts written without spaces; each counts as a word."""
_WORD = re.compile(rf"[{_ONE_BY_ONE}]|[^\W_{_ONE_BY_ONE}]+")
_ALONE = re.compile(f"[{_ONE_BY_ONE}]")
_LEFT_OUT = re.compile(r"\[?(?:…|\.\.\.)\]?")
_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,:]\d{1,3})?"
_ARROW = re.compile(rf"(?m)^[^\S\n]*{_CLOCK}\s*-+>\s*{_CLOCK}.*$")
_NUMBER = re.compile(r"(?m)^[^\S\n]*\d+[^\S\n]*$")
_TIME = re.compile(rf"[\[(<#{{]\s*{_CLOCK}\s*[\])>#}}-]|(?m:^[^\S\n]*{_CLOCK}(?=\s|$))|(?m:(?<=\s){_CLOCK}[^\S\n]*$)")
_OPENING = 8
"""So many words tell where an interview begins."""


def words(text: str) -> list[str]:
    """Words without case, marks, apostrophes, soft hyphens or the width of letters (NFKC, then casefold)."""
    return _WORD.findall(_APOSTROPHES.sub("", _UNSEEN.sub("", unicodedata.normalize("NFKC", text))).casefold())


def cuts_word(text: str, at: int) -> bool:
    """Whether a place in a text (0 < at < its length) lies within a word."""
    before, after = text[at - 1], text[at]
    return before.isalnum() and after.isalnum() and not (_ALONE.match(before) or _ALONE.match(after))


class Place(NamedTuple):
    """Where a quote stands: its first and last word, counted from 0, and the turns these belong to."""

    first: int
    last: int
    start: int
    end: int


class Spoken:
    """The words of one transcript with the turn each belongs to; from a frame with the columns turn and text.

    `labels` are what may stand before a speaker's words (`P`, `Interviewer`), `header` the fields of the header block;
    those of a column `speaker` are known as well.
    """

    def __init__(self, turns: pd.DataFrame, labels: Collection[str] = (), header: Collection[str] = ()) -> None:
        self._words: list[str] = []
        self._turns: list[int] = []
        for turn, text in zip(turns["turn"], turns["text"], strict=True):
            found = words(text)
            self._words += found
            self._turns += [int(turn)] * len(found)
        self._letters = "".join(self._words)
        self._begins: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        at = 0
        for number, word in enumerate(self._words):
            self._begins[at] = number
            at += len(word)
            self._ends[at] = number
        spoken_by = {str(s) for s in turns["speaker"] if s} if "speaker" in turns else set()
        self._labels = _labels({*labels, *spoken_by})
        self._header = _labels(header)

    def __len__(self) -> int:
        """How many words there are."""
        return len(self._words)

    @property
    def opening(self) -> str:
        """The first words, by which the beginning is known in another text."""
        return " ".join(self._words[:_OPENING])

    def bare(self, text: str) -> str:
        """A text without what a tool keeps beside the words: times, speaker labels, lines of the header block."""
        return self._without_header(self._unlabelled(_untimed(text)))

    def find(self, quote: str, start: int, end: int) -> tuple[int, int] | None:
        """First and last turn of the quote: (start, end) when it lies within those turns, else where it stands.

        Of several places outside, the nearest to `start`. Left-out marks (… or ...) may skip words, within the place.
        None when the words are not there.
        """
        places = self.places(quote)
        if any(start <= place.start and place.end <= end for place in places):
            return start, end
        nearest = min(places, key=lambda p: (abs(p.start - start), p.start, p.end), default=None)
        return (nearest.start, nearest.end) if nearest else None

    def places(self, quote: str) -> list[Place]:
        """Every place of the quote, in order: with the same words where there is one, else with the same letters."""
        for text in self._tried(quote):
            pieces = [piece for piece in map(words, _LEFT_OUT.split(text)) if piece]
            if not pieces:
                continue
            found = list(self._places(pieces))
            same = [place for place in found if self._words[place.first : place.first + len(pieces[0])] == pieces[0]]
            if found:
                return same or found
        return []

    def _tried(self, quote: str) -> Iterator[str]:
        """The quote as it is, then without what a tool may have kept beside the words."""
        yield quote
        tried = {quote}
        untimed = _untimed(quote)
        for text in (self._unlabelled(quote), untimed, self._unlabelled(untimed), self.bare(quote)):
            if text not in tried:
                tried.add(text)
                yield text

    def _unlabelled(self, text: str) -> str:
        return self._labels.sub(" ", text) if self._labels else text

    def _without_header(self, text: str) -> str:
        if self._header is None:
            return text
        return "\n".join(line for line in text.splitlines() if not self._header.match(line))

    def _places(self, pieces: list[list[str]]) -> Iterator[Place]:
        """Every place of the pieces one after another."""
        rest = ["".join(piece) for piece in pieces]
        at = -1
        while True:
            span = self._next(rest[0], at + 1)
            if span is None:
                return
            at = span[0]
            finish: int | None = span[1]
            for piece in rest[1:]:
                following = self._next(piece, finish) if finish is not None else None
                finish = following[1] if following else None
            if finish is None:
                return  # what does not follow here follows later no more
            first, last = self._begins[at], self._ends[finish]
            yield Place(first, last, self._turns[first], self._turns[last])

    def _next(self, letters: str, at: int) -> tuple[int, int] | None:
        """The next span of these letters from `at` on that begins and ends as words do."""
        while (at := self._letters.find(letters, at)) >= 0:
            if at in self._begins and at + len(letters) in self._ends:
                return at, at + len(letters)
            at += 1
        return None


def _untimed(text: str) -> str:
    return _TIME.sub(" ", _NUMBER.sub("", _ARROW.sub("", text)) if "->" in text else text)


def _labels(names: Collection[str]) -> re.Pattern[str] | None:
    """A label and its colon anywhere after a space, or a label alone on its line; None where there are no labels."""
    spelled = "|".join(re.escape(name.strip()) for name in sorted(names, key=lambda n: (-len(n), n)) if name.strip())
    if not spelled:
        return None
    return re.compile(rf"(?i)(?<![^\W_])<?(?:v\s+)?(?:{spelled})\s*[:>]|(?m:^[^\S\n]*(?:{spelled})[^\S\n]*$)")
