"""Stretches of a text that repeat what somebody said, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

QUOTED = 5
"""So many words in a row, found in a claim as in a coding, are the participant's and not the team's."""


def repeated(statement: str, quotes: Iterable[str]) -> Iterator[str]:
    """The stretches of a statement, as it writes them, that repeat QUOTED words or more of a quote in a row."""
    said = [(m.group().casefold(), m.start(), m.end()) for m in re.finditer(r"\w+", statement)]
    for quote in quotes:
        words = [m.group().casefold() for m in re.finditer(r"\w+", quote)]
        known = {tuple(words[i : i + QUOTED]) for i in range(len(words) - QUOTED + 1)}
        start = 0
        while start <= len(said) - QUOTED:
            end = start
            while end + QUOTED <= len(said) and tuple(w for w, _, _ in said[end : end + QUOTED]) in known:
                end += 1
            if end == start:
                start += 1
                continue
            last = end + QUOTED - 2
            yield statement[said[start][1] : said[last][2]]
            start = last + 1
