"""Keys of respondents compared with those the study knows, however each program has spelled them.

Spreadsheets and survey platforms change keys without a word: spaces, capitals, full-width letters (folded as NFKC,
Unicode Standard Annex 15), `7.0` for 7, and leading zeros that are gone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

REPLACED = "deidentified-"
"""How a key begins that stands in the place of somebody's whose connection to their answers was taken away."""
_DECIMAL = re.compile(r"([+-]?\d+)\.0+")
_UNSEEN = ("Z", "C")


def plain_key(key: object) -> str:
    """A key without what programs change: no spaces, controls or zero-width signs, case folded, `7.0` as `7`."""
    if isinstance(key, (float, np.floating)) and float(key).is_integer():
        key = int(key)
    text = unicodedata.normalize("NFKC", str(key))
    seen = text if text.isascii() and text.isalnum() else "".join(c for c in text if _is_seen(c))
    folded = seen.casefold()
    match = _DECIMAL.fullmatch(folded)
    return match[1] if match else folded


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in _UNSEEN


def each(values: pd.Series, function: Callable[[Any], Any], *, empty: object = None) -> pd.Series:
    """`function` of every value that is not null, called once a different value; `empty` for null."""
    codes, unique = pd.factorize(values)
    made = np.array([*map(function, unique), empty], dtype=object)
    return pd.Series(made[codes], values.index, dtype=object)


def nulls(index: pd.Index) -> pd.Series:
    """A column of nothing, into which single values are put."""
    return pd.Series(np.full(len(index), None, dtype=object), index)


def plain_keys(keys: pd.Series) -> pd.Series:
    """`plain_key` of every key, None for null and for keys of nothing but spaces."""
    return each(keys, lambda key: plain_key(key) or None)


class Spellings:
    """Finds which known key is meant; where two known keys differ only in spelling, only the exact one is."""

    def __init__(self, known: Iterable[str]) -> None:
        self._exact = frozenset(known)
        self._plain = _unambiguous({key: plain_key(key) for key in self._exact})
        self._short = _unambiguous({key: short for key in self._exact if (short := _without_zeros(plain_key(key)))})

    def __len__(self) -> int:
        return len(self._exact)

    def meant(self, key: object) -> str | None:
        """The known key, or None for one nobody knows; zeros lost at the front are forgiven where one key is left."""
        if isinstance(key, str) and key in self._exact:
            return key
        plain = plain_key(key)
        return self._plain.get(plain) or self._short.get(_without_zeros(plain))

    def plain_forms(self, key: str) -> tuple[str, ...]:
        """The plain forms under which only this key is meant, besides its exact spelling."""
        forms = (plain_key(key), _without_zeros(plain_key(key)))
        return tuple(dict.fromkeys(form for form in forms if form and self.meant(form) == key))

    def share(self, values: pd.Series) -> float | None:
        """How many of the different values are known keys, 0–1; None where there are none."""
        unique = values.dropna().unique()
        return sum(self.meant(value) is not None for value in unique) / len(unique) if len(unique) else None


def _without_zeros(plain: str) -> str:
    """A key of digits only without its leading zeros, "" for other keys."""
    return (plain.lstrip("0") or "0") if plain.isdecimal() else ""


def _unambiguous(spelled: Mapping[str, str]) -> dict[str, str]:
    """Spelling → key, for the spellings of one key only."""
    met = Counter(spelled.values())
    return {spelling: key for key, spelling in spelled.items() if met[spelling] == 1}
