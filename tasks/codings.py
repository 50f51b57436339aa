"""Codebook and codings of a study, from its own table and from exports, matched against the released transcripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import Codebook, Codings
from analysis.checks import Problem
from pages.layout import plural
from recruitment import Recruitment, fold_consent, fold_recruitment, gate
from recruitment.acts import sittings
from study import Event, Fact, Subject
from study.event import in_fold_order, local_day
from tasks.codebook_page import write_codebook
from tasks.codebooks import UNVERSIONED, StudyCodebook, codebook_fact, codebook_of, id_of
from tasks.coding_imports import notes_of, read_imports
from tasks.coding_places import keep_places, places_of
from tasks.coding_sources import Everything, everything_coded
from tasks.gates import Gatekeeper
from tasks.read import read_table
from tasks.released import Released, released_transcripts
from tasks.superseded import superseded_codings
from tasks.workspace import Workspace

__all__ = ["CODING_CHECKS", "UNVERSIONED", "Material", "material_of", "read_material", "reference_of"]

CODING_CHECKS = frozenset(
    {*(f"AN00{n}" for n in range(1, 9)), *(f"AN01{n}" for n in range(4, 10)), "AN040", "AN041", "AN042"}
)


@dataclass(frozen=True)
class Material:
    """What was coded: codebook and accepted codings (None where there is no file), and the facts of their import.

    `imports` holds for each coded transcript the id of its coding.imported event, `grounds` those of its release and of
    the consents in force at the interview. `unconsented` are transcripts whose gate was refused, for want of a
    recorded interview or of consent then: `released`, `codings` and `imports` are without them, `everything` has
    their codings too. `waits` says that analysis waits for an approval; then there are no `codings`.

    `books` are the versions of the codebook that are told, `recoded` former codes with what they became (the segments
    have the new code already), `shifted_in` counts by transcript the codings found elsewhere than their tool says,
    `superseded` are the ids of codings made on a version that a later release replaced, `notes` say what each export
    was understood as.
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
    books: Mapping[str, Codebook] = field(default_factory=dict)
    recoded: Mapping[str, str] = field(default_factory=dict)
    shifted_in: Mapping[str, int] = field(default_factory=dict)
    superseded: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def shifted(self) -> int:
        """How many codings were found elsewhere than their tool says."""
        return sum(self.shifted_in.values())

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
        sentence = f"{sentence}; {refused} left out for want of consent." if self.unconsented else f"{sentence}."
        if self.shifted:
            sentence += (
                f" {plural(self.shifted, 'coding stands', 'codings stand')} elsewhere in "
                f"{plural(len(self.shifted_in), 'transcript')} than the coding tool says."
            )
        return " ".join((sentence, *self.notes))


@task(name="read codings", cache_policy=NO_CACHE)
def read_material(place: Workspace) -> Material:
    """Read codebook and codings, match every quote against the released version, and say what to record.

    The codebook as read is written to out/analysis/ as REFI-QDA and as a page of what changed.
    """
    material, found, everything = _read(place)
    placed = places_of(material.everything.segments if material.everything else None)
    write_codebook(place, found, material, everything, placed)
    if found is not None and material.everything is not None:
        keep_places(place, found.content, placed, material.released)
    return material


def material_of(place: Workspace) -> Material:
    """The same for use within a task; nothing is written but records."""
    return _read(place)[0]


def _read(place: Workspace) -> tuple[Material, StudyCodebook | None, Everything | None]:
    events = place.events()
    read = read_imports(place.root, place.protocol)
    found = codebook_of(place, read)
    released = released_transcripts(place, events)
    recruitment = fold_recruitment(events)
    known = _known(place, events, recruitment)
    grounds, unconsented, waits = _grounds(place, events, released)
    codebook = found.book if found else None
    everything = everything_coded(place, codebook, read, known, released)
    codings = None
    if everything is not None and not waits:
        covered = everything.codings.segments
        codings = replace(everything.codings, segments=covered[~covered["transcript"].isin(unconsented)])
    placed = places_of(everything.codings.segments if everything else None)
    changed = codebook_fact(place, found, placed, events) if found and found.data else None
    imported = _imports(place, codings, everything, changed, released, grounds) if codings and everything else {}
    old, problems = superseded_codings(everything, released, events) if everything else (frozenset[str](), ())
    material = Material(
        codebook,
        codings,
        {transcript: one for transcript, one in released.items() if transcript not in unconsented},
        recruitment,
        facts=(*([changed] if changed else []), *imported.values()),
        problems=(
            *(codebook.problems if codebook else ()),
            *(everything.codings.problems if everything else (p for one in read if (p := one.problem))),
            *problems,
        ),
        codebook_event=id_of(place, changed) if changed else None,
        imports={transcript: id_of(place, fact) for transcript, fact in imported.items()},
        grounds=grounds,
        unconsented=unconsented,
        known=known,
        everything=everything.codings if everything else None,
        waits=waits,
        books=found.books if found else {},
        recoded=codebook.recoded if codebook else {},
        shifted_in=everything.shifted if everything else {},
        superseded=old,
        notes=tuple(notes_of(read)),
    )
    return material, found, everything


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


def _imports(
    place: Workspace,
    codings: Codings,
    everything: Everything,
    codebook: Fact | None,
    released: Mapping[str, Released],
    grounds: Mapping[str, tuple[str, ...]],
) -> dict[str, Fact]:
    """coding.imported for each transcript with an accepted coding."""
    path = place.protocol.analysis.codings
    version = codebook.data["version"] if codebook else UNVERSIONED
    facts = {}
    for transcript, rows in codings.segments.groupby("transcript", sort=True):
        id = str(transcript)
        files = [*everything.files[id], *(codebook.used if codebook else ())]
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
            used=(*dict.fromkeys(files), released[id].reference),
            causes=(*([id_of(place, codebook)] if codebook else []), *grounds[id]),
            data={
                "codebook": version,
                "segments": len(rows),
                "coders": tuple(sorted(set(rows["coder"]))),
                "rejected": rejected,
                "inputs": reference_of(place, path, payload),
            },
        )
    return facts
