"""Words spelled out letter by letter: `M A R I A`, `m-a-r-i-a`, `D as in dog, A as in apple`."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from evidence.detectors.words import Words

_SHORTEST = 3
_BETWEEN = frozenset(" .,-–—…\n\t")
_FARTHEST = 5
"""Words from one letter to the next: `D as in dog, A`, with `double` between."""
_AS = frozenset(("as", "for", "like", "is"))


class Letter(NamedTuple):
    """A letter said by itself; `end` lies behind what explains it (`as in dog`)."""

    letter: str
    start: int
    end: int


@lru_cache(maxsize=2)
def spelled(words: Words) -> list[list[Letter]]:
    """The runs of at least three letters, in order; the same mark stands between all letters of a run."""
    runs: list[list[Letter]] = []
    run: list[Letter] = []
    following, mark = -1, ""
    for i in _letters(words):
        before = words.gap(i - 1).strip()
        if i != following or not _is_near(words, i - 1) or (len(run) > 1 and before != mark):
            runs.append(run)
            run = []
        mark = before
        doubled = run and i == following and words.key(i - 1) == "double"
        last = _explained(words, i)
        letter = Letter(words.keys[i], words.starts[i], words.ends[last])
        run.extend([letter, letter] if doubled else [letter])
        following = last + (2 if words.key(last + 1) == "double" and run else 1)
    return [run for run in [*runs, run] if len(run) >= _SHORTEST and len({letter for letter, _, _ in run}) > 1]


def _letters(words: Words) -> list[int]:
    """Where words of one letter stand that may be part of a run: not an `I` or `a` with whole words on both sides."""
    alone = [i for i, key in enumerate(words.keys) if len(key) == 1 and key.isalpha()]
    near = {i for a, b in pairwise(alone) if b - a <= _FARTHEST for i in (a, b)}
    return [i for i in alone if i in near]


def _is_near(words: Words, i: int) -> bool:
    gap = words.gap(i)
    return len(gap) <= 3 and _BETWEEN.issuperset(gap)


def _explained(words: Words, i: int) -> int:
    """The index of the last word that belongs to letter i: itself, or `dog` in `D as in dog`."""
    if words.key(i + 1) not in _AS or not _is_near(words, i):
        return i
    last = i + 3 if words.key(i + 2) in ("in", "an", "for") else i + 2
    said = words.key(last)
    return last if said[:1] == words.keys[i] and len(said) > 1 else i
