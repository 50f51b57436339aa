"""Who speaks how much in a transcript, and whether its times hold. Measured, not judged."""

from __future__ import annotations

import difflib
import re

import numpy as np
from numpy.typing import NDArray

from evidence.measured import Features, TurnColumns, note, turns_at
from evidence.talk import Talk

_DIARISED = re.compile(r"^(?:speaker|spk|person|voice|s)[ _-]?\d+$|^unknown(?: speaker)?$")
_EXPLAINED = re.compile(
    r"[\[(][^\])]{0,60}\b(?:paus\w*|break|interrupt\w*|recorder|recording|silence|tape|phone|off the record|technical"
    r"|connection|unterbrech\w*|interruption|silencio|pausa)\b[^\])]{0,60}[\])]",
    re.IGNORECASE,
)
_SLIP = 0.85


def measure_speakers(talk: Talk, places: dict[str, str]) -> Features:
    """Labels against the declared set, and the interviewer's share of the words (None unless both sides speak)."""
    labels, words = talk.labels, talk.lengths
    declared = talk.interviewer | talk.participant
    diarised = {label for label in set(labels) - declared if _DIARISED.match(label)}
    unknown = set(labels) - declared - diarised - {""}
    unlabelled = [not label and n > 0 for label, n in zip(labels, words, strict=True)]
    note(places, "unknown_labels_count", _unknown_at(talk, unknown, declared))
    note(places, "diarisation_labels_count", turns_at(talk.numbers, (label in diarised for label in labels)))
    note(places, "unlabelled_share", turns_at(talk.numbers, unlabelled))
    spoken = sum(n for label, n in zip(labels, words, strict=True) if label in talk.interviewer)
    heard = sum(words)
    roles = [bool(side & set(labels)) for side in (talk.interviewer, talk.participant)].count(True)
    return {
        "speaking_roles_count": roles,
        "unknown_labels_count": len(unknown),
        "diarisation_labels_count": len(diarised),
        "unlabelled_share": unlabelled.count(True) / max(len(words) - words.count(0), 1),
        "interviewer_share": spoken / heard if roles == 2 and heard else None,
    }


def _unknown_at(talk: Talk, unknown: set[str], declared: frozenset[str]) -> list[str]:
    """Where undeclared labels stand; of one within a slip of a declared label, which that is (the declared one)."""
    near = {label: difflib.get_close_matches(label, sorted(declared), 1, _SLIP) for label in unknown}
    return [
        f"turn {number}" + (f" (a slip of “{near[label][0]}”?)" if near[label] else "")
        for number, label in zip(talk.numbers, talk.labels, strict=True)
        if label in unknown
    ]


def measure_times(talk: Talk, columns: TurnColumns) -> Features:
    """Steps back and gaps in s, by turn and the largest, words a minute; nothing for a transcript without times.

    A gap beside a bracketed pause or interruption is explained, and one after a turn without an end is not known; the
    pace needs a minute of talk. A step back is held against the turn before, wherever the latest end was.
    """
    timed = np.flatnonzero(np.isfinite(talk.start))
    if len(timed) < 2:
        return {}
    start, end = talk.start[timed], talk.end[timed]
    ended = np.maximum.accumulate(np.where(np.isfinite(end), end, start))
    back = np.maximum(0.0, -np.diff(start))
    gaps = np.where(np.isfinite(end[:-1]), np.maximum(0.0, start[1:] - ended[:-1]), np.nan)
    gaps[_explained(talk, timed)] = np.nan
    columns["backward_s"] = _column(talk, timed[1:], back)
    features: Features = {"backward_s": float(back.max())}
    if np.isfinite(end[:-1]).any():
        columns["gap_s"] = _column(talk, timed[1:], gaps)
        features["gap_s"] = float(np.nanmax(gaps)) if np.isfinite(gaps).any() else 0.0
    minutes = (float(ended[-1]) - float(start[0])) / 60
    if minutes >= 1:
        features["words_per_minute"] = sum(talk.lengths[i] for i in timed) / minutes
    return features


def last_times(talk: Talk) -> tuple[float | None, float | None]:
    """When the first timed turn begins and the last ends, in s; the end is known only where the last turn has one."""
    timed = np.flatnonzero(np.isfinite(talk.start))
    if not len(timed):
        return None, None
    ends = talk.end[timed]
    last = float(np.nanmax(ends)) if np.isfinite(ends).any() else None
    return float(talk.start[timed[0]]), last


def _explained(talk: Talk, timed: NDArray[np.intp]) -> NDArray[np.bool_]:
    """For each two neighbouring timed turns whether one of them says why nobody spoke between them."""
    says = np.array([("[" in text or "(" in text) and bool(_EXPLAINED.search(text)) for text in talk.texts])
    beside: NDArray[np.bool_] = says[timed][1:] | says[timed][:-1]
    return beside


def _column(talk: Talk, at: NDArray[np.intp], values: NDArray[np.float64]) -> list[float | None]:
    """One value a turn, None for the others; milliseconds."""
    column: list[float | None] = [None] * len(talk.numbers)
    for i, value in zip(at.tolist(), values.tolist(), strict=True):
        column[i] = None if value != value else round(value, 3)
    return column
