"""What each coder did in a transcript, cut into blocks: within one block no coding begins or ends, nor does a turn.

A block holds any number of units, so that characters cost no more than turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.places import Counts, Places, Unit

Uncoded = Literal["is_absence", "is_missing"]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Blocks:
    """One transcript of those compared: how many units each block holds, and in which turn it lies.

    `applied` is coder × code × block; `judged` is coder × block: False for a coder who did not code this transcript
    and, where uncoded text is missing, for a block in which that coder applied no code at all.
    """

    transcript: str
    units: Counts
    turns: Counts
    applied: Flags
    judged: Flags


def blocks_of(
    transcript: str,
    segments: pd.DataFrame,
    turns: pd.DataFrame,
    *,
    coders: Sequence[str],
    codes: Sequence[str],
    unit: Unit,
    uncoded: Uncoded,
) -> Blocks:
    """The blocks of one transcript; `segments` are its codings alone, by coders who are compared there."""
    places = Places(turns, unit)
    row, column = {c: i for i, c in enumerate(coders)}, {c: i for i, c in enumerate(codes)}
    quotes = segments["quote"] if "quote" in segments else [None] * len(segments)
    spans = [
        (row[coder], column[code], begin, end)
        for coder, code, start, last, quote in zip(
            segments["coder"], segments["code"], segments["start"], segments["end"], quotes, strict=True
        )
        for begin, end in places.spans(int(start), int(last), quote)
    ]
    ends = [e for *_, begin, end in spans for e in (begin, end)]
    edges = np.unique(np.concatenate([places.starts, np.array([places.length, *ends], dtype=np.int64)]))
    applied = np.zeros((len(coders), len(codes), len(edges) - 1), dtype=bool)
    for coder, code, begin, end in spans:
        applied[coder, code, np.searchsorted(edges, begin) : np.searchsorted(edges, end)] = True
    present = np.isin(np.array(coders, dtype=object), segments["coder"].to_numpy(dtype=object))
    judged = np.repeat(present[:, None], len(edges) - 1, axis=1)
    if uncoded == "is_missing":
        judged &= applied.any(axis=1)
    turn_of = np.searchsorted(places.starts, edges[:-1], side="right") - 1
    return Blocks(transcript, np.diff(edges), places.numbers[turn_of], applied, judged)
