"""registers/decisions.csv as decisions, and what is wrong with it; one row that cannot be used stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import pandas as pd

from study import Query, StudyError
from study.decisions import DECISION_CHECKS, WORDS, Decision
from study.query import QueryRecord
from study.query import place as place_of
from tasks.read import read_table
from tasks.string_decisions import WHERE, read_rows
from tasks.workspace import Workspace

REGISTER = "registers/decisions.csv"
COLUMNS = ("decision", "subject", "value", "person", "occurred", "reason")
SEVERITY = {id: severity for id, severity, _, _ in DECISION_CHECKS}
LISTED = 6


@dataclass(frozen=True, slots=True)
class Read:
    """The decisions that can be carried out, in the order of their rows, and the queries on the others."""

    decisions: tuple[Decision, ...] = ()
    queries: tuple[Query, ...] = ()

    def looked_at(self, checks: tuple[str, ...]) -> Callable[[QueryRecord], bool]:
        """Whether this reading evaluated a query: those on the register, and `checks` on its rows if it was read."""
        is_read = not any(q.check == "DC001" for q in self.queries)
        return lambda known: known.check in SEVERITY or (is_read and known.check in checks)


def read_decisions(place: Workspace) -> list[Decision]:
    """Every decision in the register that has its day, in its order; none when there is no register to be read."""
    return list(judged_decisions(place).decisions)


def judged_decisions(place: Workspace) -> Read:
    """The register's decisions, and a query for each thing that is wrong with it or with the decisions on strings."""
    register = _judged_register(place)
    return Read(register.decisions, (*register.queries, *_on_strings(place)))


def _on_strings(place: Workspace) -> list[Query]:
    """The query on rows that say of a string what nobody can read; the string is not repeated."""
    try:
        rows = read_rows(place).faulty
        where = f"{WHERE}, row {rows[0]}" if rows else ""
        said = f"What was decided cannot be read: {_listed([f'row {r}' for r in rows])}. They count as names."
        said = f"{said} Take them out and decide again with `fieldtrail review`."
    except StudyError as error:
        rows, where, said = (), error.where, f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}"
    if not where:
        return []
    return [
        Query.raised(
            "DC004",
            SEVERITY["DC004"],
            study=place.protocol.id,
            subject="register:decisions",
            place=place_of(place.ref(WHERE), "strings"),
            where=where,
            message=said,
            rows=tuple(map(str, rows)),
        )
    ]


def _judged_register(place: Workspace) -> Read:
    try:
        table = read_table(place, REGISTER)
    except StudyError as error:
        said = f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}"
        return Read(queries=(_query(place, "DC001", "", error.where, said),))
    if table is None:
        return Read()
    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        said = f"The column {missing[0]} is missing, so that no decision is carried out. Add it to the header row."
        return Read(queries=(_query(place, "DC001", "", f"{REGISTER}, column {missing[0]}", said),))
    found, undated = [], []
    for row, r in zip(table.index, table[list(COLUMNS)].itertuples(index=False), strict=True):
        day = _day(r.occurred)
        if day is None:
            undated.append(int(row))
        else:
            found.append(Decision(r.decision, r.subject, r.value, r.person, day, r.reason, row))
    return Read(tuple(found), (*_unknown(place, table), *_undated(place, undated)))


def _unknown(place: Workspace, table: pd.DataFrame) -> list[Query]:
    """The query on rows whose word in `decision` nobody carries out; the word itself is not repeated."""
    words = {int(row): str(word) for row, word in table["decision"].items() if word not in WORDS}
    if not words:
        return []
    shown = []
    for row, word in words.items():
        close = get_close_matches(word, WORDS, n=1)
        shown.append(f"row {row} (did you mean {close[0]}?)" if close else f"row {row}")
    said = (
        f"The word in the column decision is not one that is carried out: {_listed(shown)}. "
        f"Write one of {', '.join(WORDS)}; or take the row out."
    )
    return [_query(place, "DC002", "decision", _where(list(words)), said, tuple(map(str, words)))]


def _undated(place: Workspace, rows: list[int]) -> list[Query]:
    if not rows:
        return []
    said = (
        f"The day of the decision is not written YYYY-MM-DD: {_listed([f'row {r}' for r in rows])}. "
        "Write it as 2016-03-05; until then it does not take effect."
    )
    return [_query(place, "DC003", "occurred", f"{_where(rows)}, column occurred", said, tuple(map(str, rows)))]


def _where(rows: list[int]) -> str:
    return f"{REGISTER}, row {rows[0]}"


def _listed(shown: list[str]) -> str:
    more = f" and {len(shown) - LISTED} more" if len(shown) > LISTED else ""
    return ", ".join(shown[:LISTED]) + more


def _query(place: Workspace, check: str, column: str, where: str, said: str, rows: tuple[str, ...] = ()) -> Query:
    return Query.raised(
        check,
        SEVERITY[check],
        study=place.protocol.id,
        subject="register:decisions",
        place=place_of(place.ref(REGISTER), column or check),
        where=where,
        message=said,
        rows=rows,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
