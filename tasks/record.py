"""The one way from facts to events."""

from __future__ import annotations

from collections.abc import Iterable

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Event, Fact
from tasks.workspace import Workspace


@task(name="record", cache_policy=NO_CACHE)
def record(place: Workspace, facts: Iterable[Fact]) -> list[Event]:
    """Append facts to the trail; what is already there as the same act is not written again."""
    return place.trail.append(list(facts))
