"""What a detector says of a text: where, what kind, how sure, and which detector. Never the text itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Span(NamedTuple):
    """Characters start..end (end excluded) of the text given; `score` from 0 to 1; `source` is the detector."""

    start: int
    end: int
    kind: str
    score: float
    source: str


class Detector(Protocol):
    """Finds what may identify a person in one text."""

    def find(self, text: str) -> list[Span]:
        """Every span found, in order of start."""
        ...


def longest(spans: Iterable[Span]) -> list[Span]:
    """Of overlapping spans the first, of those that begin together the longest, then the surer."""
    return apart(sorted(set(spans), key=lambda span: (span.start, -span.end, -span.score)))


def apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order of start, each without those given before it that it overlaps: the first given stays."""
    starts: list[int] = []
    kept: list[Span] = []
    for span in spans:
        at = bisect_right(starts, span.start)
        if (at and kept[at - 1].end > span.start) or (at < len(kept) and kept[at].start < span.end):
            continue
        starts.insert(at, span.start)
        kept.insert(at, span)
    return kept
