"""Queries settled against the trail: opened, kept, resolved; their words only under restricted/."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Fact, Query, Subject
from study.objects import NotStored
from study.query import QueryRecord, Settled, fold_queries, settle, subjects
from tasks.decisions import read_decisions
from tasks.workspace import Workspace

FOLDER = "queries/"
NEVER_SET_ASIDE = ("CN", "SA", "MC003", "SV042", "SV043", "TR050")
"""Consent, approval and withdrawal queries become deviations; nobody can set them aside."""


@task(name="settle queries", cache_policy=NO_CACHE)
def settle_queries(place: Workspace, found: Iterable[Query], evaluated: Callable[[QueryRecord], bool]) -> Settled:
    """Open what is new, resolve what was evaluated and not found again; keep the words in restricted/queries/."""
    found = list(found)
    for query in found:
        write_query(place, query)
    settled = settle(fold_queries(place.events()), found, evaluated, now=place.instant)
    place.trail.append(settled.facts)
    return settled


@task(name="set aside queries", cache_policy=NO_CACHE)
def set_aside_queries(place: Workspace) -> int:
    """Carry out the decisions that set a query aside; returns how many took effect for the first time."""
    records = fold_queries(place.events())
    facts = []
    for decision in read_decisions(place):
        record = records.get(decision.subject)
        if decision.decision != "set_aside" or record is None or record.state != "open":
            continue
        if record.check.startswith(NEVER_SET_ASIDE) or not decision.authorised(place.protocol, "set_aside_query"):
            continue
        fact = Fact(
            "query.set_aside",
            place.instant,
            subject=(*subjects(record.subject), Subject("person", decision.person)),
            causes=(record.opened_by,),
            data={"fingerprint": record.fingerprint, "occurrence": record.occurrence},
        )
        facts.append(place.with_record(fact, {"person": decision.person, "reason": decision.reason}))
    return len(place.trail.append(facts)) if facts else 0


def write_query(place: Workspace, query: Query) -> None:
    """Keep a query's words and row keys where only the team reads them."""
    body = json.dumps(asdict(query), ensure_ascii=False, indent=1).encode()
    key = f"{FOLDER}{query.fingerprint}.json"
    try:
        if place.restricted.get(key) == body:
            return
    except NotStored:
        pass  # written for the first time below
    place.restricted.put(key, body)


def read_query(place: Workspace, fingerprint: str) -> Query | None:
    """The words of a query by fingerprint, or None when they were never written or erased."""
    try:
        stored = json.loads(place.restricted.get(f"{FOLDER}{fingerprint}.json"))
    except NotStored:
        return None
    return Query(**{**stored, "rows": tuple(stored["rows"])})
