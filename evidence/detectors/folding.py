"""Text as names are compared: no case, no accents, one kind of apostrophe, hyphens as spaces, one space at a time."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_SAME_LENGTH = str.maketrans({"-": " ", "\n": " ", "\t": " ", "\r": " "})
_APOSTROPHES = "‘’ʼ＇`´"


class Folded(NamedTuple):
    """Folded text; `offsets[i]` is where its i-th character stood, None when nothing moved."""

    text: str
    offsets: list[int] | None

    def original(self, position: int) -> int:
        """The original offset of a folded one."""
        return position if self.offsets is None else self.offsets[position]


def fold(text: str) -> Folded:
    """Fold a text and keep where each character came from (NFKD, Unicode casefold)."""
    if text.isascii() and not re.search(r"\s\s|\s-|-\s|--", text):
        return Folded(text.lower().translate(_SAME_LENGTH), None)
    characters: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character).casefold():
            kept = _folded_part(part)
            if kept and not (kept == " " and characters and characters[-1] == " "):
                characters.append(kept)
                offsets.append(i)
    return Folded("".join(characters), [*offsets, len(text)])


def key_of(text: str) -> str:
    """A string as decisions about it are kept and compared: folded, without outer marks and a possessive 's."""
    folded = " ".join(fold(text).text.split()).strip(" .,;:!?\"()[]'")
    return folded.removesuffix("'s")


def _folded_part(part: str) -> str:
    if unicodedata.category(part) in ("Mn", "Cf"):
        return ""
    if part in _APOSTROPHES:
        return "'"
    return " " if part.isspace() or unicodedata.category(part) == "Pd" else part
