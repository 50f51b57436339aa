"""Codebook and codings of a study, matched against the transcript versions released for coding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import Codebook, Codings, compare_codebooks, read_codebook, read_codings
from analysis.checks import Problem
from analysis.codebook import CodeEntry
from pages.layout import plural
from recruitment import Recruitment, fold_consent, fold_recruitment, gate
from recruitment.acts import sittings
from study import Event, Fact, Subject
from study.event import in_fold_order, local_day
from study.identifiers import digest, event_id
from study.objects import NotStored
from tasks.gates import Gatekeeper
from tasks.read import read_table
from tasks.released import Released, released_transcripts
from tasks.workspace import Workspace

CODING_CHECKS = frozenset(f"AN00{n}" for n in range(1, 9))
UNVERSIONED = "unversioned"


@dataclass(frozen=True)
class Material:
    """What was coded: codebook and accepted codings (None where there is no file), and the facts of their import.

    `imports` holds for each coded transcript the id of its coding.imported event, `grounds` those of its release and of
    the consents in force at the interview. `unconsented` are transcripts whose gate was refused, for want of a
    recorded interview or of consent then: `released`, `codings` and `imports` are without them, `everything` has
    their codings too. `waits` says that analysis waits for an approval; then there are no `codings`.
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
    everything: Codings | None = None
    waits: bool = False

    @property
    def said(self) -> str:
        """One sentence for a coordinator."""
        if self.waits:
            return "Analysis of the codings is waiting for an ethics approval: none is in force today."
        if self.codings is None:
            return "There are no codings yet."
        left_out = sum(self.codings.rejected.values())
        uncoded = len(set(self.released) - set(self.imports))
        sentence = (
            f"{plural(len(self.codings.segments), 'coding')} from {plural(len(self.imports), 'transcript')} imported"
        )
        sentence += f", {left_out} left out with a query" if left_out else ""
        sentence += f"; {plural(uncoded, 'released transcript')} not coded yet" if uncoded else ""
        refused = plural(len(self.unconsented), "released transcript")
        return f"{sentence}; {refused} left out for want of consent." if self.unconsented else f"{sentence}."


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
    grounds, unconsented, waits = _grounds(place, events, released)
    everything = codings = imported = None
    if data is not None:
        turns = {transcript: found.turns for transcript, found in released.items()}
        book_used = codebook or Codebook("", ())
        coders = {p.code for p in place.protocol.team if p.may("code", place.today)}
        everything = read_codings(data, codebook=book_used, known=known, turns=turns, coders=coders, file=paths.codings)
        covered = everything.segments[~everything.segments["transcript"].isin(unconsented)]
        codings = None if waits else replace(everything, segments=covered)
        imported = _imports(place, codings, data, changed, released, grounds) if codings else None
    return Material(
        codebook,
        codings,
        {transcript: found for transcript, found in released.items() if transcript not in unconsented},
        recruitment,
        facts=(*([changed] if changed else []), *(imported or {}).values()),
        problems=(*(codebook.problems if codebook else ()), *(everything.problems if everything else ())),
        codebook_event=_id(place, changed) if changed else None,
        imports={transcript: _id(place, fact) for transcript, fact in (imported or {}).items()},
        grounds=grounds,
        unconsented=unconsented,
        known=known,
        everything=everything,
        waits=waits,
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
    place: Workspace, events: list[Event], released: Mapping[str, Released]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str], bool]:
    """Release and consents behind each released transcript, the transcripts with a speaker without consent, and
    whether only the approval of today is missing for identifiable ones."""
    gates = Gatekeeper(place, fold_consent(events))
    held = sittings(in_fold_order(events))
    grounds: dict[str, tuple[str, ...]] = {}
    unconsented: set[str] = set()
    waits = False
    for transcript, found in released.items():
        speakers = {
            (s.id, local_day(e.occurred, gates.ledger.zone))
            for e in held.get(transcript, ())
            for s in e.subject
            if s.type == "participant"
        }
        consents: list[str] = []
        refused = []
        for person, day in sorted(speakers):
            then = {"interview_day": day, "today": place.today}
            refused += gates.ask("code", person, is_identifiable=found.is_identifiable, **then)
            decided = gate(gates.ledger, "code", person, then, is_identifiable=False)
            consents += [decided.event_id] if decided.in_force and decided.event_id else []
        grounds[transcript] = (found.event, *dict.fromkeys(consents))
        on_the_day = [r for r in refused if r.day != place.today or r.decision.why != "approval_lapsed"]
        waits = waits or len(on_the_day) < len(refused)
        if not speakers or on_the_day:
            unconsented.add(transcript)
    gates.write("code")
    return grounds, frozenset(unconsented), waits


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
