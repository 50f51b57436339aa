"""The data dictionary: what each survey variable is called, holds and allows.

Ours is a CSV: variable, label, type, values, missing, range, scale, reverse, show_if. `values` and `missing` are
`code=label` joined by `;`, `range` is `low..high` with either end open, `show_if` is a condition of skip logic.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from evidence.survey.grammar_nodes import Expression
from evidence.survey.skip_logic import Condition, ConditionError, parse_condition, variables_of
from study.errors import Fault
from study.identifiers import digest

Type = Literal["integer", "decimal", "text", "date", "single", "multiple"]
Identifies = Literal["", "direct", "indirect"]
Code = float | str
Report = Callable[[str, str, str], None]
"""Takes a fault: column, what is wrong, remedy."""
COLUMNS = ("variable", "label", "type", "values", "missing", "range", "scale", "reverse", "show_if")
TYPES = get_args(Type)


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
        codes = [code for code in self.values if isinstance(code, float)]
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

    def __getitem__(self, name: str) -> Variable:
        return next(v for v in self.variables if v.name == name)

    def __contains__(self, name: object) -> bool:
        return any(v.name == name for v in self.variables)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(v.name for v in self.variables)


def read_dictionary(data: bytes, name: str) -> DataDictionary:
    """Parse a data dictionary; never raises: every fault is listed by row and column, sound rows are kept."""
    faults: list[Fault] = []
    rows = list(_rows(data, name, faults))
    variables: list[Variable] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        where = f"{name}, row {number}"
        variable = _variable(row, where, faults)
        if variable.name in seen:
            faults.append(
                Fault(
                    f"{where}, column variable", f"{variable.name} is already in row {seen[variable.name]}", "Keep one."
                )
            )
        elif variable.name:
            seen[variable.name] = number
            variables.append(variable)
    faults += _unknown_questions(variables, seen, name)
    if not variables and not faults:
        faults.append(Fault(name, "the dictionary lists no variable", "Write one row for each variable of the survey."))
    return DataDictionary(tuple(variables), tuple(faults), digest(data))


def _rows(data: bytes, name: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each filled row with its number in the file; faults of encoding and header."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        faults.append(Fault(f"{name}, row {row}", "the text is not UTF-8", "Save it again as CSV UTF-8."))
        return
    except csv.Error:
        faults.append(Fault(name, "not readable as CSV", "Save it again as CSV UTF-8."))
        return
    header = [cell.strip() for cell in lines[0]] if lines else []
    for column in ("variable", "type"):
        if column not in header:
            faults.append(Fault(f"{name}, row 1", f"the column {column} is missing", "Add it to the header row."))
    for column in header:
        if column not in COLUMNS or header.count(column) > 1:
            near = difflib.get_close_matches(column, COLUMNS, 1, 0.5)
            remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(COLUMNS)}."
            faults.append(Fault(f"{name}, row 1", f"unknown or repeated column {column or '(empty)'}", remedy))
    if any("row 1" in f.where for f in faults):
        return
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) > len(header):
            faults.append(
                Fault(f"{name}, row {number}", "more cells than the header", "Put commas in quotation marks.")
            )
        elif any(cell.strip() for cell in cells):
            yield number, dict(zip(header, (cell.strip() for cell in cells), strict=False))


def _variable(row: dict[str, str], where: str, faults: list[Fault]) -> Variable:
    """One row as a variable; a cell with a fault is reported and read as empty."""

    def fault(column: str, what: str, remedy: str) -> None:
        faults.append(Fault(f"{where}, column {column}", what, remedy))

    if not row.get("variable"):
        fault("variable", "the name is missing", "Write the variable's name as in the survey file.")
    kind = row.get("type", "")
    if kind not in TYPES:
        fault("type", f"{kind or 'an empty cell'} is no type", f"Write one of {', '.join(TYPES)}.")
    if row.get("reverse", "") not in ("", "yes", "no"):
        fault("reverse", "neither yes nor no", "Write yes for a reversed item, else leave it empty.")
    values = _codes(row.get("values", ""), "values", fault)
    if kind in ("single", "multiple") and not values and not row.get("values"):
        fault("values", "a coded variable needs its codes", "Write them as 1=Never;2=Sometimes.")
    condition = None
    try:
        condition = parse_condition(row["show_if"]) if row.get("show_if") else None
    except ConditionError as error:
        fault("show_if", f"not a condition: {error}", "Write for example q1 == 1 and q2 in (2, 3).")
    return Variable(
        name=row.get("variable", ""),
        label=row.get("label", ""),
        type=next((t for t in TYPES if t == kind), "text"),
        values=values,
        missing=_codes(row.get("missing", ""), "missing", fault),
        range=_range(row.get("range", ""), kind, fault),
        scale=row.get("scale", ""),
        is_reversed=row.get("reverse") == "yes",
        show_if=condition,
    )


def _codes(text: str, column: str, fault: Report) -> dict[Code, str]:
    """`1=Never;2=Sometimes` as {1.0: "Never", 2.0: "Sometimes"}."""
    codes: dict[Code, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        written, sign, label = (p.strip() for p in part.partition("="))
        if not sign or not written or not label:
            fault(column, f"{part!r} is not code=label", "Write codes as 1=Never;2=Sometimes.")
        elif code_of(written) in codes:
            fault(column, f"the code {written} appears twice", "Give each code once.")
        else:
            codes[code_of(written)] = label
    return codes


def code_of(text: str) -> Code:
    """A code as a number when it is written as one, else as text."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if number - number == 0 else text


def _range(text: str, kind: str, fault: Report) -> tuple[float | None, float | None] | None:
    """`0..10`, `0..` or `..10`; None when empty or at fault."""
    if not text:
        return None
    low, dots, high = (p.strip() for p in text.partition(".."))
    ends = [code_of(p) if p else None for p in (low, high)]
    numbers = tuple(e if isinstance(e, float) else None for e in ends)
    if not dots or any(isinstance(e, str) for e in ends) or ends == [None, None]:
        fault("range", f"{text!r} is not low..high", "Write 0..10, or leave one end open as in 0.. .")
    elif kind not in ("integer", "decimal"):
        fault("range", f"a range goes with integer or decimal, not with {kind or 'no type'}", "Remove it.")
    elif numbers[0] is not None and numbers[1] is not None and numbers[1] < numbers[0]:
        fault("range", "the upper end is below the lower end", "Correct one of them.")
    else:
        return numbers[0], numbers[1]
    return None


def _unknown_questions(variables: list[Variable], rows: dict[str, int], name: str) -> list[Fault]:
    """Conditions that ask about a variable the dictionary does not have."""
    return [
        Fault(
            f"{name}, row {rows[v.name]}, column show_if",
            f"the condition asks about {asked}, which the dictionary does not have",
            "Correct the name or add the variable.",
        )
        for v in variables
        if v.show_if is not None
        for asked in sorted(variables_of(v.show_if) - set(rows))
    ]
