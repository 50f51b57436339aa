"""What findings rest on, from the trail's events and the records beside them; nothing is recorded and no run opened."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from study import Event
from study.objects import FolderStore, NotStored
from study.protocol import Protocol as StudyProtocol
from trustworthiness.lineage import Beside, ClaimRecord, Lineage, trace
from trustworthiness.loose_ends import Coded, LooseEnds, loose_ends
from trustworthiness.web import Web, weave

CODED = "analysis/coded.json"
"""Under out/: the ids of the codings that were imported, and the codes of the codebook; no words."""
SPEAKING = frozenset({"negative_case.raised", "debriefing.held", "memo.written"})


class Looked(Protocol):
    """What is needed of a study to look at it: an opened one has it, and so has one only looked at."""

    @property
    def protocol(self) -> StudyProtocol:
        """study.yaml."""

    @property
    def files(self) -> FolderStore:
        """The study folder."""

    @property
    def restricted(self) -> FolderStore:
        """restricted/."""

    @property
    def out(self) -> FolderStore:
        """out/."""

    @property
    def today(self) -> date:
        """The study's local day."""

    def events(self, kinds: Iterable[str] | None = None) -> list[Event]:
        """The trail's events in fold order."""


def lineage_of(place: Looked) -> Lineage:
    """Every claim with its steps down to consent, what its record says, and what speaks to it."""
    events = place.events()
    records = claim_records(place, events)
    cites = citations(place, events)
    return trace(
        events, place.today, records=records, themes=theme_codes(place), beside=_beside(events, records, cites)
    )


def web_of(place: Looked) -> Web:
    """Everything on record with what it rests on and what rests on it."""
    events = place.events()
    return weave(
        events,
        place.today,
        records=claim_records(place, events),
        themes=theme_codes(place),
        cites=citations(place, events),
    )


def loose_ends_of(place: Looked) -> LooseEnds:
    """What hangs loose; what was coded comes from the list the last comparison of cases left in out/."""
    return loose_ends(place.events(), lineage_of(place), _coded(place))


def _coded(place: Looked) -> Coded | None:
    try:
        said = json.loads(place.out.get(CODED))
    except NotStored:
        return None
    return Coded(tuple(said["codings"]), tuple(said["codes"]))


def theme_codes(place: Looked) -> dict[str, tuple[str, ...]]:
    """The codes of each theme of the protocol."""
    checking = place.protocol.member_checking
    return {theme.id: tuple(theme.codes) for theme in checking.themes} if checking else {}


def claim_records(place: Looked, events: Iterable[Event]) -> dict[str, ClaimRecord]:
    """What the records beside the assertions say, by event id; one that is not there is left out."""
    found = {}
    for event in events:
        if event.kind == "claim.asserted" and (said := _record(place, event)) is not None:
            found[event.id] = ClaimRecord(
                themes=tuple(said.get("themes", ())),
                codes=tuple(event.data["codes"]),
                excerpts=tuple(said.get("rests_on", ())),
                statement=str(said.get("statement", "")),
                changed=tuple(said.get("changed", ())),
            )
    return found


def citations(place: Looked, events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    """The codings, transcripts and claims that negative cases cite, by event id, from their records."""
    found = {}
    for event in events:
        if event.kind == "negative_case.raised" and (said := _record(place, event)) is not None:
            found[event.id] = (*said.get("evidence_for", ()), *said.get("evidence_against", ()))
    return found


def _record(place: Looked, event: Event) -> dict[str, Any] | None:
    """The record beside an event: in the study folder, or under restricted/ where it is about a person."""
    for store in (place.files, place.restricted):
        try:
            return dict(json.loads(store.get(f"records/{event.kind}/{event.id}.json")))
        except NotStored:
            continue
    return None


def _beside(
    events: Collection[Event], records: Mapping[str, ClaimRecord], cites: Mapping[str, Collection[str]]
) -> dict[str, tuple[Beside, ...]]:
    """For each claim what speaks to it, from its newest version's record."""
    newest: dict[str, Event] = {}
    for event in events:
        claim = event.subject_id("claim")
        if event.kind == "claim.asserted" and claim:
            newest[claim] = max(newest.get(claim, event), event, key=lambda e: (int(e.data["version"]), e.id))
    resolved = (e for e in events if e.kind == "negative_case.resolved")
    disposed = {e.data["case"]: str(e.data["disposition"]) for e in sorted(resolved, key=_version)}
    settled = {_answer_to(e) for e in events if e.kind == "member_check.resolved"}
    found: dict[str, dict[Beside, None]] = defaultdict(dict)
    speaking = [e for e in events if e.kind in SPEAKING or e.kind.startswith("member_check.")]
    for claim, asserted in newest.items():
        record = records.get(asserted.id, ClaimRecord())
        names = {claim, *record.themes, *asserted.data["codes"]}
        for event in speaking:
            one = _speaks(event, claim, names, set(record.excerpts), cites, disposed, settled)
            if one:
                found[claim].setdefault(one)
    return {claim: tuple(ones) for claim, ones in found.items()}


def _version(event: Event) -> tuple[int, str]:
    return int(event.data["version"]), event.id


def _speaks(
    event: Event,
    claim: str,
    names: Collection[str],
    excerpts: Collection[str],
    cites: Mapping[str, Collection[str]],
    disposed: Mapping[str, str],
    settled: Collection[tuple[str, ...]],
) -> Beside | None:
    """What one event says to a claim, if it does."""
    data = event.data
    if event.kind == "negative_case.raised" and {claim, *excerpts} & set(cites.get(event.id, ())):
        return Beside("negative_case", data["case"], disposed.get(data["case"], "open"), event.id)
    if event.kind == "debriefing.held" and claim in data.get("claims", ()):
        return Beside("debriefing", data["debriefing"], "claim changed", event.id)
    if event.kind == "memo.written" and set(names) & set(data.get("about", ())):
        return Beside("memo", data["memo"], f"by {data.get('person', 'nobody named')}", event.id)
    is_doubt = event.kind.startswith("member_check.") and data.get("verdict") in ("partly", "does_not")
    if is_doubt and data.get("theme") in names:
        state = "settled" if _answer_to(event) in settled else "open"
        return Beside("member_check_doubt", str(data["theme"]), state, event.id)
    return None


def _answer_to(event: Event) -> tuple[str, ...]:
    """Whose answer on which theme of which packet."""
    return (event.subject_id("participant") or "", str(event.data.get("packet")), str(event.data.get("theme")))
