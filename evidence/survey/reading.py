"""Survey files read as they are: answers, labels, declared missing codes, nothing turned into NaN in silence.

The content decides the format, not the file's ending. Every file is read in a child process with limits of time and
memory, because a damaged file can crash the reader (pyreadstat, ReadStat); the parent only looks at the first bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evidence import isolated
from evidence.survey.contents import DECLARES_MISSING, LABELLED, Asked, Contents, Format, Survey
from evidence.survey.dictionary import Code, DataDictionary, Type, Variable
from study.errors import StudyError
from study.identifiers import digest

__all__ = ["DECLARES_MISSING", "LABELLED", "READER_VERSION", "Asked", "Format", "Survey", "read_survey", "read_surveys"]

READER_VERSION = 2
"""Rises when the same bytes are read otherwise than before, so that what rests on a reading is made again."""
SECONDS = 120.0
MEGABYTES = 4096
LARGEST_BYTES = 1 << 30
_SAS = bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")


def read_survey(
    path: Path | str | bytes,
    *,
    name: str = "",
    catalog: Path | str | bytes | None = None,
    encoding: str | None = None,
    columns: Sequence[str] | None = None,
) -> Survey:
    """Read a survey file, or its bytes under a `name`; see `Asked`.

    StudyError when it cannot be read, naming the file and the remedy.
    """
    asked = Asked(path, name, catalog, encoding, columns)
    data, found = _sniffed(asked)
    return _answered(
        asked, data, found, isolated.call(_read, *_call(asked, data, found), seconds=SECONDS, megabytes=MEGABYTES)
    )


def read_surveys(asked: Iterable[Asked]) -> Iterator[Survey | StudyError]:
    """Read many files in order with one child process, replaced when a file kills it; a bad file costs only itself."""
    waiting: list[tuple[Asked, bytes, Format] | StudyError] = []

    def calls() -> Iterator[tuple[Any, ...]]:
        for one in asked:
            try:
                data, found = _sniffed(one)
            except StudyError as refused:
                waiting.append(refused)
                continue
            waiting.append((one, data, found))
            yield _call(one, data, found)

    for answer in isolated.call_each(_read, calls(), seconds=SECONDS, megabytes=MEGABYTES):
        while waiting:
            first = waiting.pop(0)
            if isinstance(first, StudyError):
                yield first
                continue
            try:
                yield _answered(*first, answer)
            except StudyError as refused:
                yield refused
            break
    yield from (one for one in waiting if isinstance(one, StudyError))


def _sniffed(asked: Asked) -> tuple[bytes, Format]:
    """The bytes that are read, and their format."""
    name = _name(asked)
    data = _bytes(asked.content, name)
    found = sniff(data)
    if found is None or len(data) > LARGEST_BYTES:
        raise StudyError(*_unknown(data), where=name, remedy="Export it again as .sav or CSV UTF-8.")
    return data, found


def _bytes(content: Path | str | bytes, name: str) -> bytes:
    if isinstance(content, bytes):
        return content
    try:
        return Path(content).read_bytes()
    except OSError as error:
        raise StudyError(
            f"the survey file cannot be read ({error.strerror})",
            where=name,
            remedy="Put it there or correct study.yaml.",
        ) from None


def _name(asked: Asked) -> str:
    return asked.name or ("the survey file" if isinstance(asked.content, bytes) else Path(asked.content).name)


def _call(asked: Asked, data: bytes, found: Format) -> tuple[Any, ...]:
    columns = None if asked.columns is None else tuple(asked.columns)
    catalog = None if asked.catalog is None else _bytes(asked.catalog, Path(str(asked.catalog)).name)
    return data, found, catalog, asked.encoding, columns


def _answered(asked: Asked, data: bytes, found: Format, answer: Contents | isolated.ReaderDied) -> Survey:
    if isinstance(answer, isolated.ReaderDied):
        raise StudyError(_death(answer), where=_name(asked), remedy="Export it again, or as CSV UTF-8.")
    sha256 = digest(data)
    return Survey(
        answer.frame,
        DataDictionary(answer.variables, sha256=sha256),
        answer.problems,
        sha256,
        found,
        answer.declared_rows,
        answer.encoding,
        answer.layout,
        answer.notes,
        answer.row_columns,
        answer.platform_columns,
    )


def sniff(data: bytes) -> Format | None:
    """The format by its first bytes; None when it is none of ours."""
    head = data[:600]
    marks: list[tuple[bool, Format]] = [
        (head.startswith(b"$FL2"), "sav"),
        (head.startswith(b"$FL3"), "zsav"),
        (head.startswith(b"<stata_dta>") or (data[:1] in b"rstu" and data[1:2] in (b"\1", b"\2")), "dta"),
        (head.startswith(b"HEADER RECORD*******LIB"), "xpt"),
        (_SAS in data[:40], "sas7bdat"),
        (b"SPSS PORT FILE" in head or b"SPSS PORT FILE".decode().encode("cp500") in head, "por"),
        (head.startswith(b"PK\x03\x04") and b"xl/" in data, "xlsx"),
    ]
    found = next((format for is_it, format in marks if is_it and data), None)
    return found or ("csv" if _is_table_text(data) else None)


def _is_table_text(data: bytes) -> bool:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return bool(start) and b"\0" not in data and not start.startswith((b"<!doctype", b"<html", b"<?xml", b"{"))


def _unknown(data: bytes) -> tuple[str]:
    if len(data) > LARGEST_BYTES:
        return ("the survey file is larger than 1 GB",)
    if not data.strip():
        return ("the survey file is empty",)
    if b"<html" in data[:2000].lower():
        return ("the survey file is a web page, not data",)
    return ("the content is no survey format we know",)


def _death(died: isolated.ReaderDied) -> str:
    if died.reason == "refused":
        return died.detail.rstrip(".")
    why = {"time": "took too long", "memory": "needed too much memory", "crashed": "crashed", "failed": "failed"}
    return f"the survey file is damaged or incomplete: its reader {why[died.reason]} ({died.detail})"


def _read(
    data: bytes, format: Format, catalog: bytes | None, encoding: str | None, columns: tuple[str, ...] | None
) -> Contents:
    """What the child process does."""
    if format == "csv":
        found = _from_cells(_csv_cells(data))
    elif format == "xlsx":
        found = _from_cells(_sheet_cells(data))
    else:
        found = _labelled(data, format)
    frame, variables, problems = found
    kept = tuple(v for v in variables if columns is None or not columns or v.name in columns)
    if columns is not None:
        frame = frame[[name for name in frame.columns if name in columns]]
    return Contents(frame, kept, problems)


def _csv_cells(data: bytes) -> list[list[Any]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise StudyError(f"the text is not UTF-8 (row {row})") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _sheet_cells(data: bytes) -> list[list[Any]]:
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def _from_cells(rows: list[list[Any]]) -> tuple[pd.DataFrame, tuple[Variable, ...], list[str]]:
    """A table without labels: text stays text until a data dictionary says otherwise."""
    header = [str(cell if cell is not None else "").strip() for cell in rows[0]] if rows else []
    repeated = sorted({name for name in header if header.count(name) > 1})
    if not header or not all(header) or repeated:
        which = f"{repeated[0] or 'an empty name'} is repeated" if repeated else "a column has no name"
        raise StudyError(f"the first row must name every column once ({which})")
    filled = [row for row in rows[1:] if any(str(cell if cell is not None else "").strip() for cell in row)]
    longer = sum(len(row) > len(header) for row in filled)
    if longer:
        raise StudyError(
            f"{longer} rows have more cells than the header; put text that holds a comma in quotation marks"
        )
    cells = [[_cell(c) for c in row] + [None] * (len(header) - len(row)) for row in filled]
    frame = pd.DataFrame(cells, columns=header, dtype=object)
    short = sum(len(row) < len(header) for row in filled)
    problems = [f"{short} rows have fewer cells than the header"] if short else []
    return frame, tuple(Variable(name) for name in header), problems


def _cell(value: Any) -> str | None:
    """A cell as text; a number of a spreadsheet without its trailing .0, blank as null."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value.isoformat() if hasattr(value, "isoformat") else value).strip()


