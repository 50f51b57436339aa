"""A transcript's turns as plain lists, made once for everything that is measured on them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript
from study.protocol.material import Transcripts

_MARKS = ".,;:?!…-–—()[]{}<>\"“”„«»'‘"
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, eq=False)
class Talk:
    """Turns in order: their numbers, folded labels, texts; starts and ends in s, NaN where untimed."""

    numbers: list[int]
    labels: list[str]
    texts: list[str]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    interviewer: frozenset[str]
    participant: frozenset[str]
    is_timed: bool

    @classmethod
    def of(cls, transcript: Transcript, conventions: Transcripts) -> Talk:
        """The talk of a transcript; `is_timed` where its format has cues."""
        turns = transcript.turns
        return cls(
            turns["turn"].tolist(),
            [folded(label) for label in turns["speaker"]],
            turns["text"].tolist(),
            turns["start"].to_numpy(dtype=float),
            turns["end"].to_numpy(dtype=float),
            frozenset(map(folded, conventions.speakers.interviewer)),
            frozenset(map(folded, conventions.speakers.participant)),
            transcript.arrows > 0,
        )

    @cached_property
    def split(self) -> list[list[str]]:
        """The words of each turn, without case, as white space parts them."""
        return [text.casefold().split() for text in self.texts]

    @cached_property
    def lengths(self) -> list[int]:
        """Words a turn."""
        return [len(words) for words in self.split]

    @cached_property
    def starts_at(self) -> list[int]:
        """For each turn how many words stand before it."""
        return [0, *accumulate(self.lengths)][:-1]

    @cached_property
    def words(self) -> list[str]:
        """All words in a row."""
        return [word for words in self.split for word in words]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word is said, without the marks around it."""
        counts: Counter[str] = Counter()
        for word, times in Counter(self.words).items():
            counts[word.strip(_MARKS)] += times
        return counts


def tokens_of(text: str) -> list[str]:
    """The words of one text without case, marks and numbers."""
    return _TOKEN.findall(text.casefold())
