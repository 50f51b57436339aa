"""Names that no register knows: people, places and organisations, by lists of names and what stands beside them.

A hint, never a guarantee: every candidate waits for a person's decision on its string. Countries and states are no
candidates (45 CFR 164.514(b)(2)(i)(B) lists places smaller than a state).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from evidence.detectors import gazetteer_words as said
from evidence.detectors.common_words import BEFORE_MONTH, COMMON_WORDS, MONTHS, PARTICLES
from evidence.detectors.everyday import is_plain
from evidence.detectors.masks import masked
from evidence.detectors.name_lists import given_names, places, short_forms, surnames, wide_places
from evidence.detectors.span import Span
from evidence.detectors.words import Words, parts_of, words_of

_SOURCE = "gazetteer"
_LONGEST = 4
_NAME_LIKE = surnames() | COMMON_WORDS | said.ORGANISATIONS
_JOINTS = frozenset((" ", "-", "'", "’"))


class Gazetteer:
    """A detector of names by lists; `known` strings (the team, the study, its sites) are no candidates."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = {" ".join(parts_of(text)) for text in known}
        self._known |= {part for text in self._known for part in text.split() if len(part) > 2}

    def find(self, text: str) -> list[Span]:
        """Candidates by start; they do not overlap, the longer one stands."""
        words = words_of(masked(text))
        found: list[Span] = []
        beyond = 0
        for i in _starts(words):
            if i < beyond:
                continue
            hit = next((hit for hit in self._hits(words, i) if hit[1] >= beyond), None)
            if hit is not None:
                kind, first, last, score = hit
                beyond = last + 1
                found.append(Span(words.starts[first], words.ends[last], kind, score, _SOURCE))
        return found

    def _hits(self, words: Words, i: int) -> Iterator[tuple[str, int, int, float]]:
        """What the word at `i` begins, the surest first: (kind, first word, last word, score)."""
        for kind, first, last, score in (
            *_organisation(words, i),
            *_place(words, i),
            *_after_cue(words, i),
            *_person(words, i),
        ):
            if " ".join(words.keys[first : last + 1]) not in self._known:
                yield kind, first, last, score


def _starts(words: Words) -> list[int]:
    """Where something may begin: no other word is looked at."""
    if not words.is_cased:
        anywhere = _small_given() | _small_families() | _first_of_places()
        return [i for i, key in enumerate(words.keys) if key in anywhere]
    cues, capitals, small = said.CUES, _capitals(), _small_given()
    text, starts = f"{words.text} ", [*words.starts, len(words.text)]
    return [
        i
        for i, key in enumerate(words.keys)
        if (key in capitals and (key in small or text[starts[i]].isupper()))
        or (key in cues and text[starts[i + 1]].isupper())
    ]


@cache
def _capitals() -> frozenset[str]:
    """Words that may begin a name, a place or the last word of an organisation when they have a capital."""
    return given_names() | surnames() | _first_of_places() | said.ORGANISATIONS


@cache
def _first_of_places() -> frozenset[str]:
    return frozenset(place.split()[0] for place in places())


@cache
def _small_given() -> frozenset[str]:
    """Given names that are names in small letters too."""
    long = {name for name in given_names() if len(name) > 3} | short_forms()
    return frozenset(name for name in long if name not in COMMON_WORDS and not is_plain(name))


@cache
def _small_families() -> frozenset[str]:
    """Family names that are names in small letters too, where no word has a capital."""
    return frozenset(n for n in surnames() if len(n) > 4 and n not in COMMON_WORDS and not is_plain(n))


def _organisation(words: Words, i: int) -> Iterator[tuple[str, int, int, float]]:
    """Capitalised words ending in one like `Clinic`, or `University of …`; generic ones (`Crisis Center`) are none."""
    if words.keys[i] not in said.ORGANISATIONS or not words.is_cased or not words.is_capital(i):
        return
    first = i
    while first > 0 and _joined(words, first - 1) and words.is_capital(first - 1) and i - first < _LONGEST:
        first -= 1
    if words.opens(first) and words.keys[first] in said.OPENERS:
        first += 1
    last = i
    if words.after(i) == "of" and i + 2 < len(words) and words.is_capital(i + 2):
        last = _run(words, i + 2)
    if last > first and not all(key in said.GENERIC for key in words.keys[first : last + 1]):
        yield "organisation", first, last, 0.6


