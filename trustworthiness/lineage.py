"""Lineage: claim → codes → codings → transcript version → consent in force, and back, over the trail's events alone.

"Linked" is not "supported": whether the evidence bears a claim is the auditor's judgement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from recruitment import ConsentLedger, Decision, consent_in_force, fold_consent
from study import Event
from study.event import in_fold_order, local_day, time_zone_of
from trustworthiness.counting import current

Gap = Literal[
    "no_coding",
    "not_released",
    "no_interview",
    "no_consent_then",
    "withdrawn_since",
    "later_release",
    "cause_missing",
]

GAPS: Mapping[Gap, str] = {
    "no_coding": "No imported coding is named as its support.",
    "not_released": "Codings were imported from a transcript no release of which is recorded.",
    "no_interview": "No interview behind the transcript is recorded, so nobody's consent can be looked up.",
    "no_consent_then": "Consent to take part was not in force on the day of the interview.",
    "withdrawn_since": "Consent was in force at the interview and is not any more.",
    "later_release": "A later version of a transcript was released; the codings are of an earlier one.",
    "cause_missing": "An event it names as a cause is not in the trail.",
}


_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What the record beside an assertion says: themes, codes and the ids of the codings it rests on.

    `statement` is the team's own sentence; `changed` are the columns in which it differs from the version before.
    """

    themes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    excerpts: tuple[str, ...] = ()
    statement: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Something that speaks to a claim: a negative case, a debriefing, a memo, an answer to a member check.

    `what` is one of negative_case, debriefing, memo, member_check; `state` is a word such as open, boundary_set, made.
    """

    what: str
    id: str
    state: str
    event_id: str


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """One participant's consent to take part: on the interview day and now. `event_id` decides the former."""

    participant: str
    event_id: str | None
    in_force_then: bool
    in_force_now: bool


@dataclass(frozen=True, slots=True)
class TranscriptStep:
    """One transcript behind a claim: the event that imported its codings, its release, the consents behind it."""

    transcript: str
    import_id: str
    release_id: str | None
    consents: tuple[ConsentStep, ...]


@dataclass(frozen=True, slots=True)
class ClaimLineage:
    """The newest version of one claim and every step down to consent; `gaps` are steps that do not hold."""

    claim: str
    event_id: str
    version: int
    codes: tuple[str, ...]
    transcripts: tuple[TranscriptStep, ...]
    gaps: tuple[Gap, ...]
    record: ClaimRecord = ClaimRecord()
    is_retracted: bool = False
    beside: tuple[Beside, ...] = ()

    @property
    def people(self) -> int:
        """How many people the claim rests on."""
        return len({consent.participant for step in self.transcripts for consent in step.consents})


