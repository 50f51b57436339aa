"""Every seal of a trail read back: what a heartbeat needs to tell old objects from late and foreign ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from study.errors import StudyError
from study.identifiers import digest
from study.objects import ImmutableStore, NotStored
from trail.batch import Malformed, Place
from trail.seal import OpenLane, Overtaken, Seal, read_seal, seal_exists, seal_key

CHECKPOINTS = "checkpoints/"


@dataclass(frozen=True, slots=True)
class History:
    """Every key some seal names, and how each lane stood after it."""

    keys: frozenset[str]
    lanes: Mapping[str, OpenLane]


def whole_history(store: ImmutableStore, last: Seal | None) -> History:
    """Read every seal up to `last`; StudyError when one is missing or a checkpoint shows a later one.

    Overtaken when another sealer has just added it.
    """
    size = last.tree.size if last else 0
    if any(stored.key[len(CHECKPOINTS) :] > f"{size:012d}" for stored in store.list(CHECKPOINTS)):
        if seal_exists(store, last.seq + 1 if last else 0):
            raise Overtaken
        raise _broken(store, "the newest seal is missing: a checkpoint vouches for a longer trail")
    keys: set[str] = set()
    lanes: dict[str, OpenLane] = {}
    for number in range(last.seq + 1 if last else 0):
        for row in _seal(store, last, number).rows:
            keys.add(row.key)
            place = Place.of(row.key)
            if place and row.rejected != "day":
                lanes[place.lane] = OpenLane(place.day, place.seq + 1, row.sha256 or _rejected(store, row.key))
    return History(frozenset(keys), lanes)


def _seal(store: ImmutableStore, last: Seal | None, number: int) -> Seal:
    key = seal_key(number)
    try:
        return read_seal(last.origin if last else "", number, store.get(key))
    except (NotStored, Malformed):
        raise _broken(store, f"{key} is missing or altered") from None


def _rejected(store: ImmutableStore, key: str) -> str | None:
    """SHA-256 of an object a seal rejected: what follows it in its lane must continue from these bytes."""
    try:
        return digest(store.get(key))
    except NotStored:
        return None


def _broken(store: ImmutableStore, what: str) -> StudyError:
    return StudyError(
        f"{what}, so it was not sealed",
        where=store.place,
        remedy="Run `fieldtrail trail verify`; restore the object from a copy of the trail.",
    )
