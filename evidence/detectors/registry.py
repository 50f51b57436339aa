"""The registry scan: every name, alias and site the study knows, wherever and however it is written.

This scan is the guarantee of the leak check; every other detector only hints at what remains. Words are looked up in
tables, so its cost does not grow with the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence.detectors.common_words import FUNCTION_WORDS, GROUPS, is_guarded
from evidence.detectors.everyday import is_everyday, is_plain
from evidence.detectors.joined import BREAK
from evidence.detectors.name_lists import given_names, surnames
from evidence.detectors.named import is_named
from evidence.detectors.registered import Entry, Kind, Way, ways
from evidence.detectors.span import Span, longest
from evidence.detectors.spelling import Letter, spelled
from evidence.detectors.words import Words, words_of

__all__ = ["Entry", "Kind", "Registry"]

_SOURCE = "registry"
_LONGEST_GAP = 4
_PLURAL = 4


class Registry:
    """A detector over the study's own names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._ways: dict[tuple[str, ...], Way] = {}
        self._people: dict[tuple[str, ...], set[str]] = {}
        for entry in entries:
            for words, way in ways(entry):
                if entry.person:
                    self._people.setdefault(words, set()).add(entry.person)
                known = self._ways.get(words)
                if known is None or _surer(way, known):
                    self._ways[words] = way
        self._alone = {words[0]: way for words, way in self._ways.items() if len(words) == 1}
        self._several: dict[str, dict[str, list[tuple[str, ...]]]] = {}
        for words in self._ways:
            if len(words) > 1:
                self._several.setdefault(words[0], {}).setdefault(words[1], []).append(words)
        self._known = frozenset(self._alone) | frozenset(self._several)
        self._joinable = frozenset(word for word in self._alone if len(word) > 3)

    def __len__(self) -> int:
        return len(self._ways)

    def __repr__(self) -> str:
        return f"Registry({len(self)} ways to write a name)"

    @property
    def words(self) -> frozenset[str]:
        """Every single folded word that is found by itself."""
        return frozenset(self._alone)

    def find(self, text: str) -> list[Span]:
        """Names in `text`, also in lower case, hyphenated, accented or possessive, split or broken at a line's end, or
        spelled out letter by letter; of overlapping ones the first and longest."""
        if not self._ways or not text:
            return []
        words = words_of(text)
        found = [*self._written(words), *self._split(words), *self._spelled(words)]
        return longest(found)

    def people(self, text: str, span: Span) -> frozenset[str]:
        """The participant codes of everybody whom what stands at `span` of `text` may name."""
        keys = words_of(text[span.start : span.end]).keys
        joined = "".join(keys)
        for written in (tuple(keys), (joined,), (joined.removesuffix("s"),)):
            if written in self._people:
                return frozenset(self._people[written])
        letters = "".join(key for key in keys if len(key) == 1)
        return frozenset(self._people.get((letters,), ()))

    def _written(self, words: Words) -> Iterator[Span]:
        present = words.unique
        known = present & self._known
        plural = {word: word[:-1] for word in present if word[-1] == "s" and self._is_plural(word)}
        for i, key in enumerate(words.keys) if known or plural else ():
            if key in known:
                last, way = self._longest_at(words, i)
                if way is not None:
                    yield Span(words.starts[i], words.ends[last], way.kind, way.score, _SOURCE)
            elif key in plural:
                way = self._alone[plural[key]]
                yield Span(words.starts[i], words.ends[i], way.kind, 0.8, _SOURCE)

    def _longest_at(self, words: Words, i: int) -> tuple[int, Way | None]:
        """The last word and the way of the longest name that begins at word i."""
        best, found = i, None
        several = self._several.get(words.keys[i])
        for written in several.get(words.key(i + 1), ()) if several else ():
            last = i + len(written) - 1
            way = self._ways[written]
            if last > best and tuple(words.keys[i : last + 1]) == written and _holds_together(words, i, last, way):
                best, found = last, way
        if found is None:
            alone = self._alone.get(words.keys[i])
            if alone is not None and (not alone.is_guarded or is_named(words, i)):
                return i, alone
        return best, found

    def _is_plural(self, word: str) -> bool:
        """Whether a word is a family's or an owner's form of a registered name (`the Kinleys`), and no other name."""
        way = self._alone.get(word[:-1])
        if way is None or way.is_guarded or way.kind == "site" or len(word) <= _PLURAL or word in self._known:
            return False
        return not is_plain(word) and word not in surnames() and word not in given_names()

    def _split(self, words: Words) -> Iterator[Span]:
        """Names whose two halves stand apart: `Mc Kinley`, `Kin-\\nley`."""
        for i in words.pairs(self._joinable):
            way = self._alone[words.keys[i] + words.keys[i + 1]]
            if self._is_split(words, i):
                yield Span(words.starts[i], words.ends[i + 1], way.kind, 0.8, _SOURCE)

    def _is_split(self, words: Words, i: int) -> bool:
        gap, first, second = words.gap(i), words.keys[i], words.keys[i + 1]
        if len(gap) > _LONGEST_GAP or gap.strip(" \t\r\n-‐‑–'’") or first in ("a", "i") or second in ("a", "i"):
            return False
        if is_guarded(first + second) and not words.is_capital(i):
            return False
        if gap.strip() and gap[-1].isspace():
            return True
        if {first, second} & FUNCTION_WORDS or (is_plain(first) and is_plain(second)):
            is_name_like = words.is_cased and not words.opens(i) and words.is_capital(i)
            return is_name_like and (words.is_capital(i + 1) or not is_everyday(second))
        return True

    def _spelled(self, words: Words) -> Iterator[Span]:
        for run in spelled(words):
            for part in _parts(run):
                way = self._alone.get("".join(letter for letter, _, _ in part))
                if way is not None:
                    yield Span(part[0].start, part[-1].end, way.kind, 0.9, _SOURCE)


