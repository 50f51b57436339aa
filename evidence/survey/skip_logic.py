"""When a survey question is shown: a small grammar, parsed and never evaluated as code.

    condition  = both { "or" both }
    both       = one { "and" one }
    one        = "not" one | "(" condition ")" | variable compared
    compared   = ("==" | "!=" | "<" | "<=" | ">" | ">=") value | "in" "(" value { "," value } ")"
    value      = number | 'text' | "text"
    variable   = letter or "_", then letters, digits, "_", "." or "$"

A blank answer makes a comparison unknown; and, or and not follow Kleene's three-valued logic.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from evidence.survey.grammar_nodes import Compared, Condition, Joined, Negated, Value, variables_of

__all__ = ["Compared", "Condition", "ConditionError", "Joined", "Negated", "holds", "parse_condition", "variables_of"]

DEEPEST = 40

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<word>[^\W\d][\w.$]*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,))"
)
_COMPARISONS: dict[str, Callable[[pd.Series, Value], pd.Series]] = {
    "==": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
}


class ConditionError(ValueError):
    """The text is no condition; its message says what was expected where."""


def parse_condition(text: str) -> Condition:
    """The condition written in `text`; raises ConditionError."""
    tokens = _tokens(text)
    if sum(token in (("sign", "("), ("word", "not")) for token in tokens) > DEEPEST:
        raise ConditionError(f"more than {DEEPEST} brackets and negations; write it more simply")
    reader = _Reader(tokens)
    condition = reader.condition()
    reader.expect("the end", "")
    return condition


def holds(condition: Condition, frame: pd.DataFrame) -> pd.Series:
    """For each row True, False or <NA> (unknown), as pandas' nullable boolean; unknown variables are all blank."""
    if isinstance(condition, Compared):
        return _compared(condition, frame)
    if isinstance(condition, Negated):
        return ~holds(condition.part, frame)
    if not isinstance(condition, Joined):
        raise NotImplementedError(type(condition).__name__)
    answers = [holds(part, frame) for part in condition.parts]
    joined = answers[0]
    for answer in answers[1:]:
        joined = joined & answer if condition.word == "and" else joined | answer
    return joined


def _compared(condition: Compared, frame: pd.DataFrame) -> pd.Series:
    unknown = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    if condition.variable not in frame.columns:
        return unknown
    column = frame[condition.variable]
    numeric = isinstance(condition.values[0], float)
    column = pd.to_numeric(column, errors="coerce") if numeric else column.astype("string")
    if condition.comparison == "in":
        answer = column.isin(condition.values)
    else:
        answer = _COMPARISONS[condition.comparison](column, condition.values[0])
    return answer.astype("boolean").where(column.notna(), pd.NA)


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each token, ending with ("end", "")."""
    found: list[tuple[str, str]] = []
    at = 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise ConditionError(f"character {at + 1} is not part of a condition; write for example q1 == 1")
        kind = str(match.lastgroup)
        found.append(("text" if kind in ("single", "double") else kind, match[kind]))
        at = match.end()
    return [*found, ("end", "")]


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def condition(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self._one))

    def expect(self, what: str, text: str) -> None:
        kind, found = self._tokens[self._at]
        if kind == "text" or found != text:
            raise ConditionError(f"expected {what} instead of {found or 'the end'}")
        self._at = min(self._at + 1, len(self._tokens) - 1)

    def _joined(self, word: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._tokens[self._at] == ("word", word):
            self._at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Condition:
        kind, text = self._take()
        if (kind, text) == ("word", "not"):
            return Negated(self._one())
        if (kind, text) == ("sign", "("):
            inner = self.condition()
            self.expect("a closing bracket", ")")
            return inner
        if kind != "word" or text in ("and", "or", "in"):
            raise ConditionError(f"expected a variable instead of {text or 'the end'}")
        return self._comparison(text)

    def _comparison(self, variable: str) -> Compared:
        kind, text = self._take()
        if kind == "sign" and text in _COMPARISONS:
            return Compared(variable, text, (self._value(),))
        if (kind, text) != ("word", "in"):
            raise ConditionError(f"expected ==, !=, <, <=, >, >= or in after {variable}")
        self.expect("an opening bracket", "(")
        values = [self._value()]
        while self._tokens[self._at] == ("sign", ","):
            self._at += 1
            values.append(self._value())
        self.expect("a closing bracket", ")")
        if len({type(v) for v in values}) > 1:
            raise ConditionError("the values after `in` must be all numbers or all texts")
        return Compared(variable, "in", tuple(values))

    def _value(self) -> Value:
        kind, text = self._take()
        if kind == "number":
            return float(text)
        if kind == "text":
            return text
        raise ConditionError(f"expected a number or a text in quotation marks instead of {text or 'the end'}")

    def _take(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token
