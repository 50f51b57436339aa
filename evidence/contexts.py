"""The words around a hit, read afresh from the file by whoever decides on it. They are kept nowhere.

Files are untrusted: call `ContextReader.read` through `evidence.isolated`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evidence.detectors import key_of
from evidence.leaks import text_by_place
from evidence.open_strings import Hit
from evidence.transcripts import read_transcript
from study.protocol.material import Transcripts

ELLIPSIS = "…"


class Context(NamedTuple):
    """The string where it stands, with some words before and after it, on one line."""

    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class ContextReader:
    """Reads contexts of at most `width` characters on either side, by the study's conventions."""

    conventions: Transcripts
    width: int = 70

    def read(self, data: bytes, name: str, asked: Sequence[tuple[str, Hit]]) -> list[Context | None]:
        """The context of each (folded string, hit) in the file called `name`; None where it stands there no more."""
        speakers = self.conventions.speakers
        transcript = read_transcript(
            data,
            name,
            labels=[*speakers.interviewer, *speakers.participant],
            header=self.conventions.header,
            legacy_encoding=self.conventions.legacy_encoding,
        )
        texts = text_by_place(transcript, name)
        return [context_in(texts.get(hit.place, ""), key, hit, self.width) for key, hit in asked]


def context_in(text: str, key: str, hit: Hit, width: int) -> Context | None:
    """The context of a folded string at a hit in this text; None where it stands there no more."""
    if key_of(text[hit.start : hit.end]) != key:
        return None
    before = _one_line(text[max(0, hit.start - width) : hit.start])
    after = _one_line(text[hit.end : hit.end + width])
    if hit.start > width:
        before = f"{ELLIPSIS}{before[before.find(' ') :] if ' ' in before.strip() else before}"
    if hit.end + width < len(text):
        after = f"{after[: after.rfind(' ') + 1] if ' ' in after.strip() else after}{ELLIPSIS}"
    return Context(before, _one_line(text[hit.start : hit.end]), after)


def _one_line(text: str) -> str:
    """The same with every run of white space as one space, ends included."""
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if words and text[-1:].isspace() else ''}"
