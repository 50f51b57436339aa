"""REDCap's Logging export: which fields of which record were changed to what, by whom and when.

It is taken as the reason why a recorded row says something else now, where it holds that very change. Written against
the columns of REDCap's Logging page (Time / Date, Username, Action, List of Data Changes OR Fields Exported) and of its
API (timestamp, username, action, details, record).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from recruitment.feeds.files import SEPARATORS, decoded
from recruitment.feeds.mapping import DAYS, day_of
from recruitment.registers import Register
from study.errors import StudyError
from study.protocol.registers import Feed, Logging

COLUMNS = {
    "when": ("Time / Date", "timestamp"),
    "who": ("Username", "username"),
    "action": ("Action", "action"),
    "changes": ("List of Data Changes OR Fields Exported", "List of Data Changes", "details"),
}
_ACTION = re.compile(r"(?i)\s*(creat|updat|delet)\w*\s+(?:survey )?(?:record|response)s?\s*(?:\([^)]*\)\s*)?(\S+)?")
_CHANGE = re.compile(r"(\w+)(?:\((-?\w+)\))? = (?:'((?:[^'\\]|\\.)*)'|(checked|unchecked))")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: its row, the day (YYYY-MM-DD, "" where not so written), who, and what was done to a record.

    `changes` are (field, choice of a checkbox or "", value); a choice's value is checked or unchecked.
    """

    row: int
    day: str
    who: str
    what: Literal["creat", "updat", "delet"]
    record: str
    changes: tuple[tuple[str, str, str], ...]


def read_logging(data: bytes, spec: Logging) -> list[Entry]:
    """The entries about records, in the order of the file; StudyError for a file that is no Logging export."""
    text = decoded(data, spec.file, spec.encoding)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=SEPARATORS[spec.separator]))
    except csv.Error:
        raise StudyError("the text is not readable as CSV", where=spec.file, remedy="Export the log again.") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    at: dict[str, int] = {}
    for part, names in COLUMNS.items():
        found = next((header.index(name) for name in names if name in header), None)
        if found is None:
            raise StudyError(
                f"this is no Logging export of REDCap: the column {names[0]} is missing",
                where=f"{spec.file}, row 1",
                remedy="Export it on the page Logging of the project, as CSV.",
            )
        at[part] = found
    record = header.index("record") if "record" in header else None
    entries = []
    for number, row in enumerate(rows[1:], start=2):
        cells = row + [""] * (len(header) - len(row))
        action = _ACTION.match(cells[at["action"]])
        if action is None:
            continue
        what: Literal["creat", "updat", "delet"] = action[1].lower()  # type: ignore[assignment]
        named = cells[record].strip() if record is not None else ""
        changes = tuple((m[1], m[2] or "", m[4] or m[3] or "") for m in _CHANGE.finditer(cells[at["changes"]]))
        day = _DAY.match(cells[at["when"]].strip())
        who = cells[at["who"]].strip()
        entries.append(Entry(number, day[1] if day else "", who, what, named or action[2] or "", changes))
    return entries


def change_of(
    entries: Iterable[Entry], feed: Feed, register: Register, rows: Sequence[Mapping[str, str]]
) -> Entry | None:
    """The latest entry by which a fixed field of one of these rows (our fields → our words) became what it is now.

    The record must be the participant: a feed whose participant column is not the record's name has no such entry.
    """
    found = None
    for entry in entries:
        if entry.what == "updat" and any(_became(entry, feed, register, row) for row in rows):
            found = entry
    return found


def deletion_of(entries: Iterable[Entry], feed: Feed, participant: str) -> Entry | None:
    """The latest entry by which the participant's whole record was deleted."""
    deleted = [e for e in entries if e.what == "delet" and _person(e, feed) == participant]
    return deleted[-1] if deleted else None


def _became(entry: Entry, feed: Feed, register: Register, row: Mapping[str, str]) -> bool:
    if _person(entry, feed) != row[register.identifying[0]]:
        return False
    columns = [*feed.columns.items(), *(pair for rule in feed.rules for pair in rule.columns.items())]
    return any(
        _says(feed, field, choice, value, row[field])
        for field, column in columns
        if field in register.fixed
        for name, choice, value in entry.changes
        if name == column
    )


def _person(entry: Entry, feed: Feed) -> str:
    """The participant code of the entry's record; "" where the record's name is not what the feed takes it from."""
    column = feed.columns.get("participant_id") or feed.columns.get("participant_ids")
    if column not in feed.first_column:
        return ""
    return feed.values.get("participant_id", {}).get(entry.record, entry.record)


def _says(feed: Feed, field: str, choice: str, value: str, cell: str) -> bool:
    words = feed.values.get(field, {})
    if choice:
        return (words.get(choice, choice) in cell.split(";")) == (value == "checked")
    as_day = {day_of(value, feed.dates, feed.zone), value} if field in DAYS else set()
    return cell in {words.get(value, value), *as_day}
