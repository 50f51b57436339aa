"""registers/decisions.csv as decisions."""

from __future__ import annotations

from datetime import date

from study import StudyError
from study.decisions import Decision
from tasks.read import read_table
from tasks.workspace import Workspace

REGISTER = "registers/decisions.csv"
COLUMNS = ("decision", "subject", "value", "person", "occurred", "reason")


def read_decisions(place: Workspace) -> list[Decision]:
    """Every decision in the register, in its order; none when there is no register.

    Raises StudyError naming the row whose day is not written YYYY-MM-DD, or the column that is missing.
    """
    table = read_table(place, REGISTER)
    if table is None:
        return []
    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        raise StudyError(f"the column {missing[0]} is missing", where=REGISTER, remedy="Add it to the header row.")
    return [
        Decision(r.decision, r.subject, r.value, r.person, _day(r.occurred, row), r.reason, row)
        for row, r in zip(table.index, table[list(COLUMNS)].itertuples(index=False), strict=True)
    ]


def _day(text: str, row: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StudyError(
            "the day of the decision is not written YYYY-MM-DD",
            where=f"{REGISTER}, row {row}, column occurred",
            remedy="Write it as 2016-03-05.",
        ) from None