def _labelled(data: bytes, format: Format) -> tuple[pd.DataFrame, tuple[Variable, ...], list[str]]:
    """A file pyreadstat reads, with its labels and declared missing codes."""
    import pyreadstat

    readers: dict[str, Any] = {"dta": pyreadstat.read_dta, "xpt": pyreadstat.read_xport, "por": pyreadstat.read_por}
    reader: Any = pyreadstat.read_sas7bdat if format == "sas7bdat" else readers.get(format, pyreadstat.read_sav)
    options = {"user_missing": True} if format in ("sav", "zsav", "dta") else {}
    problems: list[str] = []
    try:
        frame, meta = reader(io.BytesIO(data), **options)
    except OverflowError:
        frame, meta = reader(io.BytesIO(data), disable_datetime_conversion=True, **options)
        problems.append("a date lies outside the calendar, so dates were read as numbers")
    if len(set(meta.column_names)) < len(meta.column_names):
        raise StudyError("two variables of the file have the same name")
    variables = tuple(
        _variable(name, label or "", meta, frame[name])
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    )
    for variable in variables:
        frame[variable.name] = _column(frame[variable.name], variable)
    return frame, variables, problems


def _variable(name: str, label: str, meta: Any, answers: pd.Series) -> Variable:
    labels: dict[Code, str] = {_code(c): str(t) for c, t in (meta.variable_value_labels.get(name) or {}).items()}
    missing = _declared_missing(name, meta, labels, answers)
    return Variable(
        name,
        label=label,
        type=_type(name, meta, bool(labels.keys() - missing.keys())),
        values={c: t for c, t in labels.items() if c not in missing},
        missing=missing,
    )


def _type(name: str, meta: Any, is_coded: bool) -> Type:
    written = str((meta.original_variable_types or {}).get(name) or "").upper()
    if any(mark in written for mark in ("DATE", "TIME", "%T", "YYMMDD")):
        return "date"
    if (meta.readstat_variable_types or {}).get(name) == "string":
        return "text"
    if is_coded:
        return "single"
    return "integer" if written.startswith("F") and written.endswith(".0") else "decimal"


def _declared_missing(name: str, meta: Any, labels: dict[Code, str], answers: pd.Series) -> dict[Code, str]:
    """Single missing codes, and those of a declared range that are labelled or occur."""
    found: set[Code] = {_code(c) for c in (meta.missing_user_values or {}).get(name, ())}
    for part in (meta.missing_ranges or {}).get(name, ()):
        if part["lo"] == part["hi"]:
            found.add(_code(part["lo"]))
        else:
            known = {*labels, *map(_code, answers.dropna().unique())}
            found |= {c for c in known if isinstance(c, float) and part["lo"] <= c <= part["hi"]}
    return {code: labels.get(code, "") for code in found}


def _code(code: Any) -> Code:
    return str(code) if isinstance(code, str) else float(code)


def _column(column: pd.Series, variable: Variable) -> pd.Series:
    """Blank text as null, days and times as datetime64."""
    if variable.type == "date":
        return pd.to_datetime(column, errors="coerce") if not pd.api.types.is_numeric_dtype(column) else column
    if variable.type == "text":
        return column.astype(object).where(column.astype("string").str.strip().fillna("") != "", None)
    return column
