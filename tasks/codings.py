"""Codebook and codings of a study, matched against the transcript versions released for coding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import Codebook, Codings, compare_codebooks, read_codebook, read_codings
from analysis.checks import Problem
from analysis.codebook import CodeEntry
from pages.layout import plural
from recruitment import Recruitment, consent_in_force, fold_consent, fold_recruitment
from study import Event, Fact, Subject
from study.identifiers import digest, event_id
from study.objects import NotStored
from tasks.read import read_table
from tasks.released import Released, released_transcripts
from tasks.workspace import Workspace

CODING_CHECKS = frozenset(f"AN00{n}" for n in range(1, 9))
UNVERSIONED = "unversioned"


@dataclass(frozen=True)
class Material:
    """What was coded: codebook and accepted codings (None where there is no file), and the facts of their import.

    `imports` holds for each coded transcript the id of its coding.imported event, `grounds` those of its release and of
    the consents in force at the interview; `unconsented` are transcripts of an interview without one.
    """

    codebook: Codebook | None
    codings: Codings | None
    released: Mapping[str, Released]
    recruitment: Recruitment
    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    codebook_event: str | None = None
    imports: Mapping[str, str] = field(default_factory=dict)
    grounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unconsented: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """One sentence for a coordinator."""
        if self.codings is None:
            return "There are no codings yet."
        left_out = sum(self.codings.rejected.values())
        uncoded = len(set(self.released) - set(self.imports))
        sentence = (
            f"{plural(len(self.codings.segments), 'coding')} from {plural(len(self.imports), 'transcript')} imported"
        )
        sentence += f", {left_out} left out with a query" if left_out else ""
        return sentence + (f"; {plural(uncoded, 'released transcript')} not coded yet." if uncoded else ".")


@task(name="read codings", cache_policy=NO_CACHE)
def read_material(place: Workspace) -> Material:
    """Read codebook and codings, match every quote against the released version, and say what to record."""
    return material_of(place)


def material_of(place: Workspace) -> Material:
    """The same for use within a task."""
    events = place.events()
    paths = place.protocol.analysis
    book, data = _get(place, paths.codebook), _get(place, paths.codings)
    codebook = read_codebook(book, paths.codebook) if book is not None else None
    changed = _codebook_fact(place, codebook, book, events) if codebook and book else None
    released = released_transcripts(place, events)
    recruitment = fold_recruitment(events)
    known = _known(place, events, recruitment)
    grounds, unconsented = _grounds(events, recruitment, released)
    codings = imported = None
    if data is not None:
        turns = {transcript: found.turns for transcript, found in released.items()}
        book_used = codebook or Codebook("", ())
        coders = {p.code for p in place.protocol.team if p.may("code", place.today)}
        codings = read_codings(data, codebook=book_used, known=known, turns=turns, coders=coders, file=paths.codings)
        imported = _imports(place, codings, data, changed, released, grounds)
    return Material(
        codebook,
        codings,
        released,
        recruitment,
        facts=(*([changed] if changed else []), *(imported or {}).values()),
        problems=(*(codebook.problems if codebook else ()), *(codings.problems if codings else ())),
        codebook_event=_id(place, changed) if changed else None,
        imports={transcript: _id(place, fact) for transcript, fact in (imported or {}).items()},
        grounds=grounds,
        unconsented=unconsented,
        known=known,
    )


def reference_of(place: Workspace, path: str, payload: object) -> str:
    """A digest of anything that can be written as JSON under the key of a file, so that nobody can test guesses."""
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True, default=str).encode()
    reference = place.reference(path, body, personal=True)
    assert reference.hmac is not None  # a personal reference is keyed
    return reference.hmac


def _known(place: Workspace, events: Iterable[Event], recruitment: Recruitment) -> frozenset[str]:
    register = read_table(place, "registers/interviews.csv")
    rows = set() if register is None or "interview_id" not in register else set(register["interview_id"])
    in_trail = {e.subject_id("transcript") or "" for e in events if e.kind.startswith("transcript.")}
    return frozenset((rows | in_trail | set(recruitment.interviews)) - {""})


def _grounds(
    events: list[Event], recruitment: Recruitment, released: Mapping[str, Released]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Release and consents behind each released transcript, and the transcripts with a speaker without consent."""
    ledger = fold_consent(events)
    grounds: dict[str, tuple[str, ...]] = {}
    unconsented: set[str] = set()
    for transcript, found in released.items():
        interview = recruitment.interviews.get(transcript)
        people = sorted(interview.participants) if interview else []
        answers = [consent_in_force(ledger, p, "take_part", interview.day) for p in people] if interview else []
        consents = [a.event_id for a in answers if a.in_force and a.event_id]
        grounds[transcript] = (found.event, *dict.fromkeys(consents))
        if not answers or not all(a.in_force for a in answers):
            unconsented.add(transcript)
    return grounds, frozenset(unconsented)


