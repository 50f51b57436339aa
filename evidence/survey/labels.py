"""What is measured on names and labels: how long they are, what other programs change, characters nobody typed.

Limits: IBM SPSS Statistics takes names of 64 bytes, variable labels of 256 and value labels of 120 bytes, no two names
that differ in case only, and none of its reserved keywords (its Core System User's Guide, Variable names, and VALUE
LABELS in its Command Syntax Reference); Stata names of 32 characters, made of letters, digits and `_`, and variable
labels of 80 (stata.com, Maximum size limits, and `help varname`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from evidence.survey.dictionary import Variable

SPSS_NAME_BYTES = 64
STATA_NAME_CHARACTERS = 32
_SPSS_KEYWORDS = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
_STATA_NAME = re.compile(r"[^\W\d]\w*")
_SPSS_NAME = re.compile(r"[^\W\d_](?:[\w.$#@]*[\w$#@])?")

GARBLED = (
    "\ufffd|[\u0080-\u009f]"
    "|[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\u00e2[\u0080\u201a\u20ac]|\u00ef\u00bb\u00bf"
)
"""Text whose encoding was taken for another one: the replacement character, controls of the upper half, and UTF-8 read
as Windows-1252 (`Ã©` for é, `â€™` for an apostrophe)."""
_ODD = re.compile(
    rf"{GARBLED}|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ue000-\uf8ff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
    "|[\u200c\u200d](?![^\x00-\u024f])"
    "|(?<!\u00ab)[\u00a0\u202f](?![?!:;%\u00bb\u20ac])"
)
"""Also controls, private use, zero-width and direction signs, and spaces that do not break except where French puts
them."""


def odd_character_count(texts: Iterable[str]) -> int:
    """How many characters of the texts, or pairs of garbled ones, somebody is not likely to have typed."""
    return sum(len(_ODD.findall(text)) for text in texts if not (text.isascii() and text.isprintable()))


def name_change_count(name: str, names: Collection[str]) -> int:
    """How many rules of SPSS and Stata a name breaks; `names` are all of the file's."""
    return sum(
        (
            len(name.encode()) > SPSS_NAME_BYTES,
            len(name) > STATA_NAME_CHARACTERS,
            not _STATA_NAME.fullmatch(name),
            not _SPSS_NAME.fullmatch(name),
            name.casefold() in _SPSS_KEYWORDS,
            sum(other.casefold() == name.casefold() for other in {*names, name}) > 1,
        )
    )


def longest(texts: Iterable[str]) -> int:
    """Bytes of the longest text in UTF-8; 0 without any."""
    return max((len(text.encode()) for text in texts), default=0)


def label_twin_count(variable: Variable) -> int:
    """How many codes have the label of another code of the variable, but for case and spaces."""
    labels = [" ".join(label.casefold().split()) for label in {**variable.values, **variable.missing}.values()]
    return sum(labels.count(label) > 1 for label in labels if label)