def _surer(way: Way, known: Way) -> bool:
    """Whether a way counts rather than one known for the same words: unguarded, not by initial, surer."""
    return (not way.is_guarded, way.form != "initial", way.score) > (
        not known.is_guarded,
        known.form != "initial",
        known.score,
    )


def _holds_together(words: Words, first: int, last: int, way: Way) -> bool:
    """Whether words first..last stand together as a name, with no mark between them that parts it."""
    for i in range(first, last):
        gap = words.gap(i)
        marks = gap.strip(" \t\r\n-‐‑–—'’_/&()\"“”")
        if len(gap) > _LONGEST_GAP or BREAK in gap:
            return False
        if marks == "." and len(words.keys[i]) <= 3:
            continue
        if marks and not (marks == "," and way.form == "reversed"):
            return False
    if way.form == "initial":
        return _is_initial(words, first, last)
    keys = words.keys[first : last + 1]
    has_comma = "," in words.text[words.starts[first] : words.ends[last]]
    if way.form == "reversed" and not has_comma and any(map(is_guarded, keys)):
        return False
    if not all(map(is_guarded, keys)):
        return True
    if words.after(last) in GROUPS:
        return False
    if words.is_cased:
        return any(words.is_capital(i) for i in range(first, last + 1)) and not _is_sentence(words, first, last)
    return True


def _is_initial(words: Words, first: int, last: int) -> bool:
    """Whether the single letter among these words is written as an initial, and the other word as a name."""
    for i in range(first, last + 1):
        key = words.keys[i]
        if len(key) == 1:
            dotted = words.text[words.ends[i] : words.ends[i] + 1] == "."
            if words.gap(i - 1) in ("'", "’") or not (dotted or (words.is_capital(i) and key not in ("i", "a"))):
                return False
        elif is_guarded(key) and not (words.is_cased and words.is_capital(i)) and words.gap(i - 1)[:1] != ".":
            return False
    return True


def _is_sentence(words: Words, first: int, last: int) -> bool:
    """Whether only the capital that opens a sentence makes these everyday words look like a name (`Will young`)."""
    return words.opens(first) and not any(words.is_capital(i) for i in range(first + 1, last + 1))


def _parts(run: list[Letter]) -> Iterator[list[Letter]]:
    """A run of letters, the same without a first `a` or `i`, and long parts of it."""
    yield run
    if run[0].letter in "ai":
        yield run[1:]
    for length in range(len(run) - 1, 4, -1):
        yield from (run[at : at + length] for at in range(len(run) - length + 1))
