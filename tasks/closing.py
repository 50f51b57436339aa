"""Closing a study: everything that is still open, each as one sentence; closed only when nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact
from tasks.linkage import decision_of, is_unfinished
from tasks.still_open import open_obligations, what_needs_the_linkage
from tasks.workspace import Workspace


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
    """Everything that is still open, a sentence each with what to do, in the order in which it is to be done."""
    yield from open_obligations(place)
    yield from what_needs_the_linkage(place, events)
    yield from _of_the_end(place)


def _of_the_end(place: Workspace) -> Iterator[str]:
    if place.protocol.retention.linkage == "kept":
        return
    if is_unfinished(place):
        yield "The linkage was being destroyed and that was interrupted: run destroy-linkage once more."
    elif decision_of(place) is None:
        yield (
            "The linkage is not destroyed: two people decide it (destroy-linkage), or study.yaml says that it is kept "
            "(retention.linkage)."
        )
