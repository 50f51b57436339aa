"""Transcripts compared with each other: the same text under two ids, and shared runs of eight words.

Every file is kept as a sketch of a few kilobytes, so that thousands fit in memory. The sketch holds, of every 64
hashed 8-grams in a row, the smallest (winnowing: Schleimer, Wilkerson and Aiken 2003, doi 10.1145/872757.872770): any
passage of 71 words or more that two files share leaves the same hash in both. Only pairs whose sketches are alike are
compared in full. Between different real interviews the largest containment of 8-grams measured was .019.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from evidence.transcripts.transcript import Transcript

Hashes = NDArray[np.uint64]

_LENGTH = 8
_WINDOW = 64
_FEW = 512
"""Up to so many 8-grams are kept whole: a short text is compared by all it has."""
_CROWD, _NEIGHBOURS = 32, 8
"""A hash in more files than a crowd is a guide's question or a form's text: each file is then held against its
neighbours only, which still joins many copies of one text into a chain."""
_SLICES = 16
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_FACTOR = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one transcript relates to the others: how many hold the same words, the largest share of its 8-grams (or
    of the other's, if that has fewer) found in another, None when too short, and which others are alike at all."""

    same_text_count: int
    containment_share: float | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A file as it is compared: the SHA-256 of its words ("" without any), how many distinct 8-grams it has, and the
    sampled hashes of some, sorted."""

    words: str
    grams_count: int
    sample: Hashes = field(default_factory=lambda: np.array([], dtype=np.uint64))

    def document(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "words": self.words,
            "grams_count": self.grams_count,
            "sample": self.sample.astype("<u8").tobytes().hex(),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Sketch:
        """The inverse of `document`."""
        sample = np.frombuffer(bytes.fromhex(document["sample"]), dtype="<u8").astype(np.uint64)
        return cls(document["words"], document["grams_count"], sample)


def sketch(transcript: Transcript) -> Sketch:
    """The sketch of a transcript, the same on every machine."""
    words = _words(transcript)
    if not words:
        return Sketch("", 0)
    whole = hashlib.sha256(" ".join(words).encode()).hexdigest()
    hashes = _hashes(words)
    grams = np.unique(hashes)
    if len(grams) <= _FEW:
        return Sketch(whole, len(grams), grams)
    return Sketch(whole, len(grams), np.unique(sliding_window_view(hashes, _WINDOW).min(axis=1)))


def grams(transcript: Transcript) -> Hashes:
    """The distinct 8-grams of a transcript as 64-bit hashes, sorted."""
    return np.unique(_hashes(_words(transcript)))


def likenesses(
    sketches: Mapping[str, Sketch], exact: Callable[[str], Hashes] | None = None, *, alike_from: float = 0.05
) -> dict[str, Likeness]:
    """Each transcript against all others, by key; `others` name those with containment of at least `alike_from`.

    `exact` gives a key's `grams`; it is asked only for keys whose sketches are alike. Without it containment is
    estimated from the sketches (at 10,000 words, a standard error of about .03 around .30).
    """
    same = _same(sketches)
    shares: dict[str, dict[str, float]] = {key: {} for key in sketches}
    known: dict[str, Hashes] = {}
    for one, other, share in _candidates(sketches, alike_from / 2):
        if exact is not None:
            for key in (one, other):
                if key not in known:
                    known[key] = exact(key)
            share = _containment(known[one], known[other])
        shares[one][other] = shares[other][one] = share
    return {key: _likeness(sketches[key], same[key], shares[key], alike_from) for key in sketches}


def _likeness(own: Sketch, same: set[str], shares: Mapping[str, float], alike_from: float) -> Likeness:
    alike = same | {other for other, share in shares.items() if share >= alike_from}
    largest = max(shares.values(), default=0.0) if own.grams_count else None
    return Likeness(len(same), largest, tuple(sorted(alike)))


def _containment(one: Hashes, other: Hashes) -> float:
    """The share of the shorter text's 8-grams that are in the other."""
    fewest = min(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / fewest if fewest else 0.0


def _words(transcript: Transcript) -> list[str]:
    return _WORD.findall(" ".join(transcript.turns["text"]).casefold())


def _hashes(words: list[str]) -> Hashes:
    """The hash of each run of eight words, in their order: a polynomial over the words' hashes, then mixed
    (splitmix64) so that the smallest of a window is any of them."""
    if len(words) < _LENGTH:
        return np.array([], dtype=np.uint64)
    single = np.fromiter(map(_hash, words), dtype=np.uint64, count=len(words))
    runs = len(words) - _LENGTH + 1
    mixed = np.zeros(runs, dtype=np.uint64)
    for i in range(_LENGTH):
        mixed = mixed * np.uint64(_FACTOR) + single[i : i + runs]
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


@lru_cache(maxsize=50_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


def _same(sketches: Mapping[str, Sketch]) -> dict[str, set[str]]:
    """For each key the others with exactly the same words; a text without words is like none."""
    groups: dict[str, set[str]] = defaultdict(set)
    for key, drawn in sketches.items():
        if drawn.words:
            groups[drawn.words].add(key)
    return {key: groups[drawn.words] - {key} if drawn.words else set() for key, drawn in sketches.items()}


def _candidates(sketches: Mapping[str, Sketch], least: float) -> Iterator[tuple[str, str, float]]:
    """Pairs of keys that share at least this part of the shorter sketch, with the part, in the order of keys."""
    keys = list(sketches)
    sizes = [len(drawn.sample) for drawn in sketches.values()]
    found, times = np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    for hashes, owners in _slices([drawn.sample for drawn in sketches.values()]):
        pairs, counts = np.unique(_pairs(hashes, owners, len(keys)), return_counts=True)
        found, where = np.unique(np.concatenate([found, pairs]), return_inverse=True)
        times = np.bincount(where, np.concatenate([times, counts]), len(found)).astype(np.int64)
    for pair, shared in zip(found.tolist(), times.tolist(), strict=True):
        one, other = divmod(pair, len(keys))
        share = shared / min(sizes[one], sizes[other])
        if share >= least:
            yield keys[one], keys[other], share


def _slices(samples: list[Hashes]) -> Iterator[tuple[Hashes, NDArray[np.int64]]]:
    """The hashes of all files with their owners, sorted, a slice of the hashes' range at a time to spare memory."""
    bounds = np.arange(1, _SLICES, dtype=np.uint64) << np.uint64(64 - _SLICES.bit_length() + 1)
    cuts = [[0, *np.searchsorted(sample, bounds).tolist(), len(sample)] for sample in samples]
    for i in range(_SLICES):
        parts = [sample[cut[i] : cut[i + 1]] for sample, cut in zip(samples, cuts, strict=True)]
        sizes = [len(part) for part in parts]
        if sum(sizes):
            hashes = np.concatenate(parts)
            order = np.argsort(hashes, kind="stable")
            yield hashes[order], np.repeat(np.arange(len(parts), dtype=np.int64), sizes)[order]


def _pairs(hashes: Hashes, owners: NDArray[np.int64], keys: int) -> NDArray[np.int64]:
    """Every pair of owners of one hash as `smaller * keys + larger`, once a hash; `hashes` are sorted, and the owners
    of one hash ascend."""
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    sizes = np.diff(np.r_[starts, len(hashes)])
    size_of = np.repeat(sizes, sizes)
    left = np.repeat(starts + sizes, sizes) - np.arange(len(hashes)) - 1
    reach = np.where(size_of > _CROWD, np.minimum(left, _NEIGHBOURS), left)
    found = []
    for step in range(1, int(reach.max(initial=0)) + 1):
        at = np.flatnonzero(reach >= step)
        found.append(owners[at] * keys + owners[at + step])
    return np.concatenate(found) if found else np.array([], dtype=np.int64)
