"""REDCap's data dictionary (CSV) read as ours: one variable for each column of a raw export.

A checkbox becomes one variable a choice, `field___code` with 0 and 1, in the set of its field; a descriptive text
becomes none. Missing data codes belong to the project and are not in this file. Both ways of naming its columns are
read: those of the download (`Variable / Field Name`) and those of the API (`field_name`). Source: REDCap's help
(Data Dictionary); names of checkbox columns as in grammar_words.checkbox_variable.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from evidence.survey.dictionary_cells import Rows
from evidence.survey.dictionary_model import Code, Type, Variable, code_of
from evidence.survey.dictionary_ours import meant
from evidence.survey.grammar import parse_calculation, parse_condition
from evidence.survey.grammar_nodes import Expression
from evidence.survey.grammar_words import ConditionError, checkbox_variable
from study.errors import Fault

N = TypeVar("N")
HEADERS = {
    "field_name": ("variable / field name",),
    "form_name": ("form name",),
    "section_header": ("section header",),
    "field_type": ("field type",),
    "field_label": ("field label",),
    "select_choices_or_calculations": ("choices, calculations, or slider labels", "choices or calculations"),
    "field_note": ("field note",),
    "text_validation_type_or_show_slider_number": ("text validation type or show slider number",),
    "text_validation_min": ("text validation min",),
    "text_validation_max": ("text validation max",),
    "identifier": ("identifier?",),
    "branching_logic": ("branching logic (show field only if...)", "branching logic"),
    "required_field": ("required field?",),
    "custom_alignment": ("custom alignment",),
    "question_number": ("question number (surveys only)",),
    "matrix_group_name": ("matrix group name",),
    "matrix_ranking": ("matrix ranking?",),
    "field_annotation": ("field annotation",),
}
NAMES = {name.lower(): key for key, names in HEADERS.items() for name in (key, *names)}
TYPES = (
    "text", "notes", "radio", "dropdown", "checkbox", "yesno", "truefalse", "calc", "slider", "descriptive", "file",
    "sql",
)  # fmt: skip
_FIXED: dict[str, dict[Code, str]] = {"yesno": {1.0: "Yes", 0.0: "No"}, "truefalse": {1.0: "True", 0.0: "False"}}
_TICKED: dict[Code, str] = {1.0: "Checked", 0.0: "Unchecked"}
_LEAVE_OUT = "`fieldtrail dictionary FILE` writes the dictionary without it; then write it again in what is read here."
_CALCTEXT = re.compile(r"@CALCTEXT\s*\(")


def is_redcaps(header: list[str]) -> bool:
    """Whether a header row is that of REDCap's dictionary."""
    return {"field_name", "field_type"} <= {NAMES.get(cell.lower(), "") for cell in header}


def variables_in(rows: Rows, name: str, faults: list[Fault]) -> Iterator[tuple[int, Variable]]:
    """Each variable with its row; every fault by row and column, a cell with one is read as empty."""
    written = rows[0][1]
    header = [NAMES.get(cell.lower(), "") for cell in written]
    columns = {key: cell for key, cell in zip(header, written, strict=True) if key}
    for key in header:
        if key and header.count(key) > 1:
            faults.append(Fault(f"{name}, row 1", f"the column {columns[key]} is repeated", "Keep one of them."))
            return
    for number, cells in rows[1:]:
        if any(cells):
            row = _Field(dict(zip(header, cells, strict=False)), f"{name}, row {number}", columns, faults)
            yield from ((number, variable) for variable in row.variables())


