"""Near misses: words one slip away from a registered name, as typists and speech recognition make them.

A deletion index finds them (Garbe's symmetric delete, for one edit): two words are one insertion, deletion,
substitution or swap of neighbours apart only if they meet when at most one letter is left out of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence.detectors.common_words import COMMON_WORDS
from evidence.detectors.everyday import everyday, is_plain
from evidence.detectors.name_lists import given_names, places, surnames, wide_places
from evidence.detectors.registered import Entry
from evidence.detectors.span import Span
from evidence.detectors.words import Words, parts_of, words_of

_SHORTEST = 5
_SHORTEST_UNCASED = 6
_RARE = 3
_SOURCE = "near"
_ENDINGS = ("tion", "sion", "ness", "ment", "ally", "ology", "ism", "ize", "ise", "ting", "ical", "ous", "ified")


class NearMisses:
    """A detector of words one edit away from a registered name of at least five letters."""

    def __init__(self, entries: Iterable[Entry], found: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        """`found` are words that the registry scan finds itself, `known` strings are no hint at anybody."""
        self._names = frozenset(
            word
            for entry in entries
            if entry.kind == "name"
            for word in parts_of(entry.text)
            if len(word) >= _SHORTEST and not is_plain(word)
        )
        self._left_alone = frozenset(found) | {word for text in known for word in parts_of(text)}
        self._index: dict[str, list[str]] = {}
        for name in self._names:
            for shorter in _shorter(name):
                self._index.setdefault(shorter, []).append(name)

    def __repr__(self) -> str:
        return f"NearMisses({len(self._names)} names)"

    def find(self, text: str) -> list[Span]:
        """The words that look like a slip: no everyday word, no other name, and written as names are."""
        if not self._index or not text:
            return []
        words = words_of(text)
        near = {key for key in words.unique - everyday() - COMMON_WORDS - self._left_alone if self._is_near(key)}
        if not near:
            return []
        at = [i for i, key in enumerate(words.keys) if key in near]
        meant = near - _unlike_names(words, at)
        return [Span(words.starts[i], words.ends[i], "near_name", 0.6, _SOURCE) for i in at if words.keys[i] in meant]

    def _is_near(self, key: str) -> bool:
        if len(key) < _SHORTEST or self._index.keys().isdisjoint(_shorter(key)) or not key.isalpha():
            return False
        if is_plain(key) or key in given_names() or key in surnames() or key in places() or key in wide_places():
            return False
        return any(
            _is_one_edit(key, name) for shorter in _shorter(key) for name in self._index.get(shorter, ()) if name != key
        )


def _unlike_names(words: Words, places: Iterable[int]) -> set[str]:
    """Words that are written as no name is: with a small letter where capitals mean something; where they mean
    nothing, short ones, frequent ones and those with an ending of common nouns and verbs."""
    if words.is_cased:
        return {words.keys[i] for i in places if not words.is_capital(i)}
    counts: dict[str, int] = {}
    for i in places:
        counts[words.keys[i]] = counts.get(words.keys[i], 0) + 1
    return {key for key, n in counts.items() if n > _RARE or len(key) < _SHORTEST_UNCASED or key.endswith(_ENDINGS)}


def _shorter(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters in turn."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _is_one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours leads from one word to the other."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        short, long = sorted((a, b), key=len)
        return short[same:] == long[same + 1 :]
    swapped = a[same : same + 2] == b[same : same + 2][::-1] and a[same + 2 :] == b[same + 2 :]
    return swapped or a[same + 1 :] == b[same + 1 :]
