"""The lists of names and places the leak check carries: small text files beside this module, read once.

They were written by hand for this project; each file says so in its first lines. Words are folded: no capitals, no
accents, one space between the words of a name.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def given_names() -> frozenset[str]:
    """Given names of some thirty cultures."""
    return _words("given.txt")


@cache
def surnames() -> frozenset[str]:
    """Family names of some thirty cultures."""
    return _words("surnames.txt")


@cache
def places() -> frozenset[str]:
    """Countries, states and larger cities; names of several words too."""
    return frozenset(" ".join(place.split()) for line in _lines("places.txt") for place in line.split(",")) - {""}


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> list[str]:
    text = (files("evidence.detectors") / "names" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
