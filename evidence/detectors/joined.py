"""Many short texts as one, so that a detector runs once a file; what it finds is given back text by text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from evidence.detectors.span import Span

BREAK = "\u0000"
"""Stands between two texts, with a line's end on either side; no detector may reach across it."""
SEPARATOR = f"\n{BREAK * 4}\n"


class Joined:
    """Texts joined by SEPARATOR."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = SEPARATOR.join(texts)
        self._starts: list[int] = []
        self._lengths = [len(text) for text in texts]
        at = 0
        for length in self._lengths:
            self._starts.append(at)
            at += length + len(SEPARATOR)

    def parted(self, spans: Iterable[Span]) -> list[tuple[int, Span]]:
        """Each span with the number of its text and offsets in that; one that reaches into a separator is cut off."""
        parted = []
        for span in spans:
            number = bisect_right(self._starts, span.start) - 1
            first = self._starts[number]
            end = min(span.end - first, self._lengths[number])
            if span.start - first < end:
                parted.append((number, span._replace(start=span.start - first, end=end)))
        return parted
