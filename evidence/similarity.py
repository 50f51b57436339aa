"""Transcripts compared with each other: the same text under two ids, and shared runs of eight words.

Between different real interviews the largest containment of 8-grams measured was .019.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.transcripts.transcript import Transcript

_LENGTH = 8
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one transcript relates to the others: how many hold the same words, the largest share of its 8-grams (or
    of the other's, if that has fewer) found in another, None when too short, and which others are alike at all."""

    same_text_count: int
    containment_share: float | None
    others: tuple[str, ...]


def likenesses(transcripts: Mapping[str, Transcript], *, alike_from: float = 0.05) -> dict[str, Likeness]:
    """Each transcript against all others, by key; `others` name those with containment of at least `alike_from`."""
    words = {key: _words(transcript) for key, transcript in transcripts.items()}
    grams = {key: _grams(listed) for key, listed in words.items()}
    same = _same(words)
    shared = _shared(grams)
    return {key: _likeness(key, same[key], shared[key], grams, alike_from) for key in transcripts}


def _likeness(
    key: str, same: set[str], shared: Mapping[str, int], grams: Mapping[str, NDArray[np.uint64]], alike_from: float
) -> Likeness:
    shares = {other: n / min(len(grams[key]), len(grams[other])) for other, n in shared.items()}
    alike = same | {other for other, share in shares.items() if share >= alike_from}
    largest = max(shares.values(), default=0.0) if len(grams[key]) else None
    return Likeness(len(same), largest, tuple(sorted(alike)))


def _words(transcript: Transcript) -> list[str]:
    return _WORD.findall(" ".join(transcript.turns["text"]).casefold())


def _grams(words: list[str]) -> NDArray[np.uint64]:
    """The distinct 8-grams as 64-bit hashes (BLAKE2b), sorted."""
    grams = {" ".join(words[i : i + _LENGTH]) for i in range(len(words) - _LENGTH + 1)}
    hashes = [int.from_bytes(hashlib.blake2b(g.encode(), digest_size=8).digest(), "big") for g in grams]
    return np.array(sorted(hashes), dtype=np.uint64)


def _same(words: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """For each key the others with exactly the same words; a text without words is like none."""
    groups: dict[str, set[str]] = defaultdict(set)
    for key, listed in words.items():
        if listed:
            groups[hashlib.sha256(" ".join(listed).encode()).hexdigest()].add(key)
    return {key: next((g for g in groups.values() if key in g), {key}) - {key} for key in words}


def _shared(grams: Mapping[str, NDArray[np.uint64]]) -> dict[str, dict[str, int]]:
    """For each key how many 8-grams it shares with each other key, only pairs that share any."""
    keys = list(grams)
    owners = np.concatenate([np.full(len(g), i) for i, g in enumerate(grams.values())] or [np.array([], dtype=int)])
    hashes = np.concatenate(list(grams.values()) or [np.array([], dtype=np.uint64)])
    order = np.lexsort((owners, hashes))
    counts: dict[str, dict[str, int]] = {key: defaultdict(int) for key in keys}
    for group in _repeated(hashes[order], owners[order]):
        for i in group:
            for j in group:
                if i != j:
                    counts[keys[i]][keys[j]] += 1
    return {key: dict(found) for key, found in counts.items()}


def _repeated(hashes: NDArray[np.uint64], owners: NDArray[np.int64]) -> Iterable[list[int]]:
    """The owners of every hash that has more than one."""
    if not len(hashes):
        return
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    ends = np.r_[starts[1:], len(hashes)]
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        yield owners[start:end].tolist()
