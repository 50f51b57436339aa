"""What a condition or a calculation of a data dictionary says, as a tree of frozen values.

A condition is true, false or unknown for each respondent; an expression is a number, a text or a blank.
"""

from __future__ import annotations

from dataclasses import dataclass

Value = float | str
Unit = str
"""Of a difference of days: y, M, d, h, m or s."""


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text as written; an empty one stands for a blank."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable's answer: in the respondent's own row, or in that of their row of `event` (REDCap)."""

    variable: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Negative:
    part: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first sign part sign part …` from left to right: signs are all + or -, all * / or %, or a single ^."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Called:
    """A function that gives a number of numbers, such as sum, mean and round."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`if(condition, then, otherwise)`; blank where the condition is unknown."""

    condition: Condition
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class DayDifference:
    """`datediff(first, second, unit, signed)`: second minus first when signed, else without its sign."""

    first: Expression
    second: Expression
    unit: Unit
    is_signed: bool = False


Expression = Number | Text | Reference | Negative | Arithmetic | Called | Chosen | DayDifference


@dataclass(frozen=True, slots=True)
class Compared:
    """`variable comparison values`; `in` has several values, the others one.

    `==` and `!=` are unknown for a blank; `=` and `<>`, which are REDCap's, take a blank for an empty text.
    """

    variable: str
    comparison: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Two expressions compared, where not a variable with a value."""

    left: Expression
    comparison: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Blank:
    """Whether there is no substantive answer; never unknown."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Asked:
    """A function that is true or false of texts, such as contains."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two or more conditions joined by `and` or by `or`."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Condition


Condition = Compared | Related | Blank | Asked | Joined | Negated
CONDITIONS = (Compared, Related, Blank, Asked, Joined, Negated)
Node = Expression | Condition


def parts_of(node: Node) -> tuple[Node, ...]:
    """What a node is directly made of."""
    match node:
        case Negative(part) | Negated(part) | Blank(part):
            return (part,)
        case Arithmetic(first, rest):
            return (first, *(part for _, part in rest))
        case Called(_, arguments) | Asked(_, arguments):
            return arguments
        case Chosen(condition, then, otherwise):
            return (condition, then, otherwise)
        case DayDifference(first, second) | Related(first, _, second):
            return (first, second)
        case Joined(_, parts):
            return parts
        case _:
            return ()


def variables_of(node: Node) -> set[str]:
    """Every variable a condition or a calculation asks about."""
    if isinstance(node, Compared | Reference):
        return {node.variable}
    return {name for part in parts_of(node) for name in variables_of(part)}
