"""Erasure: what was decided is written down first, then done, then recorded; a run killed in between goes on here.

Erased are the person's sole transcripts with their keys, their rows in people's files, their codes and key, and what
restricted/ holds about them; the proof of the withdrawal stays in the trail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from recruitment import fold_recruitment
from recruitment.checks import raised
from study import Event, Fact, Query, Subject
from study.objects import FolderStore, NotStored
from tasks.codes import KEYS, artefact_key
from tasks.codes import PARTICIPANTS as TRAIL_CODES
from tasks.people_rows import Taken, without_name, without_rows
from tasks.progress import step
from tasks.workspace import Workspace
from trustworthiness import packet_id

FOLDER = "decisions/erasures/"
REGISTERS = ("registers/recruitment.csv", "registers/consent.csv", "registers/member_checks.csv")
INTERVIEWS = "registers/interviews.csv"
RESTRICTED_TABLES = ("participants.csv", "identities.csv")


@dataclass(frozen=True, slots=True)
class Plan:
    """One erasure to carry out: decided by event `decision`, for a participant code and trail code.

    `files` and `restricted` are keys to erase; `refs` the opaque refs of the artefacts among them.
    """

    decision: str
    participant: str
    trail_code: str
    interviews: tuple[str, ...]
    files: tuple[str, ...]
    restricted: tuple[str, ...]
    refs: tuple[str, ...]


def finish_pending(place: Workspace) -> int:
    """Carry out every erasure decided and not yet recorded as done; returns how many."""
    events = place.events()
    done = {e.data["decision"] for e in events if e.kind == "erasure.executed"}
    pending = [e for e in events if _asks_for_erasure(e) and e.id not in done]
    for number, decision in enumerate(pending, start=1):
        step("finishing an erasure", number, len(pending))
        erase(place, _plan(place, decision, events))
    for id in done:  # a plan whose end was recorded just before the run was killed
        place.restricted.erase_all_versions(f"{FOLDER}{id}.json")
    return len(pending)


def erase(place: Workspace, plan: Plan) -> None:
    """Carry out a plan and record it; safe to start again at any point."""
    for key in plan.files:
        place.files.erase_all_versions(key)
    for path, edit in _tables(place, plan):
        _rewrite(place.files, path, edit)
    for name in RESTRICTED_TABLES:
        _rewrite(place.restricted, name, lambda data: without_rows(data, _is(plan, "participant_id")))
    for stored in list(place.out.list()):
        place.out.erase_all_versions(stored.key)
    for key in plan.restricted:
        place.restricted.erase_all_versions(key)
    objects = len(plan.files) + len(plan.restricted)
    data = {"decision": plan.decision, "objects": objects, "refs": plan.refs}
    subject = (Subject("participant", plan.trail_code),)
    place.trail.append([Fact("erasure.executed", place.instant, subject, causes=(plan.decision,), data=data)])
    place.restricted.erase_all_versions(f"{FOLDER}{plan.decision}.json")


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


def _asks_for_erasure(event: Event) -> bool:
    """A withdrawal that a person applied here; one the register mentions waits for that."""
    return (
        event.kind == "consent.withdrawn"
        and event.data["disposition"] == "delete"
        and event.data.get("source") == "request"
    )


def _plan(place: Workspace, decision: Event, events: list[Event]) -> Plan:
    """The plan as written down, or written down now."""
    key = f"{FOLDER}{decision.id}.json"
    try:
        stored = json.loads(place.restricted.get(key))
        return Plan(**{name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()})
    except NotStored:
        plan = _made(place, decision, events)
        place.restricted.put(key, json.dumps(asdict(plan)).encode())
        return plan


def _made(place: Workspace, decision: Event, events: list[Event]) -> Plan:
    trail_code = decision.subject_id("participant") or ""
    participant = next((p for p, code in place.known_trail_codes().items() if code == trail_code), "")
    interviews = fold_recruitment(events).interviews.values()
    sole = tuple(i.id for i in interviews if set(i.participants) == {trail_code})
    files = tuple(sorted({*_transcripts(place, sole), *_replies(place, participant)}))
    packets = {e.data["packet"] for e in events if "packet" in e.data and e.subject_id("participant") == trail_code}
    packets |= {packet_id(interview) for interview in sole}
    about = [e for e in events if {trail_code} & {s.id for s in e.subject}]
    about += [e for e in events if e.kind == "query.set_aside" and {*sole, *packets} & {s.id for s in e.subject}]
    held = sorted(_restricted_about(place, trail_code, {*sole}, packets, files, {e.id for e in about}))
    named = [*files, *(path for path in (f"restricted/{key}" for key in held) if _has_ref(place, path))]
    refs = tuple(sorted(place.ref(path) for path in named))
    restricted = [
        f"{TRAIL_CODES}{quote(participant, safe='')}",
        f"{KEYS}{trail_code}.key",
        *(artefact_key(path) for path in named),
        *(f"{KEYS}{ref}.key" for ref in refs),
        *held,
    ]
    return Plan(decision.id, participant, trail_code, sole, files, tuple(sorted(restricted)), refs)


def _transcripts(place: Workspace, interviews: Iterable[str]) -> Iterator[str]:
    conventions = place.protocol.transcripts
    if conventions is None:
        return
    names = {conventions.file_name.format(interview_id=id) for id in interviews}
    for stored in place.files.list(f"{conventions.folder}/"):
        if PurePosixPath(stored.key).stem in names:
            yield stored.key


def _replies(place: Workspace, participant: str) -> Iterator[str]:
    for stored in place.files.list("replies/"):
        try:
            reply = json.loads(place.files.get(stored.key))
        except ValueError:
            continue  # not a reply in our form: a query of its own says so
        if isinstance(reply, dict) and reply.get("participant_code") == participant:
            yield stored.key


def _has_ref(place: Workspace, path: str) -> bool:
    """Whether an artefact was ever named in the trail, so that a ref and a key of its own are kept."""
    try:
        place.restricted.get(artefact_key(path))
    except NotStored:
        return False
    return True


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
        for stored in place.restricted.list(folder):
            path = PurePosixPath(stored.key)
            if ids & {path.stem, *path.parts}:
                yield stored.key
    for stored in place.restricted.list("records/"):
        if PurePosixPath(stored.key).stem in events:
            yield stored.key
    subjects = {
        f"participant:{trail_code}",
        *(f"{type}:{id}" for id in interviews for type in ("interview", "transcript")),
        *(f"packet:{id}" for id in packets),
    }
    for stored in place.restricted.list("queries/"):
        words = json.loads(place.restricted.get(stored.key))
        if words.get("subject") in subjects or words.get("where", "").startswith(files):
            yield stored.key


def _tables(place: Workspace, plan: Plan) -> Iterator[tuple[str, Callable[[bytes], Taken]]]:
    """Every table of people's with how the person's rows come out of it."""
    for path in REGISTERS:
        yield path, lambda data: without_rows(data, _is(plan, "participant_id"))
    yield INTERVIEWS, lambda data: without_name(data, "participant_ids", plan.participant)
    yield place.protocol.analysis.codings, lambda data: without_rows(data, _is_coding(plan))
    for survey in place.protocol.surveys:
        if survey.linkage == "coded" and survey.key and survey.file.endswith(".csv"):
            yield survey.file, lambda data, key=survey.key: without_rows(data, _is(plan, key))  # type: ignore[misc]


def _is(plan: Plan, column: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda row: bool(plan.participant) and row.get(column) == plan.participant


def _is_coding(plan: Plan) -> Callable[[Mapping[str, str]], bool]:
    return lambda row: row.get("transcript_id") in plan.interviews


def _rewrite(store: FolderStore, key: str, edit: Callable[[bytes], Taken]) -> None:
    try:
        data = store.get(key)
    except NotStored:
        return
    taken = edit(data)
    if taken.rows:
        store.put(key, taken.data)
