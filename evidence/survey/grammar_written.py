"""Conditions and calculations written out: what grammar.py reads back as the same nodes."""

from __future__ import annotations

from decimal import Decimal

from evidence.survey.grammar_nodes import (
    Arithmetic,
    Asked,
    Blank,
    Called,
    Chosen,
    Compared,
    Condition,
    DayDifference,
    Expression,
    Joined,
    Negated,
    Negative,
    Node,
    Number,
    Reference,
    Related,
    Text,
    Value,
    parts_of,
)

_STRENGTH = {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "^": 8}
_OR, _AND, _NOT, _COMPARISON, _SUM, _SIGNED, _ATOM = 1, 2, 3, 4, 5, 7, 9


def written_condition(condition: Condition) -> str:
    """The condition as text: in REDCap's way of writing where it says more than ours can, else in ours."""
    return _Writer(_needs_brackets(condition)).text(condition)


def written_calculation(expression: Expression) -> str:
    """The calculation as text, likewise."""
    return _Writer(_needs_brackets(expression)).text(expression)


def _needs_brackets(node: Node) -> bool:
    """Whether the node says what only REDCap's syntax can: its equality, events, two variables compared."""
    match node:
        case Compared(_, sign, _) if sign in ("=", "<>"):
            return True
        case Related(_, sign, right) if sign in ("=", "<>") or isinstance(right, Reference):
            return True
        case Reference(_, event) if event:
            return True
    return any(_needs_brackets(part) for part in parts_of(node))


class _Writer:
    def __init__(self, is_redcap: bool) -> None:
        self._is_redcap = is_redcap

    def text(self, node: Node, least: int = 0) -> str:
        """The node, in brackets where it binds less than `least`."""
        said, strength = self._said(node)
        return f"({said})" if strength < least else said

    def _said(self, node: Node) -> tuple[str, int]:
        match node:
            case Number(value):
                return self._value(value), _SIGNED if value < 0 else _ATOM
            case Text(value):
                return _quoted(value), _ATOM
            case Reference(variable, event):
                return self._name(variable, event), _ATOM
            case Negative(part):
                return f"-{self.text(part, _SIGNED)}", _SIGNED
            case Arithmetic(first, rest):
                return self._arithmetic(first, rest)
            case Called(function, arguments) | Asked(function, arguments):
                return f"{function}({', '.join(self.text(a) for a in arguments)})", _ATOM
            case Chosen(condition, then, otherwise):
                return f"if({', '.join(self.text(p) for p in (condition, then, otherwise))})", _ATOM
            case DayDifference(first, second, unit, is_signed):
                signed = ", true" if is_signed else ""
                return f"datediff({self.text(first)}, {self.text(second)}, '{unit}'{signed})", _ATOM
            case Compared(variable, "in", values):
                return f"{self._name(variable)} in ({', '.join(self._value(v) for v in values)})", _COMPARISON
            case Compared(variable, sign, (value,)):
                return f"{self._name(variable)} {sign} {self._value(value)}", _COMPARISON
            case Related(left, sign, right):
                return f"{self.text(left, _SUM)} {sign} {self.text(right, _SUM)}", _COMPARISON
            case Blank(part):
                return f"{self.text(part, _SUM)} is blank", _COMPARISON
            case Negated(part):
                return f"not {self.text(part, _NOT)}", _NOT
            case Joined(word, parts):
                strength = _OR if word == "or" else _AND
                return f" {word} ".join(self.text(p, strength + 1) for p in parts), strength
        raise TypeError(type(node).__name__)

    def _arithmetic(self, first: Expression, rest: tuple[tuple[str, Expression], ...]) -> tuple[str, int]:
        strength = _STRENGTH[rest[0][0]]
        if strength == _STRENGTH["^"]:
            return f"{self.text(first, _ATOM)}^{self.text(rest[0][1], _SIGNED)}", strength
        said = [self.text(first, strength + 1), *(f"{sign} {self.text(p, strength + 1)}" for sign, p in rest)]
        return " ".join(said), strength

    def _name(self, variable: str, event: str = "") -> str:
        return (f"[{event}]" if event else "") + (f"[{variable}]" if self._is_redcap else variable)

    def _value(self, value: Value) -> str:
        if isinstance(value, str):
            return _quoted(value)
        return format(Decimal(repr(value)).normalize(), "f")


def _quoted(text: str) -> str:
    """In single quotation marks, doubled inside."""
    return "'{}'".format(text.replace("'", "''"))
