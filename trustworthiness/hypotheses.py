"""Working hypotheses in versions: what a negative case speaks against must have been stated, and stays as stated.

Negative case analysis revises a hypothesis until it accounts for every case it can (Lincoln and Guba 1985).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Subject
from trustworthiness.entries import Digest, Entries, Entry, content_of, day_of, is_code, rows_of, vanished

FILE = "analysis/hypotheses.csv"
COLUMNS = ("hypothesis_id", "version", "statement", "occurred", "person")
KIND = "hypothesis.stated"


def read_hypotheses(table: pd.DataFrame, *, events: Sequence[Event], digest: Digest) -> Entries:
    """hypothesis.stated for each row of the text table (index = row in the file).

    A version once stated keeps its words: a row that says something else under it is refused (AN039).
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    stated = {(e.data["hypothesis"], e.data["version"]): e for e in events if e.kind == KIND}
    for row in rows_of(table, COLUMNS, FILE):
        cells = row.cells
        key = (cells["hypothesis_id"], cells["version"])
        column = _fault(cells) or ("version" if key in seen else "")
        place = f"hypothesis:{key[0]}" if is_code(key[0]) else "analysis:hypotheses"
        seen.add(key)
        entry = None if column else _entry(cells, digest)
        if entry and key in stated and stated[key].data["content"] != entry.fact.data["content"]:
            column = "statement"
        if column:
            problems.append(Problem("AN039", row.file, row.number, column, place))
        elif entry:
            entries.append(entry)
    gone = vanished(events, KIND, "hypothesis", {id for id, _ in seen}, FILE, "hypothesis")
    return Entries(tuple(entries), (*problems, *gone))


def versions_of(events: Iterable[Event], entries: Iterable[Entry] = ()) -> dict[str, tuple[str, ...]]:
    """The versions of every hypothesis that is stated, oldest first: by day, then as they come."""
    acts: list[Event | Fact] = [e for e in events if e.kind == KIND]
    acts += [entry.fact for entry in entries if entry.fact.kind == KIND]
    found: dict[str, dict[str, None]] = {}
    for act in sorted(acts, key=lambda act: act.occurred):
        found.setdefault(str(act.data["hypothesis"]), {}).setdefault(str(act.data["version"]))
    return {id: tuple(versions) for id, versions in found.items()}


def _fault(cells: dict[str, str]) -> str:
    """The column that makes a row useless, or ""."""
    for column in ("hypothesis_id", "version", "person"):
        if not is_code(cells[column]):
            return column
    if not cells["statement"]:
        return "statement"
    return "occurred" if day_of(cells["occurred"]) is None else ""


def _entry(cells: dict[str, str], digest: Digest) -> Entry:
    fact = Fact(
        KIND,
        cells["occurred"],
        subject=(Subject("hypothesis", cells["hypothesis_id"]),),
        data={
            "hypothesis": cells["hypothesis_id"],
            "version": cells["version"],
            "person": cells["person"],
            "content": content_of(cells, digest),
        },
    )
    return Entry(fact, dict(cells))
