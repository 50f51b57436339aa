"""What the team writes down of its analysis: spreadsheets (.csv, .xlsx) under analysis/ and entry forms, as one table.

A row of a spreadsheet and an entry form that says the same are one; two that say different things under one id are a
query of the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from sampling.frame_file import read_cells
from study.objects import NotStored
from tasks.forms import FORMS, entered_rows, voided_rows
from tasks.read import parse_table
from trustworthiness import claims, debriefing, hypotheses, memos, negative_cases
from trustworthiness.entries import FILE

if TYPE_CHECKING:
    from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One table: its name as an entry form's, its file, its columns, the kinds it gives.

    The first columns, `keys` of them, tell its rows apart; the very first is the id.
    """

    name: str
    file: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    keys: int = 1


TABLES: dict[str, RecordTable] = {
    table.name: table
    for table in (
        RecordTable("debriefings", debriefing.FILE, debriefing.COLUMNS, (debriefing.KIND,)),
        RecordTable("hypotheses", hypotheses.FILE, hypotheses.COLUMNS, (hypotheses.KIND,), keys=2),
        RecordTable(
            "negative_cases",
            negative_cases.FILE,
            negative_cases.COLUMNS,
            ("negative_case.raised", "negative_case.resolved"),
        ),
        RecordTable(
            "counter_narratives",
            negative_cases.NARRATIVES_FILE,
            negative_cases.NARRATIVE_COLUMNS,
            ("counter_narrative.recorded",),
        ),
        RecordTable("memos", memos.FILE, memos.COLUMNS, (memos.KIND,)),
        RecordTable("claims", claims.FILE, claims.COLUMNS, (claims.KIND, claims.RETRACTED)),
    )
}


def table_file(place: Workspace, name: str) -> str:
    """The file of a table; that of the claims is the protocol's to name."""
    return place.protocol.analysis.claims if name == "claims" else TABLES[name].file


def gathered(place: Workspace, name: str) -> pd.DataFrame:
    """Every row of a table: of the .csv, of the .xlsx beside it, of the forms that stand.

    The index is the row's number in its file, or the form's; the column `trustworthiness.entries.FILE` names it.
    Raises StudyError for a file that cannot be read.
    """
    parts = [part for part in (*_files(place, table_file(place, name)), _forms(place, name)) if not part.empty]
    return pd.concat(parts).fillna("") if parts else pd.DataFrame()


def voided_ids(place: Workspace, name: str) -> dict[str, dict[str, str]]:
    """The ids of entry forms that were voided, each with who did, when and why; those that stand elsewhere too."""
    return {cells.get(TABLES[name].columns[0], ""): said for cells, said in voided_rows(place, name)}


def _files(place: Workspace, path: str) -> Iterator[pd.DataFrame]:
    for suffix in (".csv", ".xlsx"):
        file = str(PurePosixPath(path).with_suffix(suffix))
        try:
            data = place.files.get(file)
        except NotStored:
            continue
        if suffix == ".csv":
            yield parse_table(data, file).assign(**{FILE: file})
        else:
            cells = read_cells(data, file)
            rows = {number: dict(zip(cells.columns, row, strict=True)) for number, row in cells.rows}
            yield pd.DataFrame.from_dict(rows, orient="index", columns=list(cells.columns), dtype=str).assign(
                **{FILE: file}
            )


def _forms(place: Workspace, name: str) -> pd.DataFrame:
    forms = entered_rows(place, name)
    frame = pd.DataFrame([dict(form.cells) for form in forms], index=[form.number for form in forms], dtype=str)
    return frame.fillna("").assign(**{FILE: f"restricted/{FORMS}{name}"})
