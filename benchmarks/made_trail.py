"""A trail of any length in a directory, made fast and the same every time, by the trail's own code.

Lines, objects, seals and checkpoints are spelled by `line_of`, `batch_body`, `new_seal` and `signed`. Two things are
cut short: within an object only the first line is spelled from its event, the others are that line with their own id,
site and artefacts in place (in one object of each lane the last line is spelled too, and compared); and files are not
synced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from benchmarks.material import ARTEFACTS, ORIGIN, PRIVATE, RUN, SERVICE, fact, reference
from study import Run
from study.event import Cause, Event, instant
from study.identifiers import digest, event_id
from trail.batch import Place, batch_body
from trail.line import line_of
from trail.merkle import leaf_hash
from trail.note import checkpoint_text
from trail.seal import OpenLane, Row, Seal, new_seal
from trail.signer import signed_note, signer_of

BATCH = 20
OBJECTS_A_LANE = 50
_NAMESPACE = uuid5(NAMESPACE_URL, ORIGIN)


@dataclass(frozen=True, slots=True)
class Made:
    """A trail as it was made: its directory, counts, and when its last seal was made."""

    directory: Path
    events: int
    objects: int
    seals: int
    bytes: int
    sealed_at: datetime


def make_trail(directory: Path, events: int, *, per_seal: int, until: datetime) -> Made:
    """Events in batches of 20, 50 batches a lane, `per_seal` events a seal, five minutes between seals.

    The last seal is made at `until`. Every event rests on one of the object before it in its lane.
    """
    seals = -(-events // per_seal)
    previous: Seal | None = None
    lanes: dict[str, OpenLane] = {}
    leaf, objects, size = Cause("", ""), 0, 0
    signer = signer_of(PRIVATE)
    for number in range(seals):
        sealed_at = until - timedelta(minutes=5 * (seals - 1 - number))
        rows, leaves = [], []
        for first in range(number * per_seal, min(events, (number + 1) * per_seal), BATCH):
            lane, seq = divmod(objects, OBJECTS_A_LANE)
            name = f"run-{lane:08d}.1"
            stamp = instant(sealed_at - timedelta(minutes=4))
            state = lanes.pop(name) if seq else OpenLane(stamp[:10], 0, None)
            place = Place(state.day, name, seq)
            lines = list(_lines(range(first, min(events, first + BATCH)), lane, stamp, leaf if seq else None, seq == 1))
            body = batch_body(ORIGIN, place, state.prev, lines)
            _write(directory / place.key, body)
            start = (previous.tree.size if previous else 0) + len(leaves)
            hashes = [leaf_hash(line) for line in lines]
            leaf = Cause(_id(first), hashes[0].hex())
            row = Row(place.key, "", digest(body), len(body), start, len(lines), stamp)
            rows.append(row)
            leaves += hashes
            objects, size = objects + 1, size + len(body)
            if seq + 1 < OBJECTS_A_LANE:
                lanes[name] = OpenLane(place.day, seq + 1, row.sha256)
        previous = new_seal(ORIGIN, previous, instant(sealed_at), lanes, tuple(rows), leaves)
        _write(directory / previous.key, previous.body)
        text = checkpoint_text(ORIGIN, previous.tree.size, previous.tree.root)
        _write(directory / previous.checkpoint_key, signed_note(signer, text))
    return Made(directory, events, objects, seals, size, until)


def _lines(numbers: range, lane: int, stamp: str, cause: Cause | None, compared: bool) -> Iterator[bytes]:
    first = _spelled(numbers[0], lane, stamp, cause)
    kept = [_parts(numbers[0])]
    for number in numbers:
        line = first
        for old, new in zip(kept[0], _parts(number), strict=True):
            line = line.replace(old, new, 1)
        if compared and number == numbers[-1] and line != _spelled(number, lane, stamp, cause):
            raise AssertionError("a line that was put together is not the line of its event")
        yield line


def _parts(number: int) -> list[bytes]:
    """What makes the n-th line its own."""
    used = [_REFERENCES[(number + n * 2477) % ARTEFACTS] for n in range(4)]
    return [_id(number).encode(), b'"S%09d"' % number, *(part for pair in used for part in pair)]


def _id(number: int) -> str:
    return str(uuid5(_NAMESPACE, f"site.invited|S{number:09d}|0|1"))


def _spelled(number: int, lane: int, stamp: str, cause: Cause | None) -> bytes:
    one = fact(number)
    run = Run(f"run-{lane:08d}", RUN.flow, RUN.deployment, 1, RUN.code)
    event = Event(
        id=event_id(ORIGIN, one.kind, one.natural_key),
        kind=one.kind,
        occurred=one.occurred,
        recorded_at=stamp,
        actor=SERVICE,
        run=run,
        subject=one.subject,
        used=one.used,
        causes=(cause,) if cause else (),
        data=one.data,
    )
    return line_of(event)


_REFERENCES = [
    (b'"%s"' % reference(n).ref.encode(), b'"%s"' % (reference(n).sha256 or "").encode()) for n in range(ARTEFACTS)
]


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def noon() -> datetime:
    """A fixed day's noon, so that the trail is the same every time (its key aside)."""
    return datetime(2026, 3, 2, 12, tzinfo=UTC)
