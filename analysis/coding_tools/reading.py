"""One entry for every export of a coding tool: known by its content, never by its name."""

from __future__ import annotations

import zipfile
from io import BytesIO

from analysis.codebook import Codebook, CodeEntry, codebook_of, order
from analysis.coding_tools.export import ToolExport
from analysis.coding_tools.refi import read_qdc
from analysis.coding_tools.refi_project import Beside, read_qdpx
from analysis.coding_tools.sheets import sheets_of
from analysis.coding_tools.tables import read_tables
from analysis.tables import frame_of, read_rows
from study import StudyError

LARGEST = 1 << 30


def read_export(data: bytes, name: str, *, tool: str = "auto", beside: Beside = lambda name: None) -> ToolExport:
    """An export of a coding tool: .qdc, .qdpx, .xlsx or CSV. `name` is how it is called to people.

    `tool` limits what it may be; `beside` gives files that lie beside it, by name. StudyError for what cannot be read,
    one sentence with its remedy.
    """
    if len(data) > LARGEST:
        raise StudyError(f"the file is larger than {LARGEST >> 30} GB", where=name, remedy="Export less at a time.")
    if not data.strip():
        raise StudyError("the file is empty", where=name, remedy="Export it again.")
    kind = _kind(data, name)
    if kind in ("qdpx", "qdc"):
        return read_qdpx(data, name, beside) if kind == "qdpx" else read_qdc(data, name)
    if tool == "refi_qda":
        raise StudyError(
            "the file is no REFI-QDA project or codebook", where=name, remedy="Export it as .qdpx or .qdc."
        )
    return read_tables(data, name, tool)


def read_codebook_file(data: bytes, name: str, *, version: str = "") -> Codebook:
    """A codebook in any form: our own CSV or workbook, a tool's table, .qdc, or that of a .qdpx.

    A codebook of a tool has the `version` given where it tells none. StudyError for what is none.
    """
    if not name.lower().endswith(".csv") or _kind(data, name) != "table":
        sheet = _ours(data, name)
        if sheet is not None:
            return sheet
        return codebook_from(read_export(data, name), name, version=version)
    try:
        return codebook_of(read_rows(data, ["code"], name), name)
    except StudyError:
        try:
            return codebook_from(read_tables(data, name), name, version=version)
        except StudyError:
            pass
        raise


def codebook_from(export: ToolExport, name: str, *, version: str = "") -> Codebook:
    """The codebook an export holds; StudyError when it holds only segments."""
    if not export.is_codebook:
        raise StudyError(
            "the file holds no codebook", where=name, remedy="Export the codebook as well, or name another file."
        )
    highest = max((entry.version for entry in export.codes), key=order, default="") or version
    codes = tuple(entry if entry.version else _at(entry, version) for entry in export.codes)
    return Codebook(highest, codes, tuple(p for p in export.problems if p.check == "AN006"), codes, export.parts)


def _at(entry: CodeEntry, version: str) -> CodeEntry:
    from dataclasses import replace

    return replace(entry, version=version) if version else entry


def _ours(data: bytes, name: str) -> Codebook | None:
    """A workbook with the columns of our own codebook; None for anything else."""
    if _kind(data, name) != "table" or data[:2] != b"PK":
        return None
    for sheet in sheets_of(data, name):
        if sheet.rows and "code" in sheet.rows[0][1] and {"definition", "origin", "version"} & set(sheet.rows[0][1]):
            return codebook_of(frame_of(sheet.rows[0][1], sheet.rows[1:]), name)
    return None


def _kind(data: bytes, name: str) -> str:
    """`qdpx`, `qdc` or `table`, by what the bytes begin with; a .qdpx that is no archive is one that is damaged."""
    start = data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if start.startswith(b"<"):
        return "qdc"
    if data[:2] == b"PK":
        return "table" if _is_workbook(data) and not name.lower().endswith(".qdpx") else "qdpx"
    if name.lower().endswith((".qdpx", ".qdc")):
        return name.lower().rpartition(".")[2]
    return "table"


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            return not any(part.lower().endswith(".qde") for part in parts.namelist())
    except Exception:  # what is no archive is told by its reader
        return True
