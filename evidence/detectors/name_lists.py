"""The lists of names and places the leak check carries: small text files beside this module, read once.

They were written by hand for this project; each file says so in its first lines. Words are folded: no capitals, no
accents, one space between the words of a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


@cache
def given_names() -> frozenset[str]:
    """Given names of some thirty cultures."""
    return _words("given.txt")


@cache
def short_forms() -> frozenset[str]:
    """Short forms of given names, which are among these too: of few letters, and names all the same."""
    return _words("given.txt", "# Short forms")


@cache
def surnames() -> frozenset[str]:
    """Family names of some thirty cultures."""
    return _words("surnames.txt")


@cache
def places() -> frozenset[str]:
    """Larger cities and counties, some of several words: what is smaller than a state may point at a person."""
    return _places("# Cities")


@cache
def wide_places() -> frozenset[str]:
    """Countries, states and provinces: no hint at a person, but not a person's name either (`Georgia`)."""
    return _places("# Countries") | _places("# States")


def _places(heading: str) -> frozenset[str]:
    listed = ",".join(_lines("places.txt", heading)).split(",")
    return frozenset(" ".join(place.split()) for place in listed) - {""}


def _words(name: str, heading: str = "") -> frozenset[str]:
    return frozenset(word for line in _lines(name, heading) for word in line.split())


def _lines(name: str, heading: str) -> Iterator[str]:
    """The lines of the paragraphs under headings that begin so, all where it is empty."""
    is_asked = not heading
    for line in _text(name).splitlines():
        if line.startswith("#"):
            is_asked = line.startswith(heading)
        elif is_asked:
            yield line


def _text(name: str) -> str:
    return (files("evidence.detectors") / "names" / name).read_text(encoding="utf-8")
