"""Which codings the team's claims rest on, and which of those claims have left the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from study import Event
from study.objects import NotStored
from tasks.workspace import Workspace


def cited_codings(place: Workspace, events: Iterable[Event]) -> Mapping[str, tuple[str, ...]]:
    """For each claim, in its latest version, the ids of the codings it rests on, from its record."""
    latest: dict[str, Event] = {}
    for event in events:
        claim = event.subject_id("claim")
        if event.kind == "claim.asserted" and claim:
            latest[claim] = max(latest.get(claim, event), event, key=lambda e: int(e.data["version"]))
    cited = {}
    for claim, event in sorted(latest.items()):
        try:
            record = json.loads(place.files.get(f"records/claim.asserted/{event.id}.json"))
        except NotStored:
            continue
        cited[claim] = tuple(str(coding) for coding in record.get("rests_on", ()))
    return cited


def interview_of(coding: str) -> str:
    """The interview a coding's id names before its first stroke."""
    return coding.split("/", 1)[0]


def published_claims(events: Iterable[Event]) -> frozenset[str]:
    """Claims on record when a dossier was published or data was deposited: from there nothing can be called back."""
    events = list(events)
    left = [e.recorded_at for e in events if e.kind in ("dossier.published", "archive.deposited")]
    last = max(left, default="")
    asserted = {e.subject_id("claim"): e.recorded_at for e in events if e.kind == "claim.asserted"}
    return frozenset(claim for claim, at in asserted.items() if claim and at <= last)
