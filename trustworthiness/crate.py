"""What an RO-Crate says of a study's runs, as values taken from the trail's events and from nothing else.

Runs follow the Process Run Crate profile 0.5 (https://w3id.org/ro/wfrun/process/0.5), itself over RO-Crate 1.1. The
profile's next level, Workflow Run Crate, wants the workflow's own file in the crate with its language and parameters;
the flows are parts of an installed program and the trail names them only by name and version, so that level is not
claimed. Subjects, counts and data of events are left out: only who ran what, when, from and to which opaque refs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from study import Event, Reference
from trustworthiness.dossier import LEFT_OUT

COMPLETED, FAILED = "completed", "failed"


@dataclass(frozen=True, slots=True)
class TrailObject:
    """One object of the trail: its key, SHA-256 in hex, size in bytes, and the lane it belongs to (none: a seal)."""

    key: str
    sha256: str
    bytes: int
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """The trail as one seal closed it: size and root to pin, when, and every object sealed by then, seals among them.

    `checkpoint` is the object that signs that size and root.
    """

    size: int
    root: str
    sealed_at: str
    checkpoint: TrailObject
    objects: tuple[TrailObject, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acted in a run: a person by team code, or the software itself."""

    type: str
    id: str
    role: str


@dataclass(frozen=True, slots=True)
class RunOfFlow:
    """One attempt of one flow run, from its first to its last recorded time (RFC 3339 UTC).

    `ending` is completed, failed, silent (it stopped without a word) or empty: no end is recorded. `agents`, `used` and
    `generated` are distinct, in the order first named; references come without version ids.
    """

    id: str
    flow: str
    deployment: str
    attempt: int
    code: str
    started: str
    ended: str
    ending: str
    agents: tuple[Agent, ...]
    used: tuple[Reference, ...]
    generated: tuple[Reference, ...]
    objects: tuple[TrailObject, ...]


@dataclass(frozen=True, slots=True)
class AuditCrate:
    """A study's runs for an RO-Crate. `published` is the last recorded time among them; `dossier` a content digest.

    `closing` is absent where the trail has no seal yet or does not verify.
    """

    origin: str
    study: str
    title: str
    synthetic: bool
    published: str
    dossier: str
    runs: tuple[RunOfFlow, ...]
    closing: Closing | None


def audit_crate(
    events: Iterable[Event],
    *,
    origin: str,
    study: str,
    title: str,
    synthetic: bool,
    dossier: str,
    closing: Closing | None,
) -> AuditCrate:
    """The crate over these events; the same set of events gives the same crate in any order.

    A run that only published a dossier, or only recorded the end of runs, is left out: publishing again when nothing is
    new must say the same. `published` is 1970-01-01 before anything is recorded.
    """
    known = sorted(events, key=lambda e: (e.recorded_at, e.run.lane, e.id))
    acts = [e for e in known if e.kind not in LEFT_OUT]
    return AuditCrate(
        origin=origin,
        study=study,
        title=title,
        synthetic=synthetic,
        published=acts[-1].recorded_at if acts else "1970-01-01T00:00:00.000Z",
        dossier=dossier,
        runs=_runs(known, acts, closing.objects if closing else ()),
        closing=closing,
    )


def _runs(known: list[Event], acts: list[Event], objects: Iterable[TrailObject]) -> tuple[RunOfFlow, ...]:
    endings = _endings(known)
    in_lane: dict[str, list[TrailObject]] = {}
    for stored in objects:
        in_lane.setdefault(_run_of(stored.lane), []).append(stored)
    by_run: dict[str, list[Event]] = {}
    for event in acts:
        by_run.setdefault(event.run.lane, []).append(event)
    return tuple(_run(done, endings.get(lane, {}), in_lane.get(lane, [])) for lane, done in by_run.items())


def _run(done: list[Event], endings: Mapping[str, str], objects: Iterable[TrailObject]) -> RunOfFlow:
    """One run from its acts, oldest first, and the reasons recorded for its end with their times."""
    run = done[0].run
    return RunOfFlow(
        id=run.lane,
        flow=run.flow,
        deployment=run.deployment,
        attempt=run.attempt,
        code=run.code,
        started=done[0].recorded_at,
        ended=max(done[-1].recorded_at, *(at for reason, at in endings.items() if reason in (COMPLETED, FAILED)), ""),
        ending=next((reason for reason in (FAILED, COMPLETED, "silent") if reason in endings), ""),
        agents=tuple(dict.fromkeys(Agent(e.actor.type, e.actor.id, e.actor.role) for e in done)),
        used=_distinct(reference for e in done for reference in e.used),
        generated=_distinct(reference for e in done for reference in e.generated),
        objects=tuple(objects),
    )


def _endings(known: Iterable[Event]) -> dict[str, dict[str, str]]:
    """For each run the reasons recorded for its end, with the time of the last such record."""
    endings: dict[str, dict[str, str]] = {}
    for event in known:
        if event.kind == "run.closed":
            lane, reason = str(event.data["lane"]), str(event.data["reason"])
            endings.setdefault(_run_of(lane), {})[reason] = event.recorded_at
    return endings


def _run_of(lane: str) -> str:
    """`<run>.<attempt>` of a lane's name, which may end in `-<8 hex>`."""
    name, dot, attempt = lane.rpartition(".")
    return f"{name}{dot}{attempt.partition('-')[0]}"


def _distinct(references: Iterable[Reference]) -> tuple[Reference, ...]:
    plain = (Reference(r.ref, r.bytes, r.sha256, r.hmac) for r in references)
    return tuple(dict.fromkeys(plain))
