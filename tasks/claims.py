"""Debriefings, hypotheses, negative cases, counter-narratives, memos and claims: from the team's files to facts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis.checks import Problem
from pages.layout import plural
from pages.lineage_page import lineage_page
from study import Event, Fact
from study.event import is_day
from study.identifiers import event_id
from study.objects import NotStored
from tasks.assessed import Assessed, written
from tasks.codings import Material
from tasks.lineage import CODED, lineage_of
from tasks.record_readers import READERS, known_to
from tasks.record_tables import TABLES, gathered, voided_ids
from tasks.workspace import Workspace
from trustworthiness.claims import what_changed
from trustworthiness.entries import Entries, Entry

RECORD_CHECKS = frozenset(
    {*(f"AN02{n}" for n in range(10)), *(f"AN03{n}" for n in range(10))},
)
PAGE = "analysis/lineage.html"
_NAMES = {
    "debriefing.held": "debriefing",
    "hypothesis.stated": "hypothesis version",
    "negative_case.raised": "negative case",
    "counter_narrative.recorded": "counter-narrative",
    "memo.written": "memo",
    "claim.asserted": "claim",
}


@task(name="walk lineage", cache_policy=NO_CACHE)
def walk_lineage(place: Workspace) -> str:
    """One sentence on what hangs loose between claims, codings, transcripts and consent; the team's page of it."""
    lineage = lineage_of(place)
    place.out.put(PAGE, lineage_page(lineage, title=place.protocol.title, synthetic=place.protocol.synthetic))
    loose, standing = lineage.orphans, [claim for claim in lineage.claims if not claim.is_retracted]
    broken = sum(bool(claim.gaps) for claim in standing)
    retracted = len(lineage.claims) - len(standing)
    return (
        f"Lineage: {len(standing) - broken} of {plural(len(standing), 'claim')} complete down to consent; "
        + (f"{retracted} retracted; " if retracted else "")
        + f"{plural(len(loose.never_coded), 'released transcript')} not coded, "
        f"{plural(len(loose.uncited), 'coded transcript')} without a claim."
    )


@task(name="read records of trustworthiness", cache_policy=NO_CACHE)
def read_records(place: Workspace, material: Material) -> Assessed:
    """Everything the team wrote down as a fact, its words written beside it: to records/, or restricted/records/."""
    return records_of(place, material)


def records_of(place: Workspace, material: Material) -> Assessed:
    """The same without Prefect."""
    known = known_to(place, material, place.events())
    facts: list[Fact] = []
    problems: list[Problem] = []
    for name, reader in READERS.items():
        found = reader(known, gathered(place, name))
        known = replace(known, entries=(*known.entries, *found.entries))
        voided = list(_voided(place, known.events, name, found))
        gone = {fact.data["target"] for fact in voided}
        problems += [p for p in found.problems if not _is_voided(p, known.events, gone)]
        facts += voided
        facts += _with_records(place, (e for e in found.entries if _has_happened(place, e.fact)), known.events)
    book = material.codebook
    written(place, CODED, {"codings": sorted(known.coding_ids), "codes": sorted(book.names) if book else []})
    kinds = Counter(fact.kind for fact in facts)
    open_cases = sum(p.check == "AN036" for p in problems)
    still_open = f" ({open_cases} open)" if open_cases else ""
    shown = (
        plural(kinds[kind], name) + (still_open if name == "negative case" else "") for kind, name in _NAMES.items()
    )
    said = (f"On record: {', '.join(shown)}.",)
    return Assessed(tuple(facts), tuple(problems), said, (f"{place.protocol.storage.out}/{PAGE}",))


def _with_records(place: Workspace, entries: Iterable[Entry], events: Iterable[Event]) -> Iterator[Fact]:
    """The facts with their words beside them; a resolved case rests on the raising in the same batch."""
    raised: dict[str, str] = {}
    for entry in entries:
        fact, document = entry.fact, dict(entry.document)
        id = event_id(place.origin, fact.kind, fact.natural_key)
        if fact.kind == "negative_case.raised":
            raised[fact.data["case"]] = id
        if fact.kind == "negative_case.resolved":
            fact = replace(fact, causes=tuple(dict.fromkeys((*fact.causes, raised[fact.data["case"]]))))
        if fact.kind == "claim.asserted":
            document |= _since(place, fact, document, events)
        if fact.kind == "memo.written":  # its words are what it generated; a record of their own would change its id
            yield fact
        else:
            yield place.with_record(fact, document)


def _since(place: Workspace, fact: Fact, document: Mapping[str, object], events: Iterable[Event]) -> dict[str, object]:
    """What a later version of a claim changed, from the record of the one before."""
    claim, version = fact.subject[0].id, fact.data["version"]
    before = (e for e in events if e.kind == fact.kind and e.subject_id("claim") == claim)
    latest = max((e for e in before if e.data["version"] < version), key=lambda e: int(e.data["version"]), default=None)
    if latest is None:
        return {}
    try:
        earlier = json.loads(place.files.get(f"records/{fact.kind}/{latest.id}.json"))
    except NotStored:
        return {"since": latest.data["version"]}
    return {"since": latest.data["version"], "changed": list(what_changed(earlier, document))}


def _voided(place: Workspace, events: Iterable[Event], name: str, found: Entries) -> Iterator[Fact]:
    """The corrections of what voided entry forms had entered, where nothing else says it."""
    standing = {event_id(place.origin, e.fact.kind, e.fact.natural_key) for e in found.entries}
    for id, said in voided_ids(place, name).items():
        for event in events:
            if event.kind in TABLES[name].kinds and _is_of(event, id) and event.id not in standing:
                data = {"target": event.id, "action": "drop"}
                fact = Fact("correction.made", said["entered_on"], subject=event.subject, causes=(event.id,), data=data)
                yield place.with_record(fact, said, personal=True)


def _is_of(event: Event, id: str) -> bool:
    return any(subject.id == id and subject.type != "person" for subject in event.subject[:1])


def _is_voided(problem: Problem, events: Iterable[Event], targets: Iterable[str]) -> bool:
    """Whether a vanished row is one whose entry form was voided."""
    gone = {f"{e.subject[0].type}:{e.subject[0].id}" for e in events if e.id in set(targets)}
    return problem.check == "AN037" and problem.subject in gone


def _has_happened(place: Workspace, fact: Fact) -> bool:
    """False for an act dated after the day the study is looked at."""
    return not is_day(fact.occurred) or fact.occurred <= place.today.isoformat()
