"""The data dictionary: what each survey variable is called, holds and allows.

Ours is a CSV file or a workbook (columns: dictionary_ours.COLUMNS); REDCap's is read as well. The header row says which
of them a file is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from evidence.survey import dictionary_ours, dictionary_redcap
from evidence.survey.dictionary_cells import cells_of
from evidence.survey.dictionary_codes import written_number
from evidence.survey.dictionary_model import (
    TYPES,
    Code,
    DataDictionary,
    Identifies,
    Type,
    Variable,
    asked_about,
    code_of,
)
from evidence.survey.dictionary_ours import COLUMNS, meant
from evidence.survey.grammar_words import checkbox_variable
from study.errors import Fault
from study.identifiers import digest

MEASURED_ROW = "respondent"
"""What measurements on a whole row are called after."""
_OURS = {"variable": "variable", "show_if": "show_if", "calculation": "calculation"}
_REDCAPS = {
    "variable": "Variable / Field Name",
    "show_if": "Branching Logic (Show field only if...)",
    "calculation": "Choices, Calculations, OR Slider Labels",
}

__all__ = [
    "COLUMNS",
    "TYPES",
    "Code",
    "DataDictionary",
    "Identifies",
    "Type",
    "Variable",
    "code_of",
    "is_dictionary",
    "read_dictionary",
]


def read_dictionary(data: bytes, name: str) -> DataDictionary:
    """Parse a data dictionary; never raises: every fault is listed by row and column, sound rows are kept."""
    faults: list[Fault] = []
    rows = cells_of(data, name, {*COLUMNS, *dictionary_redcap.NAMES}, faults)
    if faults:
        return DataDictionary((), tuple(faults), digest(data))
    is_redcaps = bool(rows) and dictionary_redcap.is_redcaps(rows[0][1])
    read = dictionary_redcap.variables_in if is_redcaps else dictionary_ours.variables_in
    columns = _REDCAPS if is_redcaps else _OURS
    variables: list[Variable] = []
    seen: dict[str, int] = {}
    for number, variable in read(rows, name, faults):
        if variable.name in seen:
            what = f"the variable {variable.name} is already in row {seen[variable.name]}"
            faults.append(Fault(f"{name}, row {number}, column {columns['variable']}", what, "Keep one."))
        elif variable.name:
            seen[variable.name] = number
            variables.append(variable)
    variables = list(_unambiguous(variables, seen, name, columns["variable"], faults))
    options = {checkbox_variable(v.name, _shown(c)) for v in variables if v.type == "multiple" for c in v.values}
    known = _Known(frozenset(seen), frozenset(options), frozenset(v.set for v in variables if v.set), columns)
    variables = [known.kept(v, f"{name}, row {seen[v.name]}", faults) for v in variables]
    if not variables and not faults:
        faults.append(Fault(name, "the dictionary lists no variable", "Write one row for each variable of the survey."))
    return DataDictionary(tuple(variables), tuple(faults), digest(data))


def is_dictionary(data: bytes, name: str) -> bool:
    """Whether the header row is that of a data dictionary, ours or REDCap's."""
    rows = cells_of(data, name, {*COLUMNS, *dictionary_redcap.NAMES}, [])
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    return {"variable", "type"} <= {*header} <= {*COLUMNS, ""} or dictionary_redcap.is_redcaps(header)


def _unambiguous(
    variables: list[Variable], rows: Mapping[str, int], name: str, column: str, faults: list[Fault]
) -> Iterator[Variable]:
    """The variables whose names are not what measurements on another one are called (`q1:whole`)."""
    measured = {*rows, *(v.set for v in variables if v.set), MEASURED_ROW}
    for variable in variables:
        before, colon, _ = variable.name.rpartition(":")
        if colon and before in measured:
            what = f"the name {variable.name} is {before} with a colon after it, as a measurement on {before} is called"
            remedy = "Give the variable a name without a colon, in the survey file and here."
            faults.append(Fault(f"{name}, row {rows[variable.name]}, column {column}", what, remedy))
        else:
            yield variable


def _shown(code: Code) -> str:
    return code if isinstance(code, str) else written_number(code)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a dictionary's conditions may ask about, and what its columns are called.

    The names of its variables, the options of those with several codes (`q5___2`), its multiple-response sets.
    """

    names: frozenset[str]
    options: frozenset[str]
    sets: frozenset[str]
    columns: dict[str, str]

    def kept(self, variable: Variable, where: str, faults: list[Fault]) -> Variable:
        """The variable without a condition or calculation that asks about one the dictionary does not have."""
        for column, asked in asked_about(variable):
            unknown = sorted(asked - self.names - self.options)
            faults += [self._fault(one, column, where) for one in unknown]
            if unknown and column == "show_if":
                variable = replace(variable, show_if=None)
            elif unknown:
                variable = replace(variable, calculation=None)
        return variable

    def _fault(self, asked: str, column: str, where: str) -> Fault:
        what = f"the {'condition' if column == 'show_if' else column} asks about {asked}, which the dictionary does not"
        remedy = f"{meant(asked, sorted(self.names))}Correct the name or add the variable."
        if asked in self.sets:
            remedy = f"It has one variable a choice: write for example [{asked}(1)]."
        return Fault(f"{where}, column {self.columns[column]}", f"{what} have", remedy)
