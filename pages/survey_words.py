"""Words of surveys as pages show them: labels from a file that may hold anything, messages, numbers."""

from __future__ import annotations

import re
import unicodedata

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of the text after them (Unicode Bidirectional Algorithm, UAX #9)."""


def label(text: str) -> str:
    """A label in one line, without control characters and without marks that turn the text after it round."""
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in _TURNING.sub("", text))
    return " ".join(kept.split())


def told(message: str, title: str) -> tuple[str, str]:
    """A query's message as what it means and what to do: its last sentence, or what follows its last colon.

    Where it has neither, the check's title says what it means.
    """
    text = message.strip()
    for mark in (". ", ": "):
        first, found, last = text.rpartition(mark)
        if found and first and last:
            return first.rstrip(".") + ".", last[:1].upper() + last[1:]
    return title, text


def percent(share: float | None) -> str:
    """`12.5%`, `<0.1%`; a dash without a share."""
    if share is None:
        return "–"
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{100 * share:.0f}%" if share in (0, 1) else f"{100 * share:.1f}%"


def amount(value: float | None, digits: int = 2) -> str:
    """`3.42`, with a true minus; a dash without a number."""
    return "–" if value is None or value != value else f"{value:.{digits}f}".replace("-", "−")


def between(interval: tuple[float, float] | None, digits: int = 2) -> str:
    """`3.21 to 3.63`; a dash without an interval."""
    return "–" if interval is None else f"{amount(interval[0], digits)} to {amount(interval[1], digits)}"
