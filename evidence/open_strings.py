"""Flagged strings that wait for a person: each string once, with where it is found. For restricted/ only.

What identifies by its shape (e-mail, phone) and whole registered names need no decision: they are masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from evidence.detectors import FAMILY, Decided, Family
from evidence.leaks import Flagged

ORDER: tuple[Family, ...] = ("near", "candidate", "disguised", "registry")
"""The families a person decides on, in the order in which they are asked about."""


class Hit(NamedTuple):
    """Where a string is found: the file, the place in it, and the characters there."""

    path: str
    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenString:
    """One string that nobody has decided on: folded, as it is mostly written, of which kind, and where."""

    key: str
    shown: str
    kind: str
    hits: tuple[Hit, ...]

    @property
    def family(self) -> Family:
        """The family of its kind."""
        return FAMILY[self.kind]

    @property
    def files(self) -> int:
        """In how many files it is found."""
        return len({hit.path for hit in self.hits})

    def shown_first(self) -> tuple[Hit, ...]:
        """Its hits, one of each file before a second of any."""
        ranks: Counter[str] = Counter()
        ranked = []
        for hit in self.hits:
            ranked.append((ranks[hit.path], hit))
            ranks[hit.path] += 1
        return tuple(hit for _, hit in sorted(ranked, key=lambda pair: pair[0]))


def open_strings(flagged: Mapping[str, Iterable[Flagged]], decided: Decided) -> tuple[OpenString, ...]:
    """The strings nobody has decided on, by family in ORDER, then those in most files, in most places, by alphabet.

    `flagged` are the strings of each file by its path. Of several kinds the first in ORDER counts, then the commonest.
    """
    done = decided.names | decided.not_names
    found: dict[str, list[tuple[str, Flagged]]] = {}
    for path in sorted(flagged):
        for one in flagged[path]:
            if one.key and one.key not in done and _is_for_people(one):
                found.setdefault(one.key, []).append((path, one))
    strings = [_string(key, hits) for key, hits in found.items()]
    return tuple(sorted(strings, key=lambda s: (ORDER.index(s.family), -s.files, -len(s.hits), s.key)))


def _is_for_people(one: Flagged) -> bool:
    family = FAMILY.get(one.kind)
    return family in ORDER and not (family == "registry" and len(one.key.split()) > 1)


def _string(key: str, hits: list[tuple[str, Flagged]]) -> OpenString:
    written = Counter(" ".join(one.shown.split()) for _, one in hits)
    kinds = Counter(one.kind for _, one in hits)
    shown = min(written, key=lambda text: (-written[text], text))
    kind = min(kinds, key=lambda k: (ORDER.index(FAMILY[k]), -kinds[k], k))
    places = dict.fromkeys(Hit(path, one.place, one.start, one.end) for path, one in hits)
    return OpenString(key, shown, kind, tuple(places))
