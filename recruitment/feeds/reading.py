"""One file of a register read whole; or, where the file itself is at fault, the withdrawals in it alone.

A fault of the file (encoding, header, another project's export, no rows) says nothing sound about any row, so nothing
is taken from it but what people asked for: an end. Another project's people are not ours, whatever they ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from recruitment.feeds.files import Sheet, leniently_read, read_sheet
from recruitment.feeds.mapping import columns_of, mapped
from recruitment.feeds.naming import is_foreign, mapped_columns, missing_from, named_twice, refuse_foreign
from recruitment.registers import ENDING_WORDS, Register
from study.errors import StudyError
from study.protocol.registers import Feed


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file was not read whole: a sentence with its place, or the name of a column that is missing."""

    error: StudyError | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Fed:
    """What one file gave: register rows (None: not even withdrawals), faults of the file, rows that gave nothing.

    `frame` is as `mapping.Mapped.frame`. Where there are faults it holds withdrawals and do-not-contact only.
    """

    frame: pd.DataFrame | None
    faults: tuple[Unread, ...]
    passed_over: int
    columns: dict[str, str]


def own_feed(register: Register) -> Feed:
    """The feed of our own CSV file: every column under our name."""
    fields = (*register.columns, *register.ignored)
    return Feed(file=register.file, columns={field: field for field in fields})


def read_feed(data: bytes, feed: Feed, register: Register, *, is_recorded: bool) -> Fed:
    """Read one file of a register; `is_recorded` says that rows of this register are in the trail already."""
    columns = columns_of(feed)
    try:
        sheet = read_sheet(data, feed, columns=mapped_columns(feed))
        if is_foreign(sheet, feed):
            refuse_foreign(sheet)
        missing = missing_from(sheet, feed)
        if not missing:
            _refuse_unsound(sheet, feed, is_recorded=is_recorded)
            whole = mapped(sheet, feed, register.columns)
            return Fed(whole.frame, (), whole.passed_over, columns)
        faults = tuple(Unread(missing=name) for name in missing)
    except StudyError as error:
        faults = (Unread(error),)
    return Fed(endings_in(data, feed, register), faults, 0, columns)


def endings_in(data: bytes, feed: Feed, register: Register) -> pd.DataFrame | None:
    """The rows of a faulty file by which somebody withdraws or asks not to be contacted; None where none can be told.

    Cells of columns that are missing read as empty. Nothing is taken from another project's export, nor where two
    columns have the name of one that is needed.
    """
    if register.ending is None:
        return None
    sheet = leniently_read(data, feed, columns=mapped_columns(feed))
    if sheet is None or is_foreign(sheet, feed) or named_twice(sheet, feed):
        return None
    rows = mapped(sheet, feed, register.columns, strict=False).frame
    ends = rows[register.ending].isin(ENDING_WORDS) & (rows[register.identifying[0]] != "")
    return rows[ends]


def _refuse_unsound(sheet: Sheet, feed: Feed, *, is_recorded: bool) -> None:
    """StudyError for a column named twice, and for an export without rows."""
    twice: Sequence[str] = named_twice(sheet, feed)
    if twice:
        raise StudyError(
            "several columns have this name, so it is not known which one is meant",
            where=f"{sheet.where}, row 1, column {twice[0]}",
            remedy="Give each its own name; from REDCap export the raw variable names.",
        )
    if not sheet.rows and (feed.format == "redcap" or is_recorded):
        raise StudyError(
            "the file has a header and no row",
            where=f"{sheet.where}, row 2, column {sheet.header[0]}",
            remedy="Export it again, without a filter.",
        )
