"""Whose data is to be erased and what that is: decided withdrawals without an outcome, and a plan for each.

A person's plan names their sole transcripts, their rows in people's tables, what restricted/ holds about them, and
the links and keys that lead to them. How a plan is carried out is for `tasks.erasing`; the proof of the withdrawal
stays in the trail.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from recruitment import fold_recruitment
from recruitment.checks import raised
from study import Event, Query, Reference, StudyError
from study.identifiers import digest, keyed_digest
from study.objects import FolderStore
from tasks.codes import PARTICIPANTS
from tasks.erasing import (
    RESTRICTED,
    Artefact,
    Plan,
    Table,
    at,
    erase,
    forget_plan,
    latest_references,
    written_down,
)
from tasks.progress import step
from tasks.workspace import Workspace
from trustworthiness import packet_id

REGISTERS = ("registers/recruitment.csv", "registers/consent.csv", "registers/member_checks.csv")
INTERVIEWS = "registers/interviews.csv"
RESTRICTED_TABLES = ("restricted/participants.csv", "restricted/identities.csv")


def finish_pending(place: Workspace) -> int:
    """Carry out every erasure decided and not yet recorded as done; returns how many."""
    events = place.events()
    done = {e.data["decision"] for e in events if e.kind == "erasure.executed"}
    pending = [e for e in events if _asks_for_erasure(e) and e.id not in done]
    for number, decision in enumerate(pending, start=1):
        step("finishing an erasure", number, len(pending))
        erase(place, written_down(place, decision.id, lambda event=decision: plan_of(place, event, events)))  # type: ignore[misc]
    for id in done:  # a plan whose end was recorded just before the run was killed
        forget_plan(place, id)
    return len(pending)


def deletions_pending(place: Workspace, events: list[Event], *, ref: str) -> list[Query]:
    """Deletions the consent register asks for that nobody has carried out."""
    erased = {e.subject_id("participant") for e in events if e.kind == "erasure.executed"}
    asked = {
        e.subject_id("participant")
        for e in events
        if e.kind == "consent.withdrawn" and e.data["disposition"] == "delete" and not _asks_for_erasure(e)
    }
    return [
        raised("CN013", study=place.protocol.id, subject=f"participant:{code}", ref=ref, file="registers/consent.csv")
        for code in sorted(c for c in asked if c and c not in erased)
    ]


def plan_of(place: Workspace, decision: Event, events: list[Event]) -> Plan:
    """What goes with the person whose withdrawal decided it; StudyError when no participant code leads to them."""
    trail_code = decision.subject_id("participant") or ""
    participant = next((p for p, code in place.known_trail_codes().items() if code == trail_code), "")
    if not participant:
        raise StudyError(
            "an erasure was decided, but the code of the person it is about is gone",
            where=f"{RESTRICTED}{PARTICIPANTS}",
            remedy="Run again: another run may just have finished it. If this stays, restore it from your backup.",
        )
    interviews = fold_recruitment(events).interviews.values()
    sole = tuple(i.id for i in interviews if set(i.participants) == {trail_code})
    files = sorted({*_transcripts(place, sole), *_replies(place, participant)})
    packets = {e.data["packet"] for e in events if "packet" in e.data and e.subject_id("participant") == trail_code}
    packets |= {packet_id(interview) for interview in sole}
    about = [e for e in events if {trail_code} & {s.id for s in e.subject}]
    about += [e for e in events if e.kind == "query.set_aside" and {*sole, *packets} & {s.id for s in e.subject}]
    held = _restricted_about(place, trail_code, {*sole}, packets, tuple(files), {e.id for e in about})
    paths = [*files, *sorted(f"{RESTRICTED}{key}" for key in held)]
    artefacts = tuple(Artefact(path, place.codes.known_ref(path)) for path in paths)
    latest = latest_references(events)
    tables = (_planned(place, table, latest) for table in _tables(place, participant, sole))
    return Plan(decision.id, artefacts, tuple(t for t in tables if t is not None), participant, trail_code)


def _asks_for_erasure(event: Event) -> bool:
    """A withdrawal that a person applied here; one the register mentions waits for that."""
    return (
        event.kind == "consent.withdrawn"
        and event.data["disposition"] == "delete"
        and event.data.get("source") == "request"
    )


def _transcripts(place: Workspace, interviews: Iterable[str]) -> Iterator[str]:
    conventions = place.protocol.transcripts
    if conventions is None:
        return
    names = {conventions.file_name.format(interview_id=id) for id in interviews}
    for key in _keys(place.files, f"{conventions.folder}/"):
        if PurePosixPath(key).stem in names:
            yield key


def _replies(place: Workspace, participant: str) -> Iterator[str]:
    for stored in place.files.list_versions("replies/"):
        try:
            reply = json.loads(place.files.get(stored.key, stored.version_id or None))
        except ValueError:
            continue  # not a reply in our form: a query of its own says so
        if isinstance(reply, dict) and reply.get("participant_code") == participant:
            yield stored.key


def _restricted_about(
    place: Workspace,
    trail_code: str,
    interviews: set[str],
    packets: set[str],
    files: tuple[str, ...],
    events: set[str],
) -> Iterator[str]:
    """What restricted/ holds about the person: de-identified transcripts, packets, records, the words of queries on
    them and on their files."""
    ids = {*interviews, *packets}
    for folder in ("deidentified/", "packets/"):
        for key in _keys(place.restricted, folder):
            path = PurePosixPath(key)
            if ids & {path.stem, *path.parts}:
                yield key
    for key in _keys(place.restricted, "records/"):
        if PurePosixPath(key).stem in events:
            yield key
    subjects = {
        f"participant:{trail_code}",
        *(f"{type}:{id}" for id in interviews for type in ("interview", "transcript")),
        *(f"packet:{id}" for id in packets),
    }
    for stored in place.restricted.list("queries/"):
        words = json.loads(place.restricted.get(stored.key))
        if words.get("subject") in subjects or words.get("where", "").startswith(files):
            yield stored.key


def _tables(place: Workspace, participant: str, interviews: tuple[str, ...]) -> Iterator[Table]:
    """Every table of people's that may hold rows of the person."""
    for path in (*REGISTERS, *RESTRICTED_TABLES):
        yield Table(path, "participant_id", (participant,))
    yield Table(INTERVIEWS, "participant_ids", (participant,), several=True)
    yield Table(place.protocol.analysis.codings, "transcript_id", interviews)
    for survey in place.protocol.surveys:
        if survey.linkage == "coded" and survey.key and survey.file.endswith(".csv"):
            yield Table(survey.file, survey.key, (participant,))


def _planned(place: Workspace, table: Table, latest: dict[str, Reference]) -> Table | None:
    """The table with its ref, a new key, and whether it is as last recorded; None when no version holds such rows."""
    store, key = at(place, table.path)
    versions = [store.get(key, v.version_id or None) for v in store.list_versions(key) if v.key == key]
    if not any(table.without_them(data).rows for data in versions):
        return None
    ref = place.codes.known_ref(table.path)
    recorded = latest.get(ref)
    return Table(
        table.path,
        table.column,
        table.values,
        table.several,
        ref=ref,
        key=secrets.token_bytes(32).hex() if place.codes.has_key(ref) else "",
        named=recorded is not None,
        changed=recorded is not None and not _is(place, recorded, versions[-1]),
    )


def _is(place: Workspace, recorded: Reference, data: bytes) -> bool:
    """Whether bytes are those a reference was made of."""
    if recorded.hmac is None:
        return digest(data) == recorded.sha256
    return keyed_digest(place.codes.key(recorded.ref), data) == recorded.hmac


def _keys(store: FolderStore, prefix: str) -> list[str]:
    """The keys under a prefix, those with nothing but older versions among them."""
    return sorted({stored.key for stored in store.list_versions(prefix)})
