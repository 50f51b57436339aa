"""Every way in which something the registry knows may be written, as sequences of folded words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from evidence.detectors.common_words import PARTICLES, TITLES, is_guarded
from evidence.detectors.words import parts_of, spelled_otherwise

Kind = Literal["name", "alias", "site"]
Form = Literal["straight", "reversed", "initial"]

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "md"))
_SHORTEST_JOINED = 6


class Entry(NamedTuple):
    """Something the registry knows: a person's full name, another way a person is called, or a site's name.

    `person` is the participant code of whom it names, where one is known.
    """

    kind: Kind
    text: str
    person: str = ""


class Way(NamedTuple):
    """How a sequence of words names something; `is_guarded` ones are everyday words and must look like a name.

    `form` says which marks may stand between the words: a comma where the family name comes first, a full stop after
    an initial.
    """

    kind: Kind
    score: float
    is_guarded: bool = False
    form: Form = "straight"


def ways(entry: Entry) -> Iterator[tuple[tuple[str, ...], Way]]:
    """The word sequences by which an entry is found, also where all its words are spelled with oe for ö."""
    yield from _as_spelled(entry)
    respelled = spelled_otherwise(entry.text)
    if respelled:
        yield from _as_spelled(entry._replace(text=respelled))


def _as_spelled(entry: Entry) -> Iterator[tuple[tuple[str, ...], Way]]:
    family, comma, given = entry.text.partition(",")
    text = f"{given} {family}" if comma and entry.kind == "name" else entry.text
    words = [word for word in parts_of(text) if word not in _SUFFIXES]
    if entry.kind == "name" and len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    if not words or len("".join(words)) < 2:
        return
    yield from _whole(entry.kind, words)
    if entry.kind == "site":
        yield from _of_site(words)
    elif entry.kind == "name":
        yield from _of_name(words, text)


def _whole(kind: Kind, words: list[str]) -> Iterator[tuple[tuple[str, ...], Way]]:
    alone = len(words) == 1
    yield tuple(words), Way(kind, 1.0, alone and is_guarded(words[0]))
    plain = [word.replace("'", "") for word in words]
    if plain != words:
        yield tuple(plain), Way(kind, 0.9, alone and is_guarded(plain[0]))
    joined = "".join(plain)
    if not alone and len(joined) >= _SHORTEST_JOINED:
        yield (joined,), Way(kind, 0.9, is_guarded(joined))


def _of_site(words: list[str]) -> Iterator[tuple[tuple[str, ...], Way]]:
    short = words[1:] if words[0] == "the" else words
    for less in (short, [word for word in short if word != "and"]):
        if 1 < len(less) < len(words):
            yield tuple(less), Way("site", 1.0)


def _of_name(words: list[str], text: str) -> Iterator[tuple[tuple[str, ...], Way]]:
    at = next((i for i, word in enumerate(words) if i and word in PARTICLES), len(words) - 1)
    given, family = words[:at], words[at:]
    for word in words:
        if word not in PARTICLES and len(word) > 1:
            yield (word,), Way("name", 0.9, is_guarded(word))
            plain = word.replace("'", "")
            if plain != word:
                yield (plain,), Way("name", 0.9, is_guarded(plain))
    for other in _hyphened(text):
        yield (other,), Way("name", 0.9, is_guarded(other))
    if not given:
        return
    joined = "".join(family)
    if len(family) > 1 and len(joined) >= _SHORTEST_JOINED:
        yield (joined,), Way("name", 0.9)
    yield (*family, *given), Way("name", 1.0, form="reversed")
    for together in ((*family, *given), (given[0], *family), (*family, given[0])):
        yield ("".join(together),), Way("name", 0.9)
    yield (given[0], *family), Way("name", 1.0)
    yield (*family, given[0]), Way("name", 1.0, form="reversed")
    yield (given[0], words[-1]), Way("name", 1.0)
    yield (given[0][0], *family), Way("name", 0.9, form="initial")
    yield (given[0], family[0][0]), Way("name", 0.9, form="initial")
    if len(given) > 1:
        yield (given[0], given[1][0], *family), Way("name", 1.0, form="initial")


def _hyphened(text: str) -> Iterator[str]:
    """The hyphened words of a name, each as one."""
    for word in text.split():
        joined = "".join(parts_of(word)).replace("'", "")
        if "-" in word and len(joined) >= _SHORTEST_JOINED:
            yield joined
