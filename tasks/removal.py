"""An object of the trail removed because a name was sealed into it: announced first, then removed, then recorded.

Removing it is nothing this software does: docs/erasure.md says who may, and how. What is left here are the two records
without which a missing object would look like tampering.
"""

from __future__ import annotations

from collections.abc import Iterable

from study import Event, Fact, StudyError
from study.identifiers import event_id
from tasks.workspace import Workspace


def announced(place: Workspace, code: str) -> Event:
    """Record before anything is removed that a deviation of that code happened and was reported.

    The code must say nothing about the person (`D7`). Returns the deviation.
    """
    data = {"deviation": code}
    facts = [Fact(kind, place.instant, data=data) for kind in ("deviation.recorded", "incident.reported")]
    return place.trail.append(facts)[0]


def removed(place: Workspace, code: str, keys: Iterable[str]) -> Event:
    """Record that objects of the trail were removed because of that deviation.

    StudyError while a version of one is still there, or when the deviation was never announced.
    """
    decision = event_id(place.origin, "deviation.recorded", code)
    if all(event.id != decision for event in place.events(["deviation.recorded"])):
        raise StudyError(
            "no deviation of that code is on record",
            where=code,
            remedy="Announce it before anything is removed, as docs/erasure.md says.",
        )
    names = tuple(sorted(set(keys)))
    for key in names:
        if any(stored.key == key for stored in place.trail_store.list_versions(key)):
            raise StudyError(
                "this object is still there", where=f"{place.trail_store.place}/{key}", remedy="Remove it first."
            )
    data = {"decision": decision, "objects": len(names), "refs": (), "trail_objects": names}
    return place.trail.append([Fact("erasure.executed", place.instant, causes=(decision,), data=data)])[0]
