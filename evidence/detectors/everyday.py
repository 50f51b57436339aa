"""Everyday English words and their plain inflections, to tell a slip of a name from a word that is none."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_ENDINGS = (
    *("s", "es", "ed", "d", "ing", "ly", "er", "ers", "est", "r", "rs", "st", "y", "ness", "ful", "fully", "less"),
    *("able", "ably", "ment", "ments", "ion", "ions", "ation", "ations", "ity", "al", "ally", "ist", "ists", "ive"),
    *("ively", "ish", "ship", "ships", "hood", "like", "wise", "en", "ened", "ening", "or", "ors", "ance", "ence"),
)
_HISSING = ("s", "x", "z", "ch", "sh", "o")
_BEGINNINGS = ("un", "re", "dis", "over", "under", "out", "non", "pre", "mis", "in", "self", "co")


@cache
def everyday() -> frozenset[str]:
    """The words of the list, folded, without the plain inflections that `is_plain` knows."""
    lines = (files("evidence.detectors") / "everyday.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def is_everyday(word: str) -> bool:
    """Whether a folded word is on the list, or the plural or third person of one that is."""
    words = everyday()
    if word in words:
        return True
    stem = word.removesuffix("es")
    plural = word.endswith("s") and len(word) > 3 and word[:-1] in words
    return plural or (len(stem) > 2 and stem != word and stem.endswith(_HISSING) and stem in words)


def is_plain(word: str) -> bool:
    """Whether a folded word is on the list or a plain inflection of a word that is (`carries`, `unhappily`)."""
    words = everyday()
    if word in words or "'" in word:
        return True
    rest = next((word[len(start) :] for start in _BEGINNINGS if word.startswith(start)), "")
    return _is_inflected(word) or (len(rest) > 3 and (rest in words or _is_inflected(rest)))


def _is_inflected(word: str) -> bool:
    words = everyday()
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) < 3 or len(stem) == len(word):
            continue
        forms = [stem, f"{stem}e", f"{stem}y"]
        if stem[-1] == "i":
            forms.append(f"{stem[:-1]}y")
        if stem[-1] == stem[-2]:
            forms.append(stem[:-1])
        if any(form in words for form in forms):
            return True
    return False
