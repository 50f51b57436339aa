"""Whether pseudonyms keep people apart and point at nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from evidence.detectors.folding import fold


def pseudonym_collisions(pairs: Sequence[tuple[str, str]], real_names: Collection[str]) -> list[int | None]:
    """For each (participant, pseudonym) how many ways the pseudonym fails: shared with another participant, another
    one of the same participant, a real name or part of one. None where there is no pseudonym."""
    people: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for participant, pseudonym in pairs:
        if pseudonym.strip():
            people[_key(pseudonym)].add(participant)
            names[participant].add(_key(pseudonym))
    real = {_key(name) for name in real_names} | {part for name in real_names for part in _key(name).split()}
    return [
        None
        if not pseudonym.strip()
        else (len(people[_key(pseudonym)]) > 1) + (len(names[participant]) > 1) + (_key(pseudonym) in real)
        for participant, pseudonym in pairs
    ]


def _key(name: str) -> str:
    return " ".join(fold(name).text.split())
