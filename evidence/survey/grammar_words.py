"""The words of conditions and calculations: functions, units, what may not be a variable, and how faults are said."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass


class ConditionError(ValueError):
    """The text is no condition or calculation; its message says what was expected where, and never the whole text."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of numbers: fewest and most arguments (0: any number), and what it gives."""

    fewest: int
    most: int
    gives: str


FUNCTIONS = {
    "sum": Function(1, 0, "the sum; blanks are left out, and all blank is blank"),
    "mean": Function(1, 0, "the mean; blanks are left out"),
    "median": Function(1, 0, "the median; blanks are left out"),
    "min": Function(1, 0, "the least; blanks are left out"),
    "max": Function(1, 0, "the greatest; blanks are left out"),
    "stdev": Function(1, 0, "the standard deviation of a sample (n − 1); blanks are left out, of fewer than two blank"),
    "round": Function(1, 2, "the number to so many decimals (0 if not said); halves go away from zero"),
    "roundup": Function(1, 2, "the next number up with so many decimals"),
    "rounddown": Function(1, 2, "the next number down with so many decimals"),
    "abs": Function(1, 1, "the number without its sign"),
    "sqrt": Function(1, 1, "the square root; of a negative number blank"),
    "exponential": Function(1, 1, "e to the power of the number"),
    "log": Function(1, 2, "the logarithm to a base, to e if none is said; of zero and less blank"),
    "mod": Function(2, 2, "the remainder, with the sign of the first, as %; by zero blank"),
}
TESTS = {
    "contains": (2, 2),
    "not_contain": (2, 2),
    "starts_with": (2, 2),
    "ends_with": (2, 2),
    "isnumber": (1, 1),
    "isinteger": (1, 1),
    "isblankormissingcode": (1, 1),
}
"""Functions that are true or false, with their fewest and most arguments."""
UNITS = {"y": 365.2425 * 86400, "M": 30.44 * 86400, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
"""Seconds of each unit of datediff, as REDCap's help gives them."""
DAY_FORMATS = {"ymd": "%Y-%m-%d", "mdy": "%m-%d-%Y", "dmy": "%d-%m-%Y"}
ONE_DAY_TODAY = ("today", "now")
RESERVED = ("and", "or", "not", "in", "is", "true", "false")
"""Words that cannot name a variable outside brackets."""


def checkbox_variable(field: str, code: str) -> str:
    """The variable in which REDCap exports one choice of a checkbox: `race` and `2` give `race___2`.

    The code in small letters, minus and point as underscores, other signs left out, as
    Project::getExtendedCheckboxCodeFormatted does.
    """
    return f"{field}___{re.sub(r'[^a-z0-9_]', '', re.sub(r'[-.]', '_', code.strip().lower()))}"


_SAID = (
    ({"NUMBER"}, "a variable, a number or a text in quotation marks"),
    ({"_BLANK"}, "blank, or not blank"),
    ({"SIGN"}, "a comparison such as =="),
    ({"_AND", "_OR"}, "and, or"),
    ({"COMMA"}, "a comma"),
    ({"RPAR"}, "a closing bracket"),
    ({"$END"}, "the end"),
)


def expected_words(names: Collection[str], found: str) -> str:
    """What the grammar would take next, in words, and what stands there instead."""
    words = [said for signs, said in _SAID if signs & set(names)] or ["an opening bracket"]
    return f"expected {'; '.join(words)}, instead of {found[:20].strip() or 'the end'}"
