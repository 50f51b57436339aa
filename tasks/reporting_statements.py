"""What the team states to reporting checklists (analysis/reporting.csv): recorded, its words beside the trail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact, Query
from study.identifiers import digest
from study.objects import NotStored
from study.query import place as place_of
from tasks.never import never_list
from tasks.read import read_restricted_table, read_table
from tasks.workspace import Workspace
from trustworthiness.checklists import Stated
from trustworthiness.checklists.statements import DOSSIER_CHECKS, KIND, Unusable, read_statements, statements_in

STATEMENT_CHECKS = frozenset(id for id, *_ in DOSSIER_CHECKS)
MESSAGES = {
    "DS001": "The cell names no item of COREQ, SRQR or GRAMMS, or one that has a statement already. Write it as "
    "COREQ-4, and each item once.",
    "DS002": "The statement holds a participant's code, name, pseudonym or number. Say it without; until then it is "
    "left out of the dossier.",
}
SEVERITIES = {id: severity for id, severity, _, _ in DOSSIER_CHECKS}
TELLING = re.compile(r"\S*[A-Z0-9@]\S*")
"""Words that may be a name, a code or a number: many first names are also plain words."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements to record, and the queries about rows that cannot be used."""

    facts: tuple[Fact, ...]
    queries: tuple[Query, ...]


@task(name="read statements for checklists", cache_policy=NO_CACHE)
def read_reporting(place: Workspace) -> Statements:
    """Every statement as a fact with its words in records/."""
    return reporting(place)


def reporting(place: Workspace) -> Statements:
    """The same without Prefect; once the study is closed nothing is stated any more."""
    path = place.protocol.analysis.reporting
    table = read_table(place, path)
    if table is None:
        return Statements((), ())
    found, unusable = read_statements(table, place.events([KIND]), now=place.instant, names=_names(place))
    if place.events(["study.closed"]):
        found = ()
    facts = tuple(place.with_record(s.fact, {"item": s.item, "statement": s.words}) for s in found)
    return Statements(facts, tuple(_query(place, path, problem, n) for n, problem in enumerate(unusable)))


def stated(place: Workspace, events: Iterable[Event]) -> Mapping[str, Stated]:
    """The newest statement to each item, where it is what the file says now and its words are there.

    A statement whose row was taken out or changed into one that cannot be used is no longer made.
    """
    table = read_table(place, place.protocol.analysis.reporting)
    rows = statements_in(table) if table is not None else []
    said = {item: words for item, words in reversed(rows) if words}  # of two to one item the first is used
    newest: dict[str, Event] = {}
    for event in events:
        if event.kind == KIND and digest(said.get(event.data["item"], "").encode()) == event.data["content"]:
            item = str(event.data["item"])
            newest[item] = max(newest.get(item, event), event, key=lambda e: int(e.data["version"]))
    found = {item: (event.id, _words(place, event)) for item, event in newest.items()}
    return {item: Stated(id, words) for item, (id, words) in sorted(found.items()) if words}


def _words(place: Workspace, event: Event) -> str:
    try:
        return str(json.loads(place.files.get(f"records/{KIND}/{event.id}.json"))["statement"])
    except (NotStored, ValueError, KeyError):
        return ""


def _names(place: Workspace) -> Callable[[str], bool]:
    tables = [read_restricted_table(place, name) for name in ("identities.csv", "participants.csv")]
    rows = [{str(k): str(v) for k, v in row.items()} for t in tables if t is not None for row in t.to_dict("records")]
    forbidden = never_list(place.protocol, rows)
    return lambda words: any(
        forbidden(json.dumps({"data": text})) for text in (" ".join(TELLING.findall(words)), *TELLING.findall(words))
    )


def _query(place: Workspace, path: str, problem: Unusable, ordinal: int) -> Query:
    rule = f"{problem.column}.{problem.item}" if problem.item else problem.column
    return Query.raised(
        problem.check,
        SEVERITIES[problem.check],
        study=place.protocol.id,
        subject="dossier:checklists",
        place=place_of(place.ref(path), rule, ordinal),
        where=f"{path}, row {problem.row}, column {problem.column}",
        message=MESSAGES[problem.check],
    )
