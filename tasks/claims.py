"""Debriefings, negative cases, counter-narratives and claims: from the team's files to facts and records."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from study import Event, Fact, Reference, StudyError, Subject
from study.event import is_day
from study.objects import NotStored
from tasks.assessed import Assessed
from tasks.codings import Material, reference_of
from tasks.read import read_table
from tasks.workspace import Workspace
from trustworthiness import claims, debriefing, negative_cases
from trustworthiness.entries import Digest, Entries
from trustworthiness.lineage import trace

RECORD_CHECKS = frozenset(
    {*(f"AN02{n}" for n in range(6)), *(f"AN03{n}" for n in range(8))},
)


@task(name="read records of trustworthiness", cache_policy=NO_CACHE)
def read_records(place: Workspace, material: Material) -> Assessed:
    """Every debriefing, negative case, counter-narrative and claim as a fact, its words written to records/."""
    events = place.events()
    found = [
        _debriefings(place, material, events),
        _negative_cases(place, material, events),
        _counter_narratives(place, material, events),
        _claims(place, material, events),
    ]
    entries = [entry for part in found for entry in part.entries if _has_happened(place, entry.fact)]
    facts = tuple(place.with_record(entry.fact, dict(entry.document)) for entry in entries)
    kinds = [fact.kind for fact in facts]
    counted = ", ".join(plural(kinds.count(kind), name) for kind, name in _NAMES.items())
    return Assessed(facts, tuple(p for part in found for p in part.problems), (f"On record: {counted}.",))


_NAMES = {
    "debriefing.held": "debriefing",
    "negative_case.raised": "negative case",
    "counter_narrative.recorded": "counter-narrative",
    "claim.asserted": "claim",
}


@task(name="walk lineage", cache_policy=NO_CACHE)
def walk_lineage(place: Workspace) -> str:
    """One sentence on what hangs loose between claims, codings, transcripts and consent."""
    lineage = trace(place.events(), place.today)
    loose = lineage.orphans
    broken = sum(bool(claim.gaps) for claim in lineage.claims)
    return (
        f"Lineage: {len(lineage.claims) - broken} of {plural(len(lineage.claims), 'claim')} complete down to consent; "
        f"{plural(len(loose.never_coded), 'released transcript')} not coded, "
        f"{plural(len(loose.uncited), 'coded transcript')} without a claim."
    )


def _debriefings(place: Workspace, material: Material, events: list[Event]) -> Entries:
    coders = set(material.everything.segments["coder"]) if material.everything else set()
    leads = {p.code for p in place.protocol.team if "investigator" in p.role or "supervisor" in p.role}

    def reference(path: str) -> Reference | None:
        try:
            return place.reference(path, place.files.get(path), personal=True)
        except (NotStored, StudyError):
            return None

    return debriefing.read_debriefings(
        _table(place, debriefing.FILE),
        events=events,
        digest=_digest(place, debriefing.FILE),
        coders=coders,
        leads=leads,
        reference=reference,
    )


def _negative_cases(place: Workspace, material: Material, events: list[Event]) -> Entries:
    people = {code: Subject("participant", trail) for code, trail in place.known_trail_codes().items()}
    sites = {site: Subject("site", site) for site in material.recruitment.sites}
    transcripts = {transcript: Subject("transcript", transcript) for transcript in material.known}
    return negative_cases.read_negative_cases(
        _table(place, negative_cases.FILE),
        events=events,
        digest=_digest(place, negative_cases.FILE),
        evidence={*material.known, *_codings(material)},
        subjects={**people, **sites, **transcripts},
    )


def _counter_narratives(place: Workspace, material: Material, events: list[Event]) -> Entries:
    return negative_cases.read_counter_narratives(
        _table(place, negative_cases.NARRATIVES_FILE),
        events=events,
        digest=_digest(place, negative_cases.NARRATIVES_FILE),
        transcripts=material.known,
    )


def _claims(place: Workspace, material: Material, events: list[Event]) -> Entries:
    checking = place.protocol.member_checking
    found = material.everything
    segments = found.segments if found else pd.DataFrame(columns=["coding", "transcript", "code"])
    support = claims.Support(
        segments=segments,
        codes=material.codebook.names if material.codebook else frozenset(),
        themes={theme.id: theme.codes for theme in checking.themes} if checking else {},
        imports=material.imports,
        grounds=material.grounds,
        unconsented=material.unconsented,
    )
    path = place.protocol.analysis.claims
    return claims.read_claims(
        _table(place, path), support, events=events, digest=_digest(place, path), now=place.instant, file=path
    )


def _has_happened(place: Workspace, fact: Fact) -> bool:
    """False for an act dated after the day the study is looked at."""
    return not is_day(fact.occurred) or fact.occurred <= place.today.isoformat()


def _table(place: Workspace, path: str) -> pd.DataFrame:
    """The file, or a table without rows when there is none: what was recorded then counts as vanished."""
    table = read_table(place, path)
    return pd.DataFrame() if table is None else table


def _digest(place: Workspace, path: str) -> Digest:
    return lambda data: reference_of(place, path, data.decode())


def _codings(material: Material) -> Iterable[str]:
    return material.everything.ids if material.everything else ()
