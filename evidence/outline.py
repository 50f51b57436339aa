"""A transcript in outline, for pictures: who speaks how many words, who speaks when, where nobody does.

No word and no label of the file is in it: a label outside the declared set may be somebody's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript
from study.protocol.material import Transcripts

PARTS = 120
"""Equal parts of the recording, for each of which it is said who speaks."""
LONGEST = 5
"""How many of the longest gaps are kept."""
ROLES = ("interviewer", "participant", "other")
_LETTERS = "ipo"
_MOST_S = 1e6


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a word: its first second, its length in s, and the number of the turn after it."""

    start: float
    length: float
    turn: int


@dataclass(frozen=True, slots=True)
class Outline:
    """`words` by role (interviewer, participant, other); `seconds` from 0 to the last time, None where untimed.

    `course` has one letter for each of `PARTS` equal parts of the recording, who speaks most in it: i, p, o, or `-` for
    nobody (ties to the earlier letter); empty where untimed. `gaps` are the longest, in the order of time.
    """

    words: Mapping[str, int]
    turns: int
    seconds: float | None = None
    course: str = ""
    gaps: tuple[Gap, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        gaps = [[gap.start, gap.length, gap.turn] for gap in self.gaps]
        return {"words": dict(self.words), "turns": self.turns, "s": self.seconds, "course": self.course, "gaps": gaps}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Outline:
        """The inverse of `document`."""
        gaps = tuple(Gap(*gap) for gap in document["gaps"])
        return cls(document["words"], document["turns"], document["s"], document["course"], gaps)


def outline(transcript: Transcript, conventions: Transcripts) -> Outline:
    """The outline of a transcript; of one without turns, nothing but zeros."""
    turns = transcript.turns
    roles = _roles(turns, conventions)
    lengths = turns["text"].map(lambda text: len(str(text).split())).to_numpy(dtype=int)
    words = {role: int(lengths[roles == i].sum()) for i, role in enumerate(ROLES)}
    start, end = turns["start"].to_numpy(dtype=float), turns["end"].to_numpy(dtype=float)
    held = np.isfinite(start) & np.isfinite(end) & (end >= start) & (start >= 0) & (end < _MOST_S)
    if not held.any():
        return Outline(words, len(turns))
    start, end, numbers = start[held], end[held], turns["turn"].to_numpy()[held]
    seconds = float(end.max())
    course = _course(start, end, roles[held], seconds) if seconds > 0 else ""
    return Outline(words, len(turns), round(seconds, 1), course, _gaps(start, end, numbers))


def _roles(turns: pd.DataFrame, conventions: Transcripts) -> np.ndarray:
    """The number of each turn's role in `ROLES`."""
    known = {folded(label): 1 for label in conventions.speakers.participant}
    known |= {folded(label): 0 for label in conventions.speakers.interviewer}
    return np.array([known.get(folded(str(label)), 2) for label in turns["speaker"]], dtype=int)


def _course(start: np.ndarray, end: np.ndarray, roles: np.ndarray, seconds: float) -> str:
    edges = np.linspace(0.0, seconds, PARTS + 1)
    spoken = np.zeros((len(ROLES), PARTS))
    for role in range(len(ROLES)):
        first, last = start[roles == role], end[roles == role]
        until = [np.clip(edge - first, 0.0, last - first).sum() for edge in edges]
        spoken[role] = np.diff(until)
    spoken[spoken < 1e-6] = 0.0
    most = spoken.argmax(axis=0)
    return "".join(_LETTERS[most[part]] if spoken[:, part].any() else "-" for part in range(PARTS))


def _gaps(start: np.ndarray, end: np.ndarray, numbers: np.ndarray) -> tuple[Gap, ...]:
    """The longest times without a turn, the one before the first included, in the order of time."""
    order = np.argsort(start, kind="stable")
    before = np.concatenate([[0.0], np.maximum.accumulate(end[order])[:-1]])
    lengths = start[order] - before
    longest = sorted(np.argsort(-lengths, kind="stable")[:LONGEST])
    found = (Gap(round(float(before[i]), 1), round(float(lengths[i]), 1), int(numbers[order[i]])) for i in longest)
    return tuple(gap for gap in found if gap.length > 0)
