"""Tables without labels, from CSV or a workbook: names of columns on top, then one row a respondent, all of it text.

Text stays text until a data dictionary says otherwise, and keeps its spaces and case: a key is read as it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from evidence.survey import qualtrics_export, redcap_export
from evidence.survey.contents import Contents, Refused, agreeing
from evidence.survey.dictionary import Variable
from study.workbook import letters

MOST_HEADER_ROWS = 3
_DECIMAL_COMMA = re.compile(r"\s*-?\d+(,\d+)?\s*")
_SEEN = 1000
"""Rows that are looked at for a decimal comma."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What stands in a table: its first rows, and what is below a number of them, as wide as the header.

    `below` gives one column of text a place, null where blank, and sentences on rows that were mended.
    """

    top: Sequence[Sequence[str]]
    below: Callable[[int, int], tuple[pd.DataFrame, list[str]]]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    encoding: str = ""


def table(cells: Cells, columns: tuple[str, ...] | None) -> Contents:
    """The table's answers under its columns' names, as the platform that exported it means them."""
    if not cells.top or not any(cell.strip() for cell in cells.top[0]):
        raise Refused(
            "the first row is empty, and it must name the columns",
            "Write the names of the variables into the first row, with nothing above them.",
        )
    header_rows = qualtrics_export.header_rows(cells.top)
    header = [cell.strip() for cell in cells.top[0]]
    body, mended = cells.below(max(1, header_rows), len(header))
    body = body[body.notna().any(axis=1)].reset_index(drop=True)
    notes = list(cells.notes)
    header, body = _without_empty_columns(header, body, notes)
    named = redcap_export.told_apart(header)
    _refuse_repeated(named, cells.top[0])
    frame = body.set_axis(named, axis=1)
    problems = [*cells.problems, *mended, *_decimal_commas(frame)]
    plain = Contents(frame, tuple(map(Variable, named)), problems, tuple(notes), encoding=cells.encoding)
    if not len(frame):
        plain.problems.append("there is no row below the names of the columns: export it again with its responses")
    if header_rows:
        whole = qualtrics_export.as_qualtrics(plain, cells.top[:header_rows])
    else:
        whole = redcap_export.as_redcap(plain) if redcap_export.is_redcap(plain) else plain
    return whole if columns is None else _only(whole, columns)


def _only(whole: Contents, columns: tuple[str, ...]) -> Contents:
    """The columns asked for; no row, and every variable, where none is asked for."""
    if not columns:
        return replace(whole, frame=whole.frame.iloc[:0])
    kept = [name for name in whole.frame.columns if name in columns]
    return replace(whole, frame=whole.frame[kept], variables=tuple(v for v in whole.variables if v.name in kept))


def _without_empty_columns(header: list[str], body: pd.DataFrame, notes: list[str]) -> tuple[list[str], pd.DataFrame]:
    """Leave out columns with neither name nor answer, as spreadsheets make them; Refused for answers without a name."""
    nameless = [at for at, name in enumerate(header) if not name]
    filled = [at for at in nameless if body.iloc[:, at].notna().any()]
    if filled:
        which = ", ".join(letters(at) for at in filled[:5])
        raise Refused(
            f"a column has answers and no name in the first row (column {which})",
            "Give every column a name, or empty it.",
        )
    if not nameless:
        return header, body
    notes.append(agreeing(len(nameless), "# column", "# columns") + " without name and answers left out")
    kept = [at for at, name in enumerate(header) if name]
    return [header[at] for at in kept], body.iloc[:, kept]


def _refuse_repeated(header: Sequence[str], written: Sequence[str]) -> None:
    """Refused when a name stands over several columns; said by their letters, as it may be an answer and no name."""
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if not repeated:
        return
    more = f", and {agreeing(len(repeated) - 1, '# more name', '# more names')}" if len(repeated) > 1 else ""
    remedy = "Give every column its own name; if the row with the names is missing, export the file again with it."
    if redcap_export.has_labels(header):
        remedy = "Export it from REDCap with raw data and raw headers, where each variable has its own name."
    which = [letters(at) for at, cell in enumerate(written) if cell.strip() == repeated[0]]
    raise Refused(
        f"the first row must name every column once, and one name is repeated (columns {', '.join(which[:5])}{more})",
        remedy,
    )


def _decimal_commas(frame: pd.DataFrame) -> Iterator[str]:
    """A sentence when the numbers of a column are written with a decimal comma."""
    found = []
    for name, column in zip(frame.columns, frame.iloc[:_SEEN].to_numpy(dtype=object).T, strict=True):
        seen = [cell for cell in column if isinstance(cell, str)]
        if any("," in cell for cell in seen) and all(map(_DECIMAL_COMMA.fullmatch, seen)):
            found.append(str(name))
    if found:
        more = f" and {agreeing(len(found) - 1, '# more column', '# more columns')}" if len(found) > 1 else ""
        yield f"the numbers of {found[0]}{more} are written with a decimal comma: export them with a point"
