"""Whether an everyday word names somebody where it stands: by its capital, or by the words around it."""

from __future__ import annotations

from evidence.detectors import common_words as lists
from evidence.detectors.words import Words

_AFTER_CUE = lists.FOLLOWING | {"be", "been", "is", "was"}


def is_named(words: Words, i: int) -> bool:
    """Whether word i, an everyday word, looks like a name; without capitals only what stands around it decides."""
    key = words.keys[i]
    before, after = words.before(i), words.after(i)
    if words.key(i - 1) in lists.TITLES and words.gap(i - 1) in (" ", ". ", "."):
        return words.is_capital(i) or key not in lists.FUNCTION_WORDS
    if key in lists.MONTHS and (before in lists.BEFORE_MONTH or before[:1].isdigit() or after[:1].isdigit()):
        return False
    if words.is_cased and words.is_capital(i):
        return _capital_names(words, i, after)
    if after in _AFTER_CUE or (key in lists.FUNCTION_WORDS and key not in lists.COMMON_WORDS):
        return False
    return _is_spoken_of(words, i, before, after)


def follows_cue(words: Words, i: int) -> bool:
    """Whether words such as `my name is` stand right before word i."""
    for cue in lists.CUES:
        first = i - len(cue)
        if first >= 0 and tuple(words.keys[first:i]) == cue:
            return all(words.mark(j).strip(" ,:-\n") == "" for j in range(first, i))
    return False


def _capital_names(words: Words, i: int, after: str) -> bool:
    key = words.keys[i]
    if not words.opens(i):
        return len(key) > 1 and after not in lists.GROUPS
    if key in lists.COMMON_WORDS:
        return after not in lists.FOLLOWING
    return key not in lists.FUNCTION_WORDS and (after in lists.ACTING or _is_capital_inside(words, key))


def _is_capital_inside(words: Words, key: str) -> bool:
    """Whether the word is written with a capital within a sentence of the same text."""
    places = (i for i, one in enumerate(words.keys) if one == key)
    return any(words.is_capital(i) and not words.opens(i) and words.after(i) not in lists.GROUPS for i in places)


def _is_spoken_of(words: Words, i: int, before: str, after: str) -> bool:
    if follows_cue(words, i):
        return True
    if words.is_cased or words.keys[i] not in lists.COMMON_WORDS:
        return False
    return (after in lists.TALKING or before in lists.TOLD) and before not in lists.DETERMINERS
