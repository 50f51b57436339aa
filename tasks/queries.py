"""Queries settled against the trail: opened, kept, resolved; their words only under restricted/."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Fact, Query, Subject
from study.decisions import Decision
from study.objects import NotStored
from study.query import QueryRecord, Settled, fold_queries, settle, subjects
from tasks.decisions import REGISTER, read_decisions
from tasks.string_decisions import how_resolved
from tasks.workspace import Workspace

FOLDER = "queries/"
NEVER_SET_ASIDE = ("CN", "SA", "MC003", "SV007", "SV040", "SV041", "SV042", "SV043", "SV049", "TR050", "AU002")
"""Queries on consent, approval, withdrawal and whose answers these are become deviations; nobody can set them aside."""
UNCHECKED = ("EX001", "SV001", "SV004", "SV076", "SV077", "SV093")
"""Queries that say that a survey was not checked as it is meant to be: what nobody checked, nobody can accept."""


def may_be_set_aside(record: QueryRecord) -> bool:
    """Whether a decision may set a query aside."""
    is_unchecked = record.subject.startswith("survey:") and record.check in UNCHECKED
    return not (is_unchecked or record.check.startswith(NEVER_SET_ASIDE))


@task(name="settle queries", cache_policy=NO_CACHE)
def settle_queries(place: Workspace, found: Iterable[Query], evaluated: Callable[[QueryRecord], bool]) -> Settled:
    """Open what is new, resolve what was evaluated and not found again; keep the words in restricted/queries/."""
    found = list(found)
    for query in found:
        write_query(place, query)
    events = place.events()
    settled = settle(fold_queries(events), found, evaluated, now=place.instant, how=how_resolved(events))
    place.trail.append(settled.facts)
    return settled


CODE = 12
"""How many characters of a fingerprint people write to name a query."""


@task(name="set aside queries", cache_policy=NO_CACHE)
def set_aside_queries(place: Workspace) -> tuple[str, ...]:
    """Carry out the decisions that set a query aside; a sentence for each decision that cannot take effect.

    A decision sets a query aside once: where it was resolved and opened again, somebody decides again.
    """
    records = fold_queries(place.events())
    carried_out = Counter(e.data["fingerprint"] for e in place.events(["query.set_aside"]))
    named = records | {fingerprint[:CODE]: record for fingerprint, record in records.items()}
    facts, refused = [], []
    for decision in read_decisions(place):
        if decision.decision != "set_aside" or decision.occurred > place.today:
            continue
        record = named.get(decision.subject)
        if record and carried_out[record.fingerprint]:
            carried_out[record.fingerprint] -= 1
            continue
        why = _refusal(place, decision, record)
        if why:
            refused.append(f"{REGISTER}, row {decision.row}, waiting for a correction: {why}.")
        elif record and record.state == "open":
            fact = Fact(
                "query.set_aside",
                decision.occurred.isoformat(),
                subject=(*subjects(record.subject), Subject("person", decision.person)),
                causes=(record.opened_by,),
                data={"fingerprint": record.fingerprint, "occurrence": record.occurrence},
            )
            facts.append(place.with_record(fact, {"person": decision.person, "reason": decision.reason}))
    if facts:
        place.trail.append(facts)
    return tuple(refused)


def _refusal(place: Workspace, decision: Decision, record: QueryRecord | None) -> str:
    """Why a decision sets nothing aside; empty when it may."""
    if record is None:
        return "no query has the code in the column subject"
    if record.state != "open":
        return ""
    if record.check.startswith(NEVER_SET_ASIDE):
        return "a query on consent, approval, withdrawal or whose answers these are cannot be set aside"
    if not may_be_set_aside(record):
        return "a query that says that a survey could not be checked cannot be set aside: mend what it names"
    if not decision.authorised(place.protocol, "set_aside_query"):
        return "the person did not hold the task set_aside_query on that day"
    return "" if decision.reason else "setting a query aside needs its reason"


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
