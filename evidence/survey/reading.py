"""Survey files read as they are: answers, labels, declared missing codes, nothing turned into NaN in silence.

The content decides the format, not the file's ending. Every file is read in a child process with limits of time and
memory, because a damaged file can crash the reader (pyreadstat, ReadStat); the parent only looks at the first bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from pickle import PickleBuffer
from typing import Any

from evidence import isolated
from evidence.survey.contents import DECLARES_MISSING, LABELLED, Asked, Contents, Format, Refused, Survey
from evidence.survey.dictionary import DataDictionary
from evidence.survey.sniffing import LARGEST_BYTES, TOO_LARGE, refusal, sniff
from study.errors import StudyError
from study.identifiers import digest

__all__ = [
    "DECLARES_MISSING",
    "LABELLED",
    "READER_VERSION",
    "Asked",
    "Format",
    "Survey",
    "read_survey",
    "read_surveys",
    "sniff",
]

READER_VERSION = 3
"""Rises when the same bytes are read otherwise than before, so that what rests on a reading is made again."""
SECONDS = 300.0
MEGABYTES = 4096
_ANEW = "Ask for it again, or have it exported as CSV UTF-8."
_DEATHS = {
    "time": ("took too long", "Export only the variables you need, or as CSV UTF-8."),
    "memory": ("needed too much memory", "Export only the variables you need, or as CSV UTF-8."),
    "crashed": ("crashed", _ANEW),
    "failed": ("failed", _ANEW),
}


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
    answer = isolated.call(read_bytes, *_call(asked, data, found), seconds=SECONDS, megabytes=MEGABYTES)
    return _answered(asked, data, found, answer)


def read_surveys(asked: Iterable[Asked]) -> Iterator[Survey | StudyError]:
    """Read many files in order with one child process, replaced when a file kills it; a bad file costs only itself."""
    waiting: list[tuple[Asked, bytes, Format] | StudyError] = []

    def calls() -> Iterator[tuple[Any, ...]]:
        for one in asked:
            try:
                data, found = _sniffed(one)
                call = _call(one, data, found)
            except StudyError as refused:
                waiting.append(refused)
                continue
            waiting.append((one, data, found))
            yield call

    for answer in isolated.call_each(read_bytes, calls(), seconds=SECONDS, megabytes=MEGABYTES):
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


def read_bytes(
    data: bytes | PickleBuffer,
    format: Format,
    catalog: bytes | None,
    encoding: str | None,
    columns: tuple[str, ...] | None,
) -> Contents | Refused:
    """What the child process does; what it refuses is an answer, so that its remedy arrives."""
    data = bytes(data)  # which it is already where it came from another process
    try:
        if format == "csv":
            from evidence.survey.delimited import delimited_cells
            from evidence.survey.tables import table

            return table(delimited_cells(data, encoding), columns)
        if format == "xlsx":
            from evidence.survey.tables import table
            from evidence.survey.workbooks import workbook_cells

            return table(workbook_cells(data), columns)
        from evidence.survey.labelled import read_labelled

        found = read_labelled(data, format, catalog, encoding, columns)
    except Refused as refused:
        return refused
    if not len(found.frame) and columns is None:
        found.problems.append("the file has variables and no row: export it again with its responses")
    return found


def _sniffed(asked: Asked) -> tuple[bytes, Format]:
    """The bytes that are read, and their format."""
    name = _name(asked)
    data = _bytes(asked.content, name)
    found = sniff(data)
    if found is None:
        what, remedy = refusal(data)
        raise StudyError(what, where=name, remedy=remedy)
    return data, found


def _bytes(content: Path | str | bytes, name: str) -> bytes:
    try:
        size = len(content) if isinstance(content, bytes) else Path(content).stat().st_size
        if size > LARGEST_BYTES:
            raise StudyError(TOO_LARGE[0], where=name, remedy=TOO_LARGE[1])
        return content if isinstance(content, bytes) else Path(content).read_bytes()
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
    catalog = None
    if asked.catalog is not None:
        where = "the SAS catalog" if isinstance(asked.catalog, bytes) else Path(asked.catalog).name
        catalog = _bytes(asked.catalog, where)
    return PickleBuffer(data), found, catalog, asked.encoding, columns


def _answered(asked: Asked, data: bytes, found: Format, answer: Contents | Refused | isolated.ReaderDied) -> Survey:
    if isinstance(answer, isolated.ReaderDied):
        how, remedy = _DEATHS.get(answer.reason, _DEATHS["failed"])
        said = f"the survey file is damaged or incomplete: its reader {how} ({answer.detail or answer.reason})"
        if answer.reason in ("time", "memory"):
            said = f"the survey file is too large or damaged: its reader {how}"
        raise StudyError(said, where=_name(asked), remedy=remedy)
    if isinstance(answer, Refused):
        raise StudyError(answer.what, where=_name(asked), remedy=answer.remedy)
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
