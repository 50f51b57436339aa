"""Numbers, addresses and days as people say them and speech recognition writes them: `five five five, oh one four`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from evidence.detectors.span import Span
from evidence.detectors.words import words_of

_SOURCE = "patterns"
_SAID = ("zero oh o nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: digit for digit, words in enumerate(_SAID) for word in words.split()}
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_WORD = "|".join([*_DIGITS, *_TEENS, *_TENS, *_TIMES, "hundred", "thousand"])
_NEXT = rf"(?:{_WORD}|\d{{1,4}})(?![a-z\d])"
_RUN = re.compile(
    rf"{_NEXT}(?:[ ,.\-]{{1,3}}(?:and |uh |um |dash |area code )?{_NEXT}){{3,20}}"
)  # in small letters and without a bound before it, so that the search skips where none of them begins
_WORDS = frozenset(_WORD.split("|"))
_TOKEN = re.compile(r"[a-z]+|\d+", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_FEWEST_WORDS, _FARTHEST = 3, 3

STREET_WORDS = ("street", "avenue", "road", "boulevard")
"""One of them stands in every spoken address."""
_BEFORE_STREET = re.compile(
    rf"\b(?:{_WORD})(?:[ -](?:{_WORD})){{1,4}} (?!and |to |or )(?:[a-z']{{2,20}} ){{1,2}}$", re.IGNORECASE
)
_LONGEST_ADDRESS = 90

NUMBER_WORDS = rf"(?:{_WORD})"
"""Any word of a spoken number, for other patterns."""


def find_spoken_phones(text: str) -> Iterator[Span]:
    """Runs of at least four said digits, seven to fifteen in all; plain counting (`one two three four …`) is none."""
    for match in _runs(text):
        tokens = [token.lower() for token in _TOKEN.findall(match[0])]
        digits = _digits(tokens)
        spoken = sum(token in _DIGITS or token in _TIMES for token in tokens)
        singles = sum(len(token) == 1 and token.isdigit() for token in tokens)
        if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or spoken + singles < 4 or _is_counting(digits):
            continue
        yield Span(match.start(), match.end(), "phone", 0.9, _SOURCE)


def _runs(text: str) -> Iterator[re.Match[str]]:
    """Every run of said numbers that begins a word."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    for at, end in _groups(text):
        while match := _RUN.search(lowered, at, end):
            before = lowered[match.start() - 1 : match.start()]
            if before.isalnum() or before in ("_", "-"):
                at = match.start() + 1
                continue
            yield match
            at = match.end()


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Where at least four number words stand close enough to each other to be a run."""
    words = words_of(text)
    said = [i for i, key in enumerate(words.keys) if key in _WORDS or (key.isdigit() and len(key) < 5)]
    group: list[int] = []
    for i in said:
        if group and i - group[-1] > _FARTHEST:
            if len(group) > _FEWEST_WORDS:
                yield words.starts[group[0]], words.ends[group[-1]] + 1
            group = []
        group.append(i)
    if len(group) > _FEWEST_WORDS:
        yield words.starts[group[0]], words.ends[group[-1]] + 1


def find_spoken_addresses(text: str) -> Iterator[Span]:
    """A number of at least two words, one or two words, and `street`, `avenue`, `road` or `boulevard`."""
    for start, end in sorted(_streets(text)):
        begin = max(0, start - _LONGEST_ADDRESS)
        match = _BEFORE_STREET.search(text[begin:start])
        if match:
            yield Span(begin + match.start(), end, "street_address", 0.7, _SOURCE)


def _streets(text: str) -> Iterator[tuple[int, int]]:
    """Where one of the words for a street stands by itself."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    for word in STREET_WORDS:
        at = lowered.find(word)
        while at >= 0:
            end = at + len(word)
            if not lowered[end : end + 1].isalnum() and not lowered[at - 1 : at].isalnum():
                yield at, end
            at = lowered.find(word, end)


def _digits(tokens: list[str]) -> str:
    """What the tokens spell in digits; `double five` is 55, `forty two` 42, `eight hundred` 800."""
    digits, times, is_open = "", 1, False
    for token in tokens:
        if token in _TIMES:
            times = _TIMES[token]
            continue
        if token in _TENS:
            digits += str(_TENS.index(token) + 2) + "0"
            is_open = True
            continue
        if token in _DIGITS and is_open and token not in ("zero", "oh", "o", "nought"):
            digits = digits[:-1] + str(_DIGITS[token])
        elif token in _DIGITS:
            digits += str(_DIGITS[token]) * times
        elif token in _TEENS:
            digits += str(_TEENS.index(token) + 10)
        elif token == "hundred":
            digits += "00"
        elif token == "thousand":
            digits += "000"
        elif token.isdigit():
            digits += token
        times, is_open = 1, False
    return digits


def _is_counting(digits: str) -> bool:
    """Whether the digits go up or down one by one, or stay the same, as in counting."""
    steps = {int(b) - int(a) for a, b in pairwise(digits)}
    return (len(steps) == 1 and steps <= {-1, 0, 1}) or digits.startswith("123456")
