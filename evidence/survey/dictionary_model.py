"""A survey's variables as a data dictionary describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from evidence.survey.grammar_nodes import Condition, Expression, Node, variables_of
from study.errors import Fault

Type = Literal["integer", "decimal", "text", "date", "single", "multiple"]
Identifies = Literal["", "direct", "indirect"]
Code = float | str
TYPES = get_args(Type)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def code_of(text: str) -> Code:
    """A code as a number when it is written as one, else as text."""
    number = float(text) if _NUMBER.fullmatch(text) else float("nan")
    return number if number - number == 0 else text


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: `values` and `missing` map codes (a number, else text) to labels; `range` is closed.

    `is_required`: may not be blank where it is shown. `calculation`: what it must be equal to. `is_constant`: a person
    answers it alike in every wave. `identifies`: a person by itself (direct) or together with others (indirect).
    `set`: the multiple-response set of which it is one option. `waves`: those that ask it, from 1; empty for all.
    """

    name: str
    label: str = ""
    type: Type = "text"
    values: Mapping[Code, str] = field(default_factory=dict)
    missing: Mapping[Code, str] = field(default_factory=dict)
    range: tuple[float | None, float | None] | None = None
    scale: str = ""
    is_reversed: bool = False
    show_if: Condition | None = None
    is_required: bool = False
    calculation: Expression | None = None
    is_constant: bool = False
    identifies: Identifies = ""
    set: str = ""
    waves: tuple[int, ...] = ()
    note: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether answers are numbers: counts, measurements, or codes that are all numbers."""
        coded = self.type == "single" and all(isinstance(code, float) for code in self.values)
        return coded or self.type in ("integer", "decimal")

    @property
    def span(self) -> tuple[float, float] | None:
        """The lowest and the highest answer a closed scale allows; None when it is open."""
        codes = [c for c in self.values if isinstance(c, float)] if self.type in ("single", "multiple") else []
        if codes:
            return min(codes), max(codes)
        low, high = self.range or (None, None)
        return (low, high) if low is not None and high is not None else None


@dataclass(frozen=True, slots=True)
class DataDictionary:
    """The variables in their order, what is wrong with the file, and its SHA-256."""

    variables: tuple[Variable, ...]
    faults: tuple[Fault, ...] = ()
    sha256: str = ""
    _by_name: dict[str, Variable] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update({v.name: v for v in reversed(self.variables)})

    def __getitem__(self, name: str) -> Variable:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(v.name for v in self.variables)


def asked_about(variable: Variable) -> Iterator[tuple[str, set[str]]]:
    """The variables that a variable's condition and calculation ask about, each with the column they stand in."""
    named: tuple[tuple[str, Node | None], ...] = (("show_if", variable.show_if), ("calculation", variable.calculation))
    for column, node in named:
        if node is not None:
            yield column, variables_of(node)
