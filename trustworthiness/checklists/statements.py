"""What the team states to a checklist itself (analysis/reporting.csv): one row an item, in words for the reader.

The records cannot show who somebody is or why a question was asked. What a team says on it is kept apart from what the
records show, and its words are read by everybody who reads the dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from study import Event, Fact
from study.identifiers import digest
from study.query import Severity
from trustworthiness.checklists.coreq import COREQ
from trustworthiness.checklists.gramms import GRAMMS
from trustworthiness.checklists.srqr import SRQR
from trustworthiness.entries import version_of

KIND = "reporting.stated"
COLUMNS = ("item", "statement")
ITEMS = frozenset(f"{list.name}-{item.number}" for list in (COREQ, SRQR, GRAMMS) for item in list.items)

DOSSIER_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "DS001",
        "review",
        "Every statement for a checklist names one item",
        "A statement under an item that no checklist has, or a second one to the same item, would be read by nobody.",
    ),
    (
        "DS002",
        "block",
        "No statement for a checklist names somebody",
        "The dossier leaves the team: a name or a participant's code in it could not be called back.",
    ),
)
"""The checks on analysis/reporting.csv, for the catalogue: id, severity, title, reason."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement to record: the fact, and its words for the record beside it."""

    fact: Fact
    item: str
    words: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row that is not used: which check, the row of the file and its column. `item` is a known one or empty."""

    check: str
    row: int
    column: str
    item: str = ""


def read_statements(
    table: pd.DataFrame, events: Sequence[Event], *, now: str, names: Callable[[str], bool]
) -> tuple[tuple[Statement, ...], tuple[Unusable, ...]]:
    """The statements of the file, and its rows that cannot be used; a row without a statement is left out.

    `names` says whether words hold a name or code of a participant; `now` is an RFC 3339 instant.
    """
    found: dict[str, Statement] = {}
    unusable: list[Unusable] = []
    for row, (item, words) in zip(table.index, statements_in(table), strict=True):
        if not words:
            continue
        if item not in ITEMS or item in found:
            unusable.append(Unusable("DS001", int(row), "item", item if item in ITEMS else ""))
        elif names(words):
            unusable.append(Unusable("DS002", int(row), "statement", item))
        else:
            found[item] = _statement(item, words, events, now)
    return tuple(found.values()), tuple(unusable)


def statements_in(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Every row as (item, words), spelt as they are recorded: the item in capitals, spaces single."""
    cells = table.reindex(columns=list(COLUMNS), fill_value="").itertuples(index=False, name=None)
    return [(str(item).strip().upper(), " ".join(str(words).split())) for item, words in cells]


def _statement(item: str, words: str, events: Sequence[Event], now: str) -> Statement:
    content = digest(words.encode())
    version = version_of(events, KIND, "item", item, content)
    data: Mapping[str, object] = {"item": item, "version": version, "content": content}
    return Statement(Fact(KIND, now, data=data), item, words)
