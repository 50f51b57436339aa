"""The lanes of a trail read as events: the set of events, sealed or not, that every fold starts from."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from study.event import Event
from study.identifiers import digest
from study.objects import ImmutableStore
from trail.batch import PREFIX, Batch, Malformed, Place, read_batch
from trail.line import event_of
from trail.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the trail with its line and the line's leaf hash (hex)."""

    event: Event
    line: bytes
    leaf: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the lanes hold: events with their lines; lanes; lanes some event says are closed; what was passed over."""

    recorded: tuple[Recorded, ...]
    lanes: frozenset[str]
    closed: frozenset[str]
    unread: tuple[str, ...]


def admitted(origin: str, place: Place, body: bytes, prev: str | None) -> Batch:
    """The object at `place` as the one that follows the object of SHA-256 `prev`; Malformed when it is not."""
    batch = read_batch(origin, place, body)
    if batch.prev != prev:
        raise Malformed("chain")
    return batch


def read_lanes(store: ImmutableStore, origin: str) -> Reading:
    """Every event of every lane. An object that does not fit its place is passed over, as the sealer rejects it.

    Behind a missing object a lane goes on only where an `erasure.executed` says that this object was removed.
    """
    lanes = _Lanes(origin)
    keys = sorted(stored.key for stored in store.list(PREFIX))
    objects = zip(keys, store.get_all(keys), strict=True)
    with _uncollected():
        waiting = [(key, body) for key, body in objects if not lanes.take(key, body)]
    removed = {
        key
        for one in lanes.recorded
        if one.event.kind == "erasure.executed"
        for key in one.event.data.get("trail_objects", ())
    }
    lanes.unread += [f"{key}: gap" for key, body in waiting if not lanes.take(key, body, removed)]
    return Reading(
        tuple(lanes.recorded),
        frozenset(lanes.standing),
        frozenset(_closed(lanes.recorded)),
        tuple(sorted(lanes.unread)),
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for reference cycles: lines make none, and among so many events the search takes a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Lanes:
    """The lanes as read so far: by name the number expected next and the SHA-256 it must continue; and their days."""

    def __init__(self, origin: str) -> None:
        self.recorded: list[Recorded] = []
        self.unread: list[str] = []
        self.standing: dict[str, tuple[int, str | None]] = {}
        self._days: dict[str, str] = {}
        self._origin = origin

    def take(self, key: str, body: bytes, removed: Collection[str] = ()) -> bool:
        """Read one object, or note why it is no part of the trail; False when one before it is missing.

        What is in `removed` may be missing: then nothing says what the object must continue.
        """
        place = Place.of(key)
        if place is None:
            self.unread.append(f"{key}: foreign")
            return True
        if self._days.setdefault(place.lane, place.day) != place.day:
            self.unread.append(f"{key}: day")
            return True
        following, prev = self.standing.get(place.lane, (0, None))
        gap = place.seq != following
        if gap and not all(replace(place, seq=number).key in removed for number in range(following, place.seq)):
            return False
        self.standing[place.lane] = (place.seq + 1, digest(body))
        try:
            continues, recorded = _events(self._origin, place, body)
            if not gap and continues != prev:
                raise Malformed("chain")
            if recorded is None:
                raise Malformed("not_an_event")
            self.recorded += recorded
        except Malformed as error:
            self.unread.append(f"{key}: {error.reason}")
        return True


@lru_cache(maxsize=2048)
def _events(origin: str, place: Place, body: bytes) -> tuple[str | None, tuple[Recorded, ...] | None]:
    """What an object says it continues, and its events, or None for a line that is none; Malformed as `read_batch`.

    Remembered, because every flow of a run reads the same bytes again.
    """
    batch = read_batch(origin, place, body)
    try:
        return batch.prev, tuple(
            Recorded(event_of(fields), line, leaf_hash(line).hex())
            for fields, line in zip(batch.fields, batch.lines, strict=True)
        )
    except (KeyError, TypeError, ValueError):
        return batch.prev, None


def _closed(recorded: Iterable[Recorded]) -> Iterable[str]:
    return (str(one.event.data.get("lane")) for one in recorded if one.event.kind == "run.closed")
