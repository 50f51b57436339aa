"""Our data dictionary, a CSV file or a workbook with one row a variable; its columns stand in docs/surveys.md."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import TypeVar

from evidence.survey.dictionary_cells import Rows
from evidence.survey.dictionary_codes import Report, read_codes
from evidence.survey.dictionary_model import TYPES, Identifies, Type, Variable, code_of
from evidence.survey.grammar import parse_calculation, parse_condition
from evidence.survey.grammar_nodes import Expression
from evidence.survey.grammar_words import ConditionError
from study.errors import Fault

N = TypeVar("N")
COLUMNS = (
    "variable", "label", "type", "values", "missing", "range", "scale", "reverse", "show_if",
    "required", "calculation", "constant", "identifies", "set", "waves", "note",
)  # fmt: skip
_IDENTIFIES: dict[str, Identifies] = {"": "", "direct": "direct", "indirect": "indirect"}
_YES_OR_NO = {"": False, "no": False, "false": False, "yes": True, "true": True}


def variables_in(rows: Rows, name: str, faults: list[Fault]) -> Iterator[tuple[int, Variable]]:
    """Each variable with its row; every fault by row and column, a cell with one is read as empty."""
    header = _header(rows, name, faults)
    if header is None:
        return
    for number, cells in rows[1:]:
        if len(cells) > len(rows[0][1]):
            faults.append(
                Fault(f"{name}, row {number}", "more cells than the header", "Put commas in quotation marks.")
            )
        elif any(cells):
            yield number, _Row(dict(zip(header, cells, strict=False)), f"{name}, row {number}", faults).variable()


def _header(rows: Rows, name: str, faults: list[Fault]) -> list[str] | None:
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    found = len(faults)
    for column in ("variable", "type"):
        if column not in header:
            faults.append(Fault(f"{name}, row 1", f"the column {column} is missing", "Add it to the header row."))
    while header and not header[-1]:
        header.pop()
    for column in header:
        if column not in COLUMNS or header.count(column) > 1:
            remedy = f"{meant(column, COLUMNS)}Known are {', '.join(COLUMNS)}."
            faults.append(Fault(f"{name}, row 1", f"unknown or repeated column {column or '(empty)'}", remedy))
    return header if len(faults) == found else None


def meant(word: str, known: tuple[str, ...] | list[str]) -> str:
    """`Did you mean …? ` where a known word is like this one, else nothing."""
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f"Did you mean {near[0]}? " if near else ""


def _read_by_grammar(parse: Callable[[str], N], text: str, column: str, fault: Report) -> N | None:
    """A condition or calculation; None when the cell is empty or at fault."""
    is_condition = column != "calculation"
    try:
        return parse(text) if text else None
    except ConditionError as error:
        example = "q1 == 1 and q2 in (2, 3)" if is_condition else "sum(q1, q2) / 2"
        fault(
            column, f"not a {'condition' if is_condition else 'calculation'}: {error}", f"Write for example {example}."
        )
        return None


class _Row:
    """One row of the table and where its faults go."""

    def __init__(self, cells: dict[str, str], where: str, faults: list[Fault]) -> None:
        self._cells, self._where, self._faults = cells, where, faults

    def variable(self) -> Variable:
        kind = self._type()
        values = self._codes("values")
        if kind in ("single", "multiple") and not values and not self._cell("values"):
            self._fault("values", "a coded variable needs its codes", "Write them as 1=Never;2=Sometimes.")
        if not self._cell("variable"):
            self._fault("variable", "the name is missing", "Write the variable's name as in the survey file.")
        if kind == "date" and self._cell("calculation"):
            self._fault("calculation", "a date cannot be calculated", "Remove it, or write a number's calculation.")
        return Variable(
            name=self._cell("variable"),
            label=self._cell("label"),
            type=kind or "text",
            values=values,
            missing=self._codes("missing"),
            range=self._range(kind),
            scale=self._cell("scale"),
            is_reversed=self._is("reverse", "yes for a reversed item"),
            show_if=_read_by_grammar(parse_condition, self._cell("show_if"), "show_if", self._fault),
            is_required=self._is("required", "yes where an answer may not be blank"),
            calculation=None if kind == "date" else self._calculation(),
            is_constant=self._is("constant", "yes for what stays the same between waves"),
            identifies=self._identifies(),
            set=self._cell("set"),
            waves=self._waves(),
            note=self._cell("note"),
        )

    def _cell(self, column: str) -> str:
        return self._cells.get(column, "")

    def _fault(self, column: str, what: str, remedy: str) -> None:
        self._faults.append(Fault(f"{self._where}, column {column}", what, remedy))

    def _codes(self, column: str) -> dict[float | str, str]:
        return read_codes(self._cell(column), column, self._fault)

    def _calculation(self) -> Expression | None:
        return _read_by_grammar(parse_calculation, self._cell("calculation"), "calculation", self._fault)

    def _type(self) -> Type | None:
        written = self._cell("type").lower()
        found = next((t for t in TYPES if t == written), None)
        if found is None:
            remedy = f"{meant(written, TYPES)}Write one of {', '.join(TYPES)}."
            self._fault("type", f"{f'the word {written[:40]}' if written else 'an empty cell'} is no type", remedy)
        return found

    def _is(self, column: str, meaning: str) -> bool:
        found = _YES_OR_NO.get(self._cell(column).lower())
        if found is None:
            self._fault(column, "neither yes nor no", f"Write {meaning}, else leave it empty.")
        return bool(found)

    def _identifies(self) -> Identifies:
        written = self._cell("identifies").lower()
        if written not in _IDENTIFIES:
            self._fault(
                "identifies",
                "neither direct nor indirect",
                f"{meant(written, ['direct', 'indirect'])}Write direct for names and contacts, indirect for what "
                "points at a person together with others, else leave it empty.",
            )
        return _IDENTIFIES.get(written, "")

    def _waves(self) -> tuple[int, ...]:
        parts = [part.strip() for part in self._cell("waves").replace(",", ";").split(";") if part.strip()]
        if all(part.isascii() and part.isdigit() and 0 < int(part) < 1000 for part in parts):
            return tuple(sorted({int(part) for part in parts}))
        self._fault("waves", "not numbers of waves", "Write them from 1 as 1;2, or leave it empty for every wave.")
        return ()

    def _range(self, kind: str | None) -> tuple[float | None, float | None] | None:
        """`0..10`, `0..` or `..10`; None when empty or at fault."""
        text = self._cell("range")
        if not text:
            return None
        low, dots, high = (part.strip() for part in text.partition(".."))
        ends = [code_of(part) if part else None for part in (low, high)]
        numbers = tuple(end if isinstance(end, float) else None for end in ends)
        if not dots or any(isinstance(end, str) for end in ends) or ends == [None, None]:
            self._fault("range", f"{text[:40]!r} is not low..high", "Write 0..10, or leave one end open as in 0.. .")
        elif kind not in ("integer", "decimal"):
            what = f"a range goes with integer or decimal, not with {kind or 'no type'}"
            self._fault("range", what, "Remove it.")
        elif numbers[0] is not None and numbers[1] is not None and numbers[1] < numbers[0]:
            self._fault("range", "the upper end is below the lower end", "Correct one of them.")
        else:
            return numbers[0], numbers[1]
        return None
