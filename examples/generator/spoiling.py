"""Ways in which a transcript goes wrong, as changes of its text."""

from __future__ import annotations

import random
import re

from examples.generator.transcripts import clock

STAMP = re.compile(r"(\d\d):(\d\d):(\d\d)([.,])(\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})")


def cut(text: str) -> str:
    """The first half, ending inside a sentence."""
    at = text.index("<v Participant>", len(text) // 2)
    return text[: text.index(" ", at + 40)]


def inaudible(text: str) -> str:
    """One small word in five replaced by a mark."""
    rng = random.Random("inaudible")
    return re.sub(r"\b(the|a) ", lambda m: m[0] if rng.random() > 0.2 else "[inaudible] ", text)


def retimed(text: str, number: int, *, back: int = 0, ends_before: bool = False) -> str:
    """The times of one cue moved back by `back` milliseconds, or its end set before its start."""
    match = list(STAMP.finditer(text))[number]
    start, end = _ms(match.groups()[:3], match[5]), _ms(match.groups()[5:8], match[9])
    start, end = start - back, (start - 2000 if ends_before else end - back)
    return f"{text[: match.start()]}{clock(start, match[4])} --> {clock(end, match[4])}{text[match.end() :]}"


def hurried(text: str) -> str:
    """Every time divided by three."""

    def third(match: re.Match[str]) -> str:
        return clock(_ms(match.groups()[:3], match[5]) // 3, match[4])

    return re.sub(r"(\d\d):(\d\d):(\d\d)([.,])(\d{3})", third, text)


def unasked(text: str) -> str:
    """The interviewer's words without those by which some questions of the guide are known."""
    known_by = re.compile(r"\b(hard|unclear|together|work|keeps|leave|stay|job|limits)")
    lines = (known_by.sub("so", line) if line.startswith("Interviewer: ") else line for line in text.split("\n"))
    return "\n".join(lines)


def _ms(parts: tuple[str, ...], thousandths: str) -> int:
    hours, minutes, seconds = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(thousandths)
