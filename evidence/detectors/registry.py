"""The registry scan: every name, alias and site the study knows, wherever and however it is written.

This scan is the guarantee of the leak check; every other detector only hints at what remains. All patterns go
through one automaton (Aho and Corasick, 1975), so its cost does not grow with the registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick

from evidence.detectors.common_words import BEFORE_MONTH, COMMON_WORDS, FOLLOWING, MONTHS, PARTICLES
from evidence.detectors.folding import Folded, fold
from evidence.detectors.span import Span

Kind = Literal["name", "alias", "site"]

_SOURCE = "registry"
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-]{1,2}){2,}[^\W\d_](?!\w)")
_BROKEN = re.compile(r"(?<!\w)([^\W\d_]+)-\s+([^\W\d_]+)(?!\w)")


class Entry(NamedTuple):
    """Something the registry knows: a person's full name, another way a person is called, or a site's name.

    `person` is the participant code of whom it names, where one is known.
    """

    kind: Kind
    text: str
    person: str = ""


class _Pattern(NamedTuple):
    """A folded pattern; `guarded` ones are everyday words too and count only when they look like a name."""

    kind: Kind
    score: float
    guarded: bool


class Registry:
    """A detector over the study's own names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._patterns: dict[str, _Pattern] = {}
        self._people: dict[str, set[str]] = {}
        for entry in entries:
            for text, pattern in _patterns(entry):
                if entry.person:
                    self._people.setdefault(text, set()).add(entry.person)
                known = self._patterns.get(text)
                if known is None or (known.guarded and not pattern.guarded):
                    self._patterns[text] = pattern
        self._texts = list(self._patterns)
        self._automaton = AhoCorasick(self._texts) if self._texts else None

    def __len__(self) -> int:
        return len(self._texts)

    def find(self, text: str) -> list[Span]:
        """Names in `text`, also in lower case, hyphenated, accented or possessive, broken at a line's end, or spelled
        out letter by letter; the longest of overlapping ones."""
        if self._automaton is None or not text:
            return []
        folded = fold(text)
        found = [span for span in self._matches(folded, text) if span]
        return _longest([*found, *self._disguised(text)])

    def people(self, text: str, span: Span) -> frozenset[str]:
        """The participant codes of everybody whom what stands at `span` of `text` may name."""
        found = fold(text[span.start : span.end]).text.strip()
        joined = re.sub(r"[ .\-]", "", found)
        return frozenset(self._people.get(found) or self._people.get(joined) or ())

    def _matches(self, folded: Folded, text: str) -> Iterator[Span | None]:
        assert self._automaton is not None
        for index, start, end in self._automaton.find_matches_as_indexes(folded.text, overlapping=True):
            if _inside_word(folded.text, start, end):
                continue
            pattern = self._patterns[self._texts[index]]
            first, last = folded.original(start), folded.original(end - 1) + 1
            if not pattern.guarded or _looks_like_a_name(text, first, last):
                yield Span(first, last, pattern.kind, pattern.score, _SOURCE)

    def _disguised(self, text: str) -> Iterator[Span]:
        for match in _SPACED.finditer(text):
            yield from self._joined(match, re.sub(r"[ .\-]", "", match[0]))
        for match in _BROKEN.finditer(text):
            yield from self._joined(match, match[1] + match[2])

    def _joined(self, match: re.Match[str], joined: str) -> Iterator[Span]:
        pattern = self._patterns.get(fold(joined).text)
        if pattern is not None and (not pattern.guarded or match[0][0].isupper()):
            yield Span(match.start(), match.end(), pattern.kind, pattern.score, _SOURCE)


def _patterns(entry: Entry) -> Iterator[tuple[str, _Pattern]]:
    whole = " ".join(fold(entry.text).text.replace(",", " ").split())
    if len(whole) < 2:
        return
    words = whole.split()
    alone = len(words) == 1
    yield whole, _Pattern(entry.kind, 1.0, alone and _guarded(whole))
    if entry.kind == "site" or alone:
        return
    yield f"{words[-1]}, {' '.join(words[:-1])}", _Pattern(entry.kind, 1.0, False)
    if entry.kind == "name":
        for word in (w.strip(".'\"()") for w in words):
            if len(word) >= 2 and word not in PARTICLES:
                yield word, _Pattern(entry.kind, 0.9, _guarded(word))


def _guarded(word: str) -> bool:
    return word in COMMON_WORDS or len(word) <= 2


def _inside_word(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum())


def _looks_like_a_name(text: str, start: int, end: int) -> bool:
    """A capital, and neither a sentence's first word before a function word nor a month after `in` or `last`."""
    if not text[start].isupper():
        return False
    before, after = text[:start].rstrip(), text[end:].lstrip()
    following = re.match(r"[\w']+", after)
    if (not before or before[-1] in '.?!:"“') and following and following[0].casefold() in FOLLOWING:
        return False
    previous = re.search(r"[\w']+$", before)
    month = text[start:end].casefold() in MONTHS
    return not (month and previous and previous[0].casefold() in BEFORE_MONTH)


def _longest(spans: Iterable[Span]) -> list[Span]:
    """Of overlapping spans the longest, then the surer, then the first."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, -s.score, s.start)):
        if all(span.end <= k.start or span.start >= k.end for k in kept):
            kept.append(span)
    return sorted(kept)