def _place(words: Words, i: int) -> Iterator[tuple[str, int, int, float]]:
    """A city or county: capitalised, or in text without capitals of several words or after `in`, `from`, ..."""
    for length in range(min(_LONGEST, len(words) - i), 0, -1):
        name = " ".join(words.keys[i : i + length])
        if name not in places() or any(not _joined(words, j) for j in range(i, i + length - 1)):
            continue
        last = i + length - 1
        is_led = words.before(i) in said.BEFORE_PLACES
        if words.is_cased:
            is_written = all(words.is_capital(j) for j in range(i, last + 1) if words.keys[j] not in PARTICLES)
            is_alone = length > 1 or is_led or words.keys[i] not in given_names() | surnames() | COMMON_WORDS
            if is_written and is_alone and (length > 1 or is_led or not is_plain(name)):
                yield "place", i, last, 0.6
        elif (length > 1 and not all(map(is_plain, name.split()))) or (is_led and length == 1 and not is_plain(name)):
            yield "place", i, last, 0.5


def _after_cue(words: Words, i: int) -> Iterator[tuple[str, int, int, float]]:
    """The capitalised words after `Dr.`, `my son`, `named`: names whatever the lists hold."""
    key = words.keys[i]
    if not words.is_cased or not _is_cue(words, i) or i + 1 >= len(words):
        return
    follows = words.gap(i) in {" ", ". ", ", "} and words.is_capital(i + 1)
    name = words.keys[i + 1]
    is_word = is_plain(name) and name not in COMMON_WORDS
    if follows and not (is_word or _is_stop(name) or _is_wide(words, i + 1)) and len(name) > 1:
        yield "person", i + 1, _run(words, i + 1), 0.9 if key in said.HONORIFICS else 0.7


def _is_cue(words: Words, i: int) -> bool:
    key = words.keys[i]
    if key in said.HONORIFICS or key in said.NAMING:
        return True
    if key not in said.RELATIVES:
        return False
    before = words.before(i)
    return before in said.POSSESSIVES or (before in said.BESIDE_RELATIVES and words.before(i - 1) in said.POSSESSIVES)


def _person(words: Words, i: int) -> Iterator[tuple[str, int, int, float]]:
    """A given name with what follows it, or a family name that is no everyday word."""
    key = words.keys[i]
    is_given, is_family = key in given_names(), key in surnames()
    if not (is_given or is_family) or _is_wide(words, i):
        return
    if not (words.is_cased and words.is_capital(i)):
        if key in _small_given():
            yield "lowercase_name", i, _lower_run(words, i), 0.4 if words.is_cased else 0.5
        elif not words.is_cased and key in _small_families():
            yield "lowercase_name", i, i, 0.4
        return
    if len(key) < 2 or (len(key) == 2 and words.opens(i)):
        return
    last = _run(words, i)
    is_word = key in COMMON_WORDS or is_plain(key)
    if last > i and words.keys[last] in said.ORGANISATIONS:
        yield "organisation", i, last, 0.6
    elif last > i and (is_given or not is_word):
        yield "person", i, last, 0.9
    elif last == i and key in COMMON_WORDS and is_given and not words.opens(i) and not _is_month(words, i):
        yield "person", i, i, 0.4
    elif last == i and not is_word and (is_given or len(key) > 3):
        yield "person", i, i, 0.8 if is_given else 0.5


def _run(words: Words, i: int) -> int:
    """The last word of a name that begins at `i`: capitalised words on, particles (`de la`) among them."""
    last = j = i
    while j + 1 < len(words) and j + 1 - i <= _LONGEST and _joined(words, j):
        j += 1
        if words.is_capital(j) and not _is_stop(words.keys[j]):
            last = j
        elif words.keys[j] not in PARTICLES:
            break
    return last


def _lower_run(words: Words, i: int) -> int:
    """In text without capitals the family name after a given name belongs to it."""
    after = words.after(i)
    return i + 1 if after in surnames() and after not in COMMON_WORDS and not is_plain(after) else i


def _is_stop(key: str) -> bool:
    """Capitalised words that are no part of a name before them: `Maria I think`, `Maria Monday`."""
    return key in said.STOPS or (is_plain(key) and key not in _NAME_LIKE)


def _joined(words: Words, i: int) -> bool:
    return words.gap(i) in _JOINTS


def _is_wide(words: Words, i: int) -> bool:
    """Whether a country or state begins here and is meant: `from Georgia`, `New York`."""
    pair = f"{words.keys[i]} {words.after(i)}"
    return pair in wide_places() or (words.keys[i] in wide_places() and words.before(i) in said.BEFORE_PLACES)


def _is_month(words: Words, i: int) -> bool:
    return words.keys[i] in MONTHS and words.before(i) in BEFORE_MONTH
