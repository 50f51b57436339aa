"""Counts as an auditor may see them: about people rounded down, few of them only as so few, all others exact."""

from __future__ import annotations

from pages.suppression import at_least
from trustworthiness.checklists import Said, is_about_people

HIDDEN = "suppressed"


def floor(count: int, k: int) -> int:
    """What may be said of a count beside others of the same people: a multiple of k below it, nought for few.

    With k = 2 fewer than four are few: “fewer than two” would be one.
    """
    return 0 if k == 2 and count < 4 else at_least(count, k)


def few(k: int) -> int:
    """The least count that is not few."""
    return 4 if k == 2 else k


def rounded(count: int, k: int) -> str:
    """A count of people or of what is about them, as words."""
    if not count:
        return "0"
    low = floor(count, k)
    return f"{low:,} or more" if low else f"fewer than {few(k)}"


def of_kind(kind: str, count: int, k: int) -> str:
    """How many events of a kind."""
    return rounded(count, k) if is_about_people(kind) else f"{count:,}"


def shown(count: int | None) -> str:
    """A cell of a table in which small ones were suppressed."""
    return HIDDEN if count is None else f"{count:,}"


def statement(said: Said, k: int, *, is_sentence: bool = True) -> str:
    """A statement of a checklist with its count; one about few people begins as every sentence does."""
    if said.count is None:
        return said.words
    if said.of_people:
        words = said.words.replace("{n}", rounded(said.count, k))
    else:
        words = ((said.one or said.words) if said.count == 1 else said.words).replace("{n}", f"{said.count:,}")
    return words[:1].upper() + words[1:] if is_sentence else words


def named(kind: str) -> str:
    """A kind's name as words: `peer debriefing` stays the technique's name, the kind says what happened."""
    return kind.replace(".", " ").replace("_", " ").replace("fieldnote", "field note")
