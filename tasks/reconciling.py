"""The list of disagreements with the words, for the meeting in which coders reconcile them: CSV and workbook.

Under restricted/agreement/ and nowhere else; an erasure takes it, and the next comparison makes it again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

from analysis.coders import CoderComparison, Disagreement
from pages.agreement_page import place_of
from study.objects import NotStored
from tasks.erasing import AGREEMENT_LISTS
from tasks.workspace import Workspace

COLUMNS = (
    "transcript_id",
    "where",
    "code",
    "applied_by",
    "not_applied_by",
    "units",
    "quotes",
    "text",
    "decided",
    "reason",
)
WIDTHS = (14, 14, 24, 14, 16, 8, 50, 80, 20, 40)
CSV, WORKBOOK = f"{AGREEMENT_LISTS}disagreements.csv", f"{AGREEMENT_LISTS}disagreements.xlsx"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_lists(
    place: Workspace, found: CoderComparison, segments: pd.DataFrame, turns: Mapping[str, pd.DataFrame]
) -> tuple[str, ...]:
    """Write both lists where they are not as they are to be; their paths in the study folder."""
    rows = list(_rows(found.disagreements, segments, turns))
    body = as_csv(rows)
    if _stored(place, CSV) != body or _stored(place, WORKBOOK) is None:  # a workbook's bytes hold the time it was made
        for key, made in ((CSV, body), (WORKBOOK, as_workbook(rows))):
            place.restricted.put(key, made)
    for key in (CSV, WORKBOOK):
        place.restricted.erase_old_versions(key)  # they held people who may have left since
    return tuple(f"{place.protocol.storage.restricted}/{key}" for key in (CSV, WORKBOOK))


def forget_lists(place: Workspace) -> None:
    """Take the lists away where nothing is compared any more."""
    for stored in list(place.restricted.list(AGREEMENT_LISTS)):
        place.restricted.erase_all_versions(stored.key)


def as_csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it as such; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(tuple(_harmless(cell) for cell in row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_workbook(rows: Iterable[tuple[str, ...]]) -> bytes:
    """One sheet with a header that stays in sight and text that wraps; every cell is text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "Disagreements"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([_printable(cell) for cell in row])
    for row_cells in sheet.iter_rows(min_row=2):
        for cell in row_cells:
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(
    disagreements: Iterable[Disagreement], segments: pd.DataFrame, turns: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, ...]]:
    by_place = {(str(t), str(code)): rows for (t, code), rows in segments.groupby(["transcript", "code"], sort=False)}
    spoken = {t: dict(zip(frame["turn"].astype(int), frame["text"], strict=True)) for t, frame in turns.items()}
    for one in disagreements:
        last = one.turn if one.until is None else one.until
        theirs = by_place[(one.transcript, one.code)]
        theirs = theirs[theirs["coder"].isin(one.applied_by) & (theirs["start"] <= last) & (theirs["end"] >= one.turn)]
        quotes = "\n".join(f"{coder}: {quote}" for coder, quote in zip(theirs["coder"], theirs["quote"], strict=True))
        text = "" if one.until is not None else spoken[one.transcript].get(one.turn, "")
        who = ("; ".join(one.applied_by), "; ".join(one.not_applied_by))
        yield one.transcript, place_of(one), one.code, *who, str(one.units), quotes, text, "", ""


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _printable(cell: str) -> str:
    """Without the control characters a workbook cannot hold."""
    return "".join(c for c in cell if c in "\n\t" or ord(c) >= 32)


def _stored(place: Workspace, key: str) -> bytes | None:
    try:
        return place.restricted.get(key)
    except NotStored:
        return None
