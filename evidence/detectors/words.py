"""The words of a text as names are compared: folded, without a possessive or short verb, each with its place."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from itertools import accumulate, compress, pairwise
from operator import add
from string import ascii_letters, ascii_uppercase, digits
from typing import NamedTuple

from evidence.detectors.joined import BREAK

_ENDS = ("'s", "'ll", "'d", "'ve", "'re", "'m")
_SHORTENED = "i you he she it we they that this there here what who where how when why let"
_PRONOUNS = frozenset(_SHORTENED.split())
_NO_PARTS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "ng"}
_APOSTROPHES = frozenset("‘’ʼ＇`´ʻ′")
_ENDING = re.compile(r"^['’](?:s|m|d|ll|ve|re)?\b", re.IGNORECASE)
_DROPPED = ("Mn", "Cf")
_ASCII = dict.fromkeys(range(128), " ") | {ord(c): c.lower() for c in f"{ascii_letters}{digits}'"}
_ASCII[ord("`")] = "'"
_STARTS = frozenset(f'.?!:;"“”„«»()[]{{}}<>…–—|/\n{BREAK}')


class _Trimmed(NamedTuple):
    """A folded word and how many characters before it were left out."""

    key: str
    start: int


class Words:
    """`keys[i]` is the i-th word folded, at `starts[i]`..`ends[i]` of the text; its form as written is `written(i)`.

    `is_cased` says whether capitals mean something: some but not most words of the text begin with one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        folded, offsets = _folded(text)
        written = folded.split(" ")
        starts = list(accumulate(map(len, written[:-1]), lambda at, length: at + length + 1, initial=0))
        special = {word: trimmed for word in set(written) if (trimmed := _trimmed(word)).key != word or not word}
        for i in [i for i, word in enumerate(written) if word in special] if special else ():
            written[i], left_out = special[written[i]]
            starts[i] += left_out
        starts = list(compress(starts, written))
        written = list(compress(written, written))
        self.keys: list[str] = written
        self.starts: list[int] = starts
        self.ends: list[int] = list(map(add, starts, map(len, written)))
        if offsets is not None:
            self.ends = [offsets[end - 1] + 1 for end in self.ends]
            self.starts = [offsets[start] for start in self.starts]
        capitals = sum(map(text.count, ascii_uppercase))
        self.is_cased = 0.015 * len(written) <= capitals <= 1.5 * len(written)

    @cached_property
    def unique(self) -> frozenset[str]:
        """Each folded word once."""
        return frozenset(self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def written(self, i: int) -> str:
        """The word as it stands in the text."""
        return self.text[self.starts[i] : self.ends[i]]

    def gap(self, i: int) -> str:
        """What stands between word i and the next; a break where there is none."""
        if not 0 <= i < len(self.keys) - 1:
            return BREAK
        return self.text[self.ends[i] : self.starts[i + 1]]

    def mark(self, i: int) -> str:
        """What stands between word i and the next, without the possessive or short verb of word i."""
        return _ENDING.sub("", self.gap(i))

    def is_capital(self, i: int) -> bool:
        """Whether the word begins with a capital."""
        return self.text[self.starts[i]].isupper()

    def key(self, i: int) -> str:
        """The folded word, "" beyond the ends of the text and of its parts."""
        return self.keys[i] if 0 <= i < len(self.keys) else ""

    def before(self, i: int) -> str:
        """The folded word before word i in the same sentence, else ""."""
        return self.key(i - 1) if i > 0 and not _STARTS.intersection(self.gap(i - 1)) else ""

    def after(self, i: int) -> str:
        """The folded word after word i in the same sentence, else ""."""
        return self.key(i + 1) if not _STARTS.intersection(self.gap(i)) else ""

    def opens(self, i: int) -> bool:
        """Whether word i opens a sentence, a line, a quotation or a bracket, so that its capital means nothing."""
        return i == 0 or bool(_STARTS.intersection(self.text[self.ends[i - 1] : self.starts[i]]))

    def pairs(self, among: frozenset[str]) -> list[int]:
        """Where a word and the next, written as one, are among these."""
        return [i for i, (a, b) in enumerate(pairwise(self.keys)) if a + b in among]


@lru_cache(maxsize=2)
def words_of(text: str) -> Words:
    """The words of a text; those of the last texts are kept, since every detector looks at the same."""
    return Words(text)


def parts_of(name: str) -> list[str]:
    """The folded words of a name; "O’Brien-Smith" has two."""
    return Words(name).keys


def spelled_otherwise(name: str) -> str:
    """A name with ö as oe, ø as oe, å as aa; "" where that is nothing else."""
    text = unicodedata.normalize("NFC", name).casefold()
    other = text.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ø"): "oe", ord("å"): "aa"})
    return other if other != text else ""


def _trimmed(word: str) -> _Trimmed:
    """A word without outer apostrophes, possessive, short verb, or the digits at its end (`heather2`)."""
    key = word.lstrip("'")
    start = len(word) - len(key)
    if "'" in key:
        key = key.rstrip("'")
        said = next((key[: -len(end)] for end in _ENDS if key.endswith(end)), key)
        key = key if said in _PRONOUNS else said
    if key and key[-1].isdigit() and len(bare := key.rstrip("0123456789")) > 3 and bare[-1].isalpha():
        key = bare
    return _Trimmed(key, start)


def _folded(text: str) -> tuple[str, list[int] | None]:
    """The folded text; `offsets[i]` is where its i-th character stood, None where each stands where it stood."""
    if text.isascii():
        return text.translate(_ASCII), None
    table = {character: _plain(character) for character in set(text) if not character.isascii()}
    if all(len(plain) == 1 for plain in table.values()):
        return text.translate(_ASCII | {ord(character): plain for character, plain in table.items()}), None
    characters: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(text):
        plains = table[character] if character in table else _ASCII[ord(character)]
        characters.extend(plains)
        offsets.extend([i] * len(plains))
    return "".join(characters), offsets


def _plain(character: str) -> str:
    """One character folded (NFKD, casefold, no accent): none for a bare accent, a space for what is in no word."""
    if character in _APOSTROPHES:
        return "'"
    if unicodedata.category(character) in _DROPPED:
        return ""
    kept = [c for c in unicodedata.normalize("NFKD", character).casefold() if unicodedata.category(c) not in _DROPPED]
    folded = "".join(_NO_PARTS.get(c, c) for c in kept)
    return folded if folded.isalnum() else " "
