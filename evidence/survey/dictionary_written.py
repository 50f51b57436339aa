"""A data dictionary written in our format: what read_dictionary reads back as the same variables."""

from __future__ import annotations

import csv
import io

from evidence.survey.dictionary_codes import written_codes, written_number
from evidence.survey.dictionary_model import DataDictionary, Variable
from evidence.survey.dictionary_ours import COLUMNS
from evidence.survey.grammar_written import written_calculation, written_condition


def written(dictionary: DataDictionary) -> bytes:
    """The dictionary as CSV UTF-8, with the mark by which spreadsheet programs know it; its faults are not written."""
    stream = io.StringIO(newline="")
    table = csv.DictWriter(stream, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    table.writerows(_row(variable) for variable in dictionary.variables)
    return stream.getvalue().encode("utf-8-sig")


def _row(variable: Variable) -> dict[str, str]:
    return {
        "variable": variable.name,
        "label": variable.label,
        "type": variable.type,
        "values": written_codes(variable.values),
        "missing": written_codes(variable.missing),
        "range": _range(variable.range),
        "scale": variable.scale,
        "reverse": _yes(variable.is_reversed),
        "show_if": written_condition(variable.show_if) if variable.show_if else "",
        "required": _yes(variable.is_required),
        "calculation": written_calculation(variable.calculation) if variable.calculation else "",
        "constant": _yes(variable.is_constant),
        "identifies": variable.identifies,
        "set": variable.set,
        "waves": ";".join(map(str, variable.waves)),
        "note": variable.note,
    }


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""


def _range(ends: tuple[float | None, float | None] | None) -> str:
    return "..".join("" if end is None else written_number(end) for end in ends) if ends else ""
