"""Reflexive memos: what somebody of the team thought, when, about what (Lincoln and Guba 1985: reflexive journal).

A memo is a file, listed with who wrote it and when, or a text entered as such.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Reference, Subject
from trustworthiness.entries import Digest, Entries, Entry, content_of, day_of, is_code, parts, rows_of, vanished

FILE = "analysis/memos.csv"
FOLDER = "analysis/memos/"
COLUMNS = ("memo_id", "person", "occurred", "about", "file", "text")
KIND = "memo.written"


def read_memos(
    table: pd.DataFrame,
    *,
    events: Sequence[Event],
    digest: Digest,
    reference: Callable[[str], Reference | None],
    of_text: Callable[[str, str], Reference],
    known: Collection[str],
) -> Entries:
    """memo.written for each row of the text table (index = row in the file).

    `reference` gives the hashed reference of a memo's file, None where there is none; `of_text(id, text)` that of a
    text entered in the row. `known` are the ids a memo may be about: claims, codes, themes, cases, transcripts; another
    is a query (AN038). A memo whose words change is a new act; its earlier words stay on record.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows_of(table, COLUMNS, FILE):
        cells, id = row.cells, row.cells["memo_id"]
        column = _fault(cells, seen)
        place = f"memo:{id}" if is_code(id) else "analysis:memos"
        seen.add(id)
        words = None if column else reference(cells["file"]) if cells["file"] else of_text(id, cells["text"])
        if words is None:
            problems.append(Problem("AN039", row.file, row.number, column or "file", place))
            continue
        about = parts(cells["about"])
        if not set(about) <= set(known):
            problems.append(Problem("AN038", row.file, row.number, "about", place))
        entries.append(_entry(cells, tuple(id for id in about if id in known and is_code(id)), words, digest))
    problems += vanished(events, KIND, "memo", seen, FILE, "memo")
    return Entries(tuple(entries), tuple(problems))


def _fault(cells: dict[str, str], seen: set[str]) -> str:
    """The column that makes a row useless, or ""."""
    if not is_code(cells["memo_id"]) or cells["memo_id"] in seen:
        return "memo_id"
    if not is_code(cells["person"]):
        return "person"
    if day_of(cells["occurred"]) is None:
        return "occurred"
    return "file" if bool(cells["file"]) == bool(cells["text"]) else ""


def _entry(cells: dict[str, str], about: tuple[str, ...], words: Reference, digest: Digest) -> Entry:
    named = {name: cells[name] for name in ("memo_id", "person", "occurred", "about")}
    fact = Fact(
        KIND,
        cells["occurred"],
        subject=(Subject("memo", cells["memo_id"]),),
        generated=(words,),
        data={
            "memo": cells["memo_id"],
            "person": cells["person"],
            **({"about": about} if about else {}),
            "content": content_of({**named, "known": list(about)}, digest),
        },
    )
    return Entry(fact, {name: value for name, value in cells.items() if value})
