"""The stretches of a text that hold numbers: most of a transcript holds none, and no shape is looked for there."""

from __future__ import annotations

import re
from typing import NamedTuple

_RUN = re.compile(r"\d+")
_GAP = 8
_BEFORE, _AFTER = 48, 80


class Stretch(NamedTuple):
    """Characters start..end of the text, with room for cues before and words behind; it holds so many `digits`."""

    start: int
    end: int
    digits: int


def stretches(text: str) -> list[Stretch]:
    """Every run of digits with those at most 8 characters on, from 48 characters before to 80 behind."""
    found: list[Stretch] = []
    first = last = count = -1
    for match in _RUN.finditer(text):
        if last >= 0 and match.start() - last <= _GAP:
            last, count = match.end(), count + match.end() - match.start()
            continue
        if last >= 0:
            found.append(Stretch(max(0, first - _BEFORE), min(len(text), last + _AFTER), count))
        first, last, count = match.start(), match.end(), match.end() - match.start()
    if last >= 0:
        found.append(Stretch(max(0, first - _BEFORE), min(len(text), last + _AFTER), count))
    return found
