"""What every transcript reader returns: one turn table, the text around it, and what was wrong.

Faults and places never hold a participant's words; lines are counted from 1 (paragraphs in a .docx).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

Format = Literal["vtt", "srt", "txt", "docx", "rtf", "pdf", "json", "eaf", "cha", "unknown"]
COLUMNS = ("turn", "start", "end", "speaker", "text", "source_line")

FaultKind = Literal[
    "empty",
    "no_text",
    "too_large",
    "unpacks_too_large",
    "unknown_format",
    "unknown_layout",
    "format_mismatch",
    "not_text",
    "web_page",
    "damaged",
    "cut_off",
    "nested",
    "entities",
    "encrypted",
    "old_word",
    "encoding",
    "time_unreadable",
    "time_out_of_range",
    "end_before_start",
]

_SENTENCES: dict[FaultKind, str] = {
    "empty": "the file holds no text; ask for it again",
    "no_text": "the pages are pictures: no text; it needs transcription",
    "too_large": "the file is larger than {found}, the most that is read; send the transcript without its pictures",
    "unpacks_too_large": "the document unpacks to more than {found}, the most that is read; save it anew as plain text",
    "unknown_format": "this format cannot be read; send .vtt, .srt, .docx, .txt, .rtf, .pdf, .json, .eaf or .cha",
    "unknown_layout": "this .json has a layout nobody has taught us (known: {found}); export .vtt or .txt",
    "format_mismatch": "the content is not what the file's ending says: it is {found}; rename it, or ask if it is the "
    "right file",
    "not_text": "the content is not text but {found}; export the transcript itself",
    "web_page": "the content is a web page; export the transcript as .vtt, .docx or .txt instead of saving the page",
    "damaged": "the document is damaged and cannot be opened; ask for it again",
    "cut_off": "the document stops before its end mark; ask for it again",
    "nested": "the document is nested deeper than any transcript; save it anew",
    "entities": "the document declares XML entities, which no transcript needs; save it anew",
    "encrypted": "the document is locked with a password; save it without one",
    "old_word": "the document is in the old .doc format; save it as .docx",
    "encoding": "not UTF-8, nor the code page declared in study.yaml; save it as UTF-8, or declare its code page",
    "time_unreadable": "the times cannot be read",
    "time_out_of_range": "minutes or seconds of 60 or more",
    "end_before_start": "the end is before the start",
}

TIME_FAULTS: frozenset[FaultKind] = frozenset({"time_unreadable", "time_out_of_range", "end_before_start"})
CANNOT_OPEN: frozenset[FaultKind] = frozenset(_SENTENCES) - TIME_FAULTS - {"encoding"}


class Fault(NamedTuple):
    """One thing wrong in a file; `line` is 0 when it is about the whole file; `found` names a format or a limit."""

    kind: FaultKind
    line: int = 0
    found: str = ""

    def __str__(self) -> str:
        sentence = _SENTENCES[self.kind].format(found=self.found or "something else")
        return f"line {self.line}: {sentence}" if self.line else sentence


class Passage(NamedTuple):
    """Text that is in the file but in no turn.

    Places: header, footer, note, style, region, cue id, tier, link, text box, footnote, endnote, comment, hidden text,
    deleted text, form field, list number; attributes, which are not text: property ..., author of ..., metadata ....
    """

    place: str
    text: str
    line: int = 0


class Line(NamedTuple):
    """A line as a format's reader found it, before speakers are told apart.

    `opens` says that a paragraph or cue begins here; `speaker` only where the format itself names one.
    """

    text: str
    source_line: int
    start: float = float("nan")
    end: float = float("nan")
    speaker: str = ""
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """What a format's reader found: lines, text beside them, faults, timing lines seen and cues made.

    `letters` are counted from the raw file by another path than the lines were read, for the conservation check.
    """

    lines: list[Line]
    beside: list[Passage]
    faults: list[Fault]
    letters: Counter[str]
    arrows: int = 0
    cues: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """A transcript read: `turns` has the columns turn (from 1), start and end (s, NaN when untimed), speaker
    ("" when unlabelled), text, source_line; `sha256` is of the raw bytes."""

    turns: pd.DataFrame
    sha256: str
    format: Format
    encoding: str = ""
    header: dict[str, str] = field(default_factory=dict)
    beside: tuple[Passage, ...] = ()
    faults: tuple[Fault, ...] = ()
    letters_in: int = 0
    letters_kept: int = 0
    arrows: int = 0
    cues: int = 0
    undecoded: int = 0

    @property
    def problems(self) -> list[str]:
        """Every fault as a sentence, without a word of the transcript."""
        return [str(fault) for fault in self.faults]

    @property
    def readable(self) -> bool:
        """Whether there is a turn to look at."""
        return len(self.turns) > 0


def letters_of(texts: Iterable[str]) -> Counter[str]:
    """How often each letter occurs; digits, marks and spaces do not count."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts = np.bincount(points) if len(points) else points
    found = {chr(point): int(counts[point]) for point in np.flatnonzero(counts)}
    return Counter({character: n for character, n in found.items() if character.isalpha()})


def turn_table(rows: Iterable[tuple[float, float, str, str, int]]) -> pd.DataFrame:
    """Rows of (start, end, speaker, text, source_line) as the turn table, numbered from 1."""
    listed = [(number, *row) for number, row in enumerate(rows, 1)]
    kinds = ("int64", "float64", "float64", object, object, "int64")
    return pd.DataFrame(listed, columns=list(COLUMNS)).astype(dict(zip(COLUMNS, kinds, strict=True)))
