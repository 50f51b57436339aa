"""A person's rows in survey files and distribution lists, however they are spelled, as an erasure takes them out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from evidence.survey import read_survey, sniff
from evidence.survey.linkage import Spellings, plain_key
from evidence.survey.responses import contact_columns, key_columns
from evidence.survey.sniffing import is_utf16
from study import StudyError
from tasks.distribution import stored
from tasks.erasing import Table
from tasks.people_rows import rows_of
from tasks.read import read_restricted_table
from tasks.workspace import Workspace

_SEPARATORS = ",;\t|"


def survey_tables(place: Workspace, participant: str, replaced: str = "") -> Iterator[Table]:
    """Every survey file with keys, and what becomes of the person's rows; with `replaced` the key becomes that."""
    plain = _spellings(place, participant).plain_forms(participant)
    for survey in place.protocol.surveys:
        if survey.linkage == "coded" and survey.key:
            how = _as_text(stored(place, survey.file), survey.encoding)
            yield Table(survey.file, survey.key, (participant,), replaced=replaced, plain=plain, **how)


def list_tables(place: Workspace, participant: str) -> Iterator[Table]:
    """Every distribution list in which the person is named by code or e-mail address: their rows go, whatever becomes
    of their answers."""
    spellings = _spellings(place, participant)
    mails = [mail for mail in map(plain_key, _mails(place, participant)) if mail]
    for survey in place.protocol.surveys:
        path = survey.distribution or ""
        data = stored(place, path) if path else None
        if data is None:
            continue
        how = _as_text(data, None)
        table = _rows(data, path, how)
        found = {
            column: [cell for cell in table[column] if plain_key(cell) in mails] for column in contact_columns(table)
        }
        for column in key_columns(table, survey.key):
            found[column] = [cell for cell in table[column] if cell and spellings.meant(cell) == participant]
        for column, theirs in found.items():
            if theirs:
                yield Table(path, column, tuple(dict.fromkeys(theirs)), **how)


def _rows(data: bytes, path: str, how: dict[str, Any]) -> dict[str, list[str]]:
    """The cells of a table by column, as the editor of people's files reads them; none of one nobody can read."""
    if how:
        try:
            rows = rows_of(data, **how)
        except (UnicodeError, csv.Error):
            return {}
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [row.get(name, "") for row in rows] for name in names}
    try:
        frame = read_survey(data, name=path.rpartition("/")[2]).frame
    except StudyError:
        return {}
    return {str(name): [_written(cell) for cell in frame[name]] for name in frame}


def _written(cell: object) -> str:
    return plain_key(cell) if isinstance(cell, float) else str(cell).strip()


def _as_text(data: bytes | None, encoding: str | None) -> dict[str, Any]:
    """How a text table is to be read and written again: code page and separator; nothing for other formats."""
    if data is None or sniff(data) != "csv":
        return {}
    code_page = is_utf16(data) or _code_page(data, encoding)
    first = data.decode(code_page, errors="replace").lstrip("\ufeff\r\n").partition("\n")[0]
    return {"encoding": code_page, "separator": max(_SEPARATORS, key=lambda separator: _width(first, separator))}


def _width(line: str, separator: str) -> int:
    return len(next(csv.reader(io.StringIO(line, newline=""), delimiter=separator), []))


def _code_page(data: bytes, encoding: str | None) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return encoding or "utf-8"
    return "utf-8"


def _spellings(place: Workspace, participant: str) -> Spellings:
    """The codes of the registry, and the person's."""
    table = read_restricted_table(place, "participants.csv")
    codes: Iterable[str] = () if table is None or "participant_id" not in table else table["participant_id"]
    return Spellings({participant, *codes})


def _mails(place: Workspace, participant: str) -> list[str]:
    table = read_restricted_table(place, "identities.csv")
    if table is None or not {"participant_id", "email"} <= set(table.columns):
        return []
    cells = table.loc[table["participant_id"] == participant, "email"]
    return [mail for cell in cells for mail in cell.split(";")]
