"""Peer debriefings: somebody who did not make the analysis challenges it (Lincoln and Guba 1985)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Reference, Subject
from trustworthiness.entries import (
    Digest,
    Entries,
    Entry,
    content_of,
    day_of,
    is_code,
    parts,
    rows_of,
    vanished,
    version_of,
)

FILE = "analysis/debriefings.csv"
COLUMNS = (
    "debriefing_id", "debriefer", "analyst", "occurred", "materials", "challenges", "response", "changed",
)  # fmt: skip
KIND = "debriefing.held"


def read_debriefings(
    table: pd.DataFrame,
    *,
    events: Sequence[Event],
    digest: Digest,
    coders: Collection[str] = (),
    leads: Collection[str] = (),
    reference: Callable[[str], Reference | None] = lambda path: None,
) -> Entries:
    """One debriefing.held a row of the text table (index = row in the file).

    A debriefing by the analyst is refused (AN030); one by a coder or a lead of the study is recorded and flagged
    (AN031). `reference` gives the hashed reference of a material that is a file of the study, else None.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, cells in rows_of(table, COLUMNS):
        column = _fault(cells, seen)
        id = cells["debriefing_id"]
        subject = f"debriefing:{id}" if is_code(id) else "analysis:debriefings"
        seen.add(id)
        if column:
            problems.append(Problem("AN032", FILE, row, column, subject))
            continue
        if cells["debriefer"].casefold() == cells["analyst"].casefold():
            problems.append(Problem("AN030", FILE, row, "debriefer", subject))
            continue
        if cells["debriefer"] in coders or cells["debriefer"] in leads:
            problems.append(Problem("AN031", FILE, row, "debriefer", subject))
        entries.append(_entry(cells, events, digest, reference))
    problems += vanished(events, KIND, "debriefing", seen, FILE, "debriefing")
    return Entries(tuple(entries), tuple(problems))


def _fault(cells: dict[str, str], seen: set[str]) -> str:
    """The column that makes a row useless, or ""."""
    if not is_code(cells["debriefing_id"]) or cells["debriefing_id"] in seen:
        return "debriefing_id"
    for column in ("debriefer", "analyst"):
        if not is_code(cells[column]):
            return column
    if day_of(cells["occurred"]) is None:
        return "occurred"
    if not cells["challenges"]:
        return "challenges"
    return "" if cells["changed"] in ("yes", "no") else "changed"


def _entry(
    cells: dict[str, str], events: Sequence[Event], digest: Digest, reference: Callable[[str], Reference | None]
) -> Entry:
    content = content_of(cells, digest)
    id = cells["debriefing_id"]
    references = (reference(material) for material in parts(cells["materials"]))
    fact = Fact(
        KIND,
        cells["occurred"],
        subject=(Subject("debriefing", id),),
        used=tuple(r for r in references if r is not None),
        data={
            "debriefing": id,
            "debriefer": cells["debriefer"],
            "analyst": cells["analyst"],
            "changed": cells["changed"] == "yes",
            "version": version_of(events, KIND, "debriefing", id, content),
            "content": content,
        },
    )
    return Entry(fact, {**cells, "materials": list(parts(cells["materials"]))})