def _codebook_fact(place: Workspace, codebook: Codebook, data: bytes, events: Iterable[Event]) -> Fact:
    """codebook.changed, its record holding the codes and what changed since the version before."""
    path = place.protocol.analysis.codebook
    reference = place.reference(path, data, personal=False)
    fact = Fact(
        "codebook.changed",
        place.instant,
        subject=(Subject("codebook", "codebook"),),
        used=(reference,),
        data={"version": codebook.version or UNVERSIONED, "codebook": digest(data), "codes": len(codebook.codes)},
    )
    others = [e for e in events if e.kind == "codebook.changed" and e.data["codebook"] != digest(data)]
    before = max(others, key=lambda e: e.recorded_at, default=None)
    document: dict[str, object] = {
        "version": codebook.version,
        "codes": [
            {"code": c.code, "definition": c.definition, "parent": c.parent, "origin": c.origin, "version": c.version}
            for c in codebook.codes
        ],
    }
    earlier = _codebook_on_record(place, before) if before else None
    if earlier is not None:
        change = compare_codebooks(earlier, codebook)
        document["since"] = earlier.version
        document["added"], document["removed"], document["redefined"] = change.added, change.removed, change.redefined
    return place.with_record(fact, document)


def _codebook_on_record(place: Workspace, event: Event) -> Codebook | None:
    data = _get(place, f"records/codebook.changed/{event.id}.json")
    if data is None:
        return None
    stored = json.loads(data)
    return Codebook(stored["version"], tuple(CodeEntry(**code) for code in stored["codes"]))


def _imports(
    place: Workspace,
    codings: Codings,
    data: bytes,
    codebook: Fact | None,
    released: Mapping[str, Released],
    grounds: Mapping[str, tuple[str, ...]],
) -> dict[str, Fact]:
    """coding.imported for each transcript with an accepted coding."""
    path = place.protocol.analysis.codings
    used = (place.reference(path, data, personal=True), *(codebook.used if codebook else ()))
    version = codebook.data["version"] if codebook else UNVERSIONED
    facts = {}
    for transcript, rows in codings.segments.groupby("transcript", sort=True):
        id = str(transcript)
        rejected = codings.rejected.get(id, 0)
        payload = {
            "transcript": released[id].reference.hmac,
            "codebook": codebook.data["codebook"] if codebook else "",
            "segments": rows[["coding", "start", "end", "quote"]].to_numpy().tolist(),
            "rejected": rejected,
        }
        facts[id] = Fact(
            "coding.imported",
            place.instant,
            subject=(Subject("transcript", id),),
            used=(*used, released[id].reference),
            causes=(*([_id(place, codebook)] if codebook else []), *grounds[id]),
            data={
                "codebook": version,
                "segments": len(rows),
                "coders": tuple(sorted(set(rows["coder"]))),
                "rejected": rejected,
                "inputs": reference_of(place, path, payload),
            },
        )
    return facts


def _id(place: Workspace, fact: Fact) -> str:
    return event_id(place.origin, fact.kind, fact.natural_key)


def _get(place: Workspace, path: str) -> bytes | None:
    try:
        return place.files.get(path)
    except NotStored:
        return None
