"""The lanes of a trail read as events: the set of events, sealed or not, that every fold starts from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
    """Every event of every lane. An object that does not fit its place is passed over, as the sealer rejects it."""
    recorded: list[Recorded] = []
    unread: list[str] = []
    lanes: dict[tuple[str, str], tuple[int, str | None]] = {}
    for key in sorted(stored.key for stored in store.list(PREFIX)):
        place = Place.of(key)
        following, prev = lanes.get((place.day, place.lane), (0, None)) if place else (0, None)
        if place is None or place.seq != following:
            unread.append(f"{key}: {'foreign' if place is None else 'gap'}")
            continue
        body = store.get(key)
        lanes[place.day, place.lane] = (following + 1, digest(body))
        try:
            recorded += _events(admitted(origin, place, body, prev))
        except Malformed as error:
            unread.append(f"{key}: {error.reason}")
    return Reading(tuple(recorded), frozenset(lane for _, lane in lanes), frozenset(_closed(recorded)), tuple(unread))


def _events(batch: Batch) -> list[Recorded]:
    try:
        return [
            Recorded(event_of(fields), line, leaf_hash(line).hex())
            for fields, line in zip(batch.fields, batch.lines, strict=True)
        ]
    except (KeyError, TypeError, ValueError):
        raise Malformed("not_an_event") from None


def _closed(recorded: Iterable[Recorded]) -> Iterable[str]:
    return (str(one.event.data.get("lane")) for one in recorded if one.event.kind == "run.closed")
