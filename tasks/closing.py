"""Closing a study: everything that is still open, each as one sentence; closed only when nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact
from study.query import fold_queries
from tasks.recordings import destructions_owed
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing came to: the fact when the study is closed now, else none; sentences with counts only."""

    facts: tuple[Fact, ...]
    said: tuple[str, ...]


@task(name="look for what is open", cache_policy=NO_CACHE)
def try_closing(place: Workspace) -> Closing:
    """Whether the study can be closed, and if so the fact that it is."""
    return closing(place)


def closing(place: Workspace) -> Closing:
    """The same without Prefect."""
    events = place.events()
    if any(e.kind == "study.closed" for e in events):
        return Closing((), ("The study is closed.",))
    still_open = tuple(what_is_open(place, events))
    if still_open:
        return Closing((), ("The study cannot be closed yet.", *still_open))
    if place.actor.type != "person":
        return Closing((), ("Nothing is open. Closing is waiting for a person: run it again as a member of the team.",))
    return Closing((Fact("study.closed", place.instant, data={"open_obligations": 0}),), ("The study is closed.",))


def what_is_open(place: Workspace, events: list[Event]) -> Iterator[str]:
    """Obligations, blocking queries, erasures, recordings and member-check doubts that are open, a sentence each."""
    for obligation in place.protocol.obligations:
        if obligation.done is None:
            late = " (overdue)" if obligation.due < place.today else ""
            yield f"Obligation {obligation.id} is open, due {obligation.due.isoformat()}{late}: {obligation.what}"
    blocking = sum(r.state == "open" and r.severity == "block" for r in fold_queries(events).values())
    if blocking:
        yield f"{_many(blocking, 'blocking query', 'blocking queries')} open: resolve what blocks first."
    erasures = _erasures_owed(events)
    if erasures:
        yield f"{_many(erasures, 'erasure')} decided and not carried out: run the study once more."
    recordings = len(destructions_owed(place, events))
    if recordings:
        yield (
            f"{_many(recordings, 'recording')} not recorded as destroyed, although consent promised it: "
            "destroy them, then enter it (record recording, step=destroyed)."
        )
    doubts = fold_member_checks(events).open_disconfirmations
    if doubts:
        yield f"{_many(doubts, 'theme')} doubted by participants, without a recorded change or reason."


def _erasures_owed(events: list[Event]) -> int:
    done = {e.data["decision"] for e in events if e.kind == "erasure.executed"}
    owed = [e for e in events if e.kind == "consent.withdrawn" and e.data["disposition"] == "delete"]
    return sum(e.id not in done for e in owed)


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one} is" if count == 1 else f"{count} {more or one + 's'} are"
