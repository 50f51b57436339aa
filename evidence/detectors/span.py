"""What a detector says of a text: where, what kind, how sure, and which detector. Never the text itself."""

from __future__ import annotations

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
