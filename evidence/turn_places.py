"""Where each word of a turn stands in the file it was read from: found again word by word, in order."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from evidence.transcripts import Transcript

_GAP = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}|^[^\n]*-->[^\n]*$|^[ \t]*\d+[ \t]*\n(?=[^\n]*-->)", re.MULTILINE)


class Word(NamedTuple):
    """A word of a turn: where it stands in the turn's text and in the file's."""

    turn_start: int
    turn_end: int
    start: int
    end: int


def words_of_turns(base: str, transcript: Transcript, *, timed: bool) -> dict[int, list[Word]]:
    """Each turn's words where the text shows them, in order; a turn of which one is not found is left out."""
    shown = _GAP.sub(lambda m: re.sub(r"[^\n]", "\0", m[0]), base) if timed else base
    lines = [0, *(m.end() for m in re.finditer("\n", base))]
    found: dict[int, list[Word]] = {}
    at = 0
    turns = transcript.turns
    for turn, text, line in zip(turns["turn"], turns["text"], turns["source_line"], strict=True):
        if 1 <= line <= len(lines):
            at = max(at, lines[line - 1])
        words: list[Word] = []
        position = at
        for match in re.finditer(r"\S+", text):
            place = _next(shown, match[0], position)
            if place is None:
                words = []
                break
            words.append(Word(match.start(), match.end(), *place))
            position = place[1]
        if words:
            found[int(turn)] = words
            at = position
    return found


def _next(shown: str, word: str, at: int) -> tuple[int, int] | None:
    """Where a word stands next as a word of its own, as written or with its signs escaped."""
    best: tuple[int, int] | None = None
    for written in dict.fromkeys((word, html.escape(word, quote=False))):
        start = shown.find(written, at)
        while start >= 0:
            end = start + len(written)
            if (start == 0 or shown[start - 1] in "\0" or shown[start - 1].isspace()) and (
                end == len(shown) or shown[end] == "\0" or shown[end].isspace()
            ):
                if best is None or start < best[0]:
                    best = (start, end)
                break
            start = shown.find(written, start + 1)
    return best
