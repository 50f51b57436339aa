"""What people wrote down about trustworthiness, as facts with their words beside them.

The words go to a write-once record; the trail holds ids, days and a keyed digest of the content, so that a row somebody
rewrites becomes a new version and a row left as it was records nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.checks import Problem
from analysis.codebook import CODE
from study import Event, Fact

Digest = Callable[[bytes], str]
"""Keyed digest of bytes, 64 hex digits: words of people are never hashed without a key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact and the document to be written beside it (team words, never in the trail)."""

    fact: Fact
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entries:
    """What one file holds: entries to record, and rows that cannot be or want a look."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


FILE = "__file__"
"""Column of a table gathered from several files: which file a row is from."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in its file, the file (with the form's, where one was entered) and its cells by column."""

    number: int
    file: str
    cells: dict[str, str]


def rows_of(table: pd.DataFrame, columns: Collection[str], file: str) -> Iterable[Row]:
    """Each row of a text table; a column that is not there reads as empty.

    A row that says what an earlier one says, in a spreadsheet and an entry form for instance, is one row.
    """
    names = list(columns)
    cells = table.reindex(columns=[*names, FILE], fill_value="").itertuples(index=False)
    seen: set[tuple[str, ...]] = set()
    for row, values in zip(table.index, cells, strict=True):
        texts = tuple(str(value).strip() for value in values)
        if texts[:-1] not in seen:
            seen.add(texts[:-1])
            yield Row(int(row), texts[-1] or file, dict(zip(names, texts, strict=False)))


def parts(text: str) -> tuple[str, ...]:
    """The entries of a cell that are set apart by semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def is_code(text: str) -> bool:
    """True for what may stand in the trail as a code."""
    return CODE.fullmatch(text) is not None


def day_of(text: str) -> date | None:
    """A day written YYYY-MM-DD, else None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def content_of(document: Mapping[str, Any], digest: Digest, *, optional: Collection[str] = ()) -> str:
    """The keyed digest of a document, whatever the order of its keys; `optional` ones that are empty do not count."""
    document = {key: value for key, value in document.items() if value or key not in optional}
    return digest(json.dumps(document, ensure_ascii=False, sort_keys=True, default=list).encode())


def version_of(events: Iterable[Event], kind: str, key: str, id: str, content: str) -> int:
    """The version under which this content is, or is to be, recorded: 1, or one more than another latest content."""
    known = [e for e in events if e.kind == kind and _id(e, key) == id]
    if not known:
        return 1
    latest = max(known, key=lambda e: (int(e.data["version"]), e.id))
    version = int(latest.data["version"])
    return version if latest.data.get("content") == content else version + 1


def vanished(
    events: Iterable[Event], kind: str, key: str, ids: Collection[str], file: str, subject: str
) -> tuple[Problem, ...]:
    """AN037 for every id recorded under `kind` that the file no longer holds."""
    recorded = {_id(e, key) for e in events if e.kind == kind}
    gone = sorted(id for id in recorded if id and id not in ids)
    return tuple(Problem("AN037", file, 0, "", f"{subject}:{id}") for id in gone)


def _id(event: Event, key: str) -> str | None:
    value = event.data.get(key)
    return event.subject_id(key) if value is None else str(value)