@dataclass(frozen=True, slots=True)
class Orphans:
    """What hangs loose: claims without codings, codings without a release, released transcripts never coded, and
    codings no claim rests on. Ids, each sorted."""

    claims: tuple[str, ...]
    unreleased: tuple[str, ...]
    never_coded: tuple[str, ...]
    uncited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Every claim with its steps, the orphans, and the codes of each theme."""

    claims: tuple[ClaimLineage, ...]
    orphans: Orphans
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def trace(
    events: Iterable[Event],
    today: date,
    *,
    records: Mapping[str, ClaimRecord] = _NONE,
    themes: Mapping[str, Collection[str]] = _NONE,
    beside: Mapping[str, Collection[Beside]] = _NONE,
) -> Lineage:
    """The lineage of every claim; the same for any order of the events. `today` is the study's local day.

    `records` holds by event id what the records beside the assertions say, `themes` the codes of each theme, `beside`
    by claim what speaks to it.
    """
    walk = _Walk(in_fold_order(events), today)
    claims = tuple(
        replace(walk.claim(event), record=records.get(event.id, ClaimRecord()), beside=tuple(beside.get(id, ())))
        for id, event in sorted(walk.newest("claim.asserted", "claim").items())
    )
    return Lineage(claims, walk.orphans(claims), {id: tuple(codes) for id, codes in sorted(themes.items())})


def trace_claim(events: Iterable[Event], claim: str, today: date) -> ClaimLineage | None:
    """The lineage of one claim, or None when it was never asserted."""
    return next((found for found in trace(events, today).claims if found.claim == claim), None)


def _causes(events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    return {event.id: tuple(cause.id for cause in event.causes) for event in events}


def _reached(edges: Mapping[str, Collection[str]], start: str) -> tuple[str, ...]:
    reached: dict[str, None] = {}
    front = [start]
    while front:
        front = [id for node in front for id in edges.get(node, ()) if id not in reached and id != start]
        reached.update(dict.fromkeys(front))
    return tuple(reached)


class _Walk:
    """The events of one trail, looked up in the ways lineage needs."""

    def __init__(self, ordered: list[Event], today: date) -> None:
        self._ordered = ordered
        self._by_id = {event.id: event for event in ordered}
        self._causes = _causes(ordered)
        self._today = today
        self._zone = time_zone_of(ordered)
        self._ledger: ConsentLedger = fold_consent(ordered)
        self._interviews: dict[str, list[Event]] = defaultdict(list)
        for event in current(ordered):
            if event.kind == "interview.held":
                self._interviews[event.subject_id("interview") or ""].append(event)
        self._latest_release = {id: e.id for id, e in self.newest("transcript.released", "transcript").items()}
        self._retracted = {(e.subject_id("claim"), e.data["version"]) for e in ordered if e.kind == "claim.retracted"}

    def newest(self, kind: str, subject: str) -> dict[str, Event]:
        """The last event of a kind for each subject: by version, else by time recorded."""
        found: dict[str, Event] = {}
        for event in self._ordered:
            id = event.subject_id(subject) if event.kind == kind else None
            if id is not None and (id not in found or _age(event) >= _age(found[id])):
                found[id] = event
        return found

    def claim(self, event: Event) -> ClaimLineage:
        causes = [self._by_id.get(cause.id) for cause in event.causes]
        steps = tuple(self._transcript(c) for c in causes if c is not None and c.kind == "coding.imported")
        missing = any(id not in self._by_id for id in _reached(self._causes, event.id))
        return ClaimLineage(
            claim=event.subject_id("claim") or "",
            event_id=event.id,
            version=int(event.data["version"]),
            codes=tuple(event.data["codes"]),
            transcripts=tuple(sorted(steps, key=lambda step: (step.transcript, step.import_id))),
            gaps=_gaps(steps, missing, any(self._is_superseded(step) for step in steps)),
            is_retracted=(event.subject_id("claim"), event.data["version"]) in self._retracted,
        )

    def _is_superseded(self, step: TranscriptStep) -> bool:
        return step.release_id is not None and self._latest_release.get(step.transcript) != step.release_id

    def orphans(self, claims: Collection[ClaimLineage]) -> Orphans:
        imports = self.newest("coding.imported", "transcript")
        released = self.newest("transcript.released", "transcript")
        cited = {step.transcript for claim in claims for step in claim.transcripts}
        return Orphans(
            claims=tuple(sorted(c.claim for c in claims if not c.transcripts and not c.is_retracted)),
            unreleased=tuple(sorted(t for t, event in imports.items() if self._release(event) is None)),
            never_coded=tuple(sorted(set(released) - set(imports))),
            uncited=tuple(sorted(set(imports) - cited)),
        )

    def _transcript(self, imported: Event) -> TranscriptStep:
        transcript = imported.subject_id("transcript") or ""
        release = self._release(imported)
        consents = {
            step.participant: step
            for held in self._interviews.get(transcript, [])
            for step in (self._consent(held, person.id) for person in held.subject if person.type == "participant")
        }
        return TranscriptStep(
            transcript,
            imported.id,
            release.id if release else None,
            tuple(consents[participant] for participant in sorted(consents)),
        )

    def _release(self, imported: Event) -> Event | None:
        causes = (self._by_id.get(cause.id) for cause in imported.causes)
        return next((c for c in causes if c is not None and c.kind == "transcript.released"), None)

    def _consent(self, held: Event, participant: str) -> ConsentStep:
        then = taking_part(self._ledger, participant, local_day(held.occurred, self._zone))
        now = taking_part(self._ledger, participant, self._today)
        return ConsentStep(participant, then.event_id, then.in_force, now.why != "withdrawn")


def taking_part(ledger: ConsentLedger, participant: str, day: date) -> Decision:
    """What held of a participant's consent to take part on a day, to be shown; no step is taken on it."""
    return consent_in_force(ledger, participant, "take_part", day)


def _gaps(steps: Collection[TranscriptStep], missing: bool, superseded: bool) -> tuple[Gap, ...]:
    consents = [consent for step in steps for consent in step.consents]
    found: dict[Gap, bool] = {
        "no_coding": not steps,
        "not_released": any(step.release_id is None for step in steps),
        "no_interview": any(not step.consents for step in steps),
        "no_consent_then": any(not consent.in_force_then for consent in consents),
        "withdrawn_since": any(consent.in_force_then and not consent.in_force_now for consent in consents),
        "later_release": superseded,
        "cause_missing": missing,
    }
    return tuple(gap for gap, is_there in found.items() if is_there)


def _age(event: Event) -> tuple[int, str, str]:
    return int(event.data.get("version", 0)), event.recorded_at, event.id