class _Field:
    """One row of REDCap's dictionary."""

    def __init__(self, cells: dict[str, str], where: str, columns: dict[str, str], faults: list[Fault]) -> None:
        self._cells, self._where, self._columns, self._faults = cells, where, columns, faults

    def variables(self) -> Iterator[Variable]:
        field, kind = self._cell("field_name"), self._cell("field_type").lower()
        if kind not in TYPES:
            remedy = f"{meant(kind, TYPES)}REDCap has {', '.join(TYPES)}."
            what = f"{f'the word {kind[:40]}' if kind else 'an empty cell'} is no field type"
            self._fault("field_type", what, remedy)
            kind = "text"
        if not field:
            self._fault("field_name", "the name is missing", "Export the data dictionary from REDCap again.")
        elif kind == "checkbox":
            whole = self._variable(field, "single", _TICKED, self._label(), field)
            for code, label in self._choices().items():
                yield replace(whole, name=checkbox_variable(field, code), label=f"{whole.label}: {label}")
        elif kind != "descriptive":
            yield self._single(field, kind)

    def _single(self, field: str, kind: str) -> Variable:
        values: dict[Code, str] = dict(_FIXED.get(kind, {}))
        if kind in ("radio", "dropdown"):
            values = {code_of(code): label for code, label in self._choices().items()}
        variable = self._variable(field, self._type(kind), values, self._label(), "")
        return replace(variable, range=self._range(variable.type, kind), calculation=self._calculation(kind))

    def _variable(self, name: str, kind: Type, values: dict[Code, str], label: str, of: str) -> Variable:
        return Variable(
            name,
            label=label,
            type=kind,
            values=values,
            show_if=self._parsed("branching_logic", parse_condition, self._cell("branching_logic")),
            is_required=self._cell("required_field").lower() == "y",
            identifies="direct" if self._cell("identifier").lower() == "y" else "",
            set=of,
            note=self._note(),
        )

    def _type(self, kind: str) -> Type:
        validation = self._cell("text_validation_type_or_show_slider_number").lower() if kind == "text" else ""
        if kind in ("radio", "dropdown", "yesno", "truefalse"):
            return "single"
        if kind == "slider" or validation in ("integer", "int"):
            return "integer"
        if kind == "calc" or validation.startswith(("number", "float")):
            return "decimal"
        return "date" if validation.startswith(("date_", "datetime_")) or validation == "date" else "text"

    def _range(self, type: Type, kind: str) -> tuple[float | None, float | None] | None:
        """The least and greatest number that REDCap's form takes; of days and times it is left to the note."""
        if type not in ("integer", "decimal"):
            return None
        ends: list[float | None] = []
        for key, usual in (("text_validation_min", 0.0), ("text_validation_max", 100.0)):
            written = self._cell(key)
            end = code_of(written)
            if isinstance(end, str) and written:
                self._fault(key, "not a number", "Correct it in REDCap, or leave it empty.")
            ends.append(end if isinstance(end, float) else usual if kind == "slider" else None)
        low, high = ends
        if low is not None and high is not None and high < low:
            self._fault("text_validation_max", "the upper end is below the lower end", "Correct it in REDCap.")
            return None
        return None if ends == [None, None] else (low, high)

    def _calculation(self, kind: str) -> Expression | None:
        if kind == "calc":
            column = "select_choices_or_calculations"
            return self._parsed(column, parse_calculation, self._cell(column))
        annotation = self._cell("field_annotation")
        start = _CALCTEXT.search(annotation)
        return (
            self._parsed("field_annotation", parse_calculation, _within(annotation[start.end() :])) if start else None
        )

    def _parsed(self, column: str, parse: Callable[[str], N], text: str) -> N | None:
        try:
            return parse(text) if text else None
        except ConditionError as error:
            self._fault(column, f"cannot be read here: {error}", _LEAVE_OUT)
            return None

    def _choices(self) -> dict[str, str]:
        """`1, Yes | 2, No` as {"1": "Yes", "2": "No"}."""
        column = "select_choices_or_calculations"
        choices: dict[str, str] = {}
        for part in re.split(r"\||\n", self._cell(column)):
            code, comma, label = (piece.strip() for piece in part.partition(","))
            if not part.strip():
                continue
            if not comma or not code:
                self._fault(column, f"{part.strip()[:40]!r} is not code, label", "Write choices as 1, Yes | 2, No.")
            elif code in choices:
                self._fault(column, f"the code {code[:40]} appears twice", "Give each code once.")
            else:
                choices[code] = _plain(label)
        if not choices and not self._cell(column):
            self._fault(column, "the choices are missing", "Write choices as 1, Yes | 2, No.")
        return choices

    def _label(self) -> str:
        return _plain(self._cell("field_label"))

    def _note(self) -> str:
        """What has no column of its own with us: REDCap's note, validation, matrix and annotation."""
        validation = self._cell("text_validation_type_or_show_slider_number")
        is_known = self._cell("field_type").lower() != "text" or validation.lower() in ("", "integer", "number")
        parts = [
            _plain(self._cell("field_note")),
            "" if is_known else f"REDCap validates: {validation}",
            f"matrix {matrix}" if (matrix := self._cell("matrix_group_name")) else "",
            " ".join(self._cell("field_annotation").split()),
        ]
        return "; ".join(filter(None, parts))

    def _cell(self, key: str) -> str:
        return self._cells.get(key, "")

    def _fault(self, key: str, what: str, remedy: str) -> None:
        self._faults.append(Fault(f"{self._where}, column {self._columns.get(key, key)}", what, remedy))


def _within(text: str) -> str:
    """What stands before the bracket that closes one opened before `text`."""
    depth = 1
    for at, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return text[:at]
    return text


def _plain(label: str) -> str:
    """A label without HTML, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", label)).split())
