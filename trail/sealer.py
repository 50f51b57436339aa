"""Sealing: admit what lanes hold since the last seal, grow the tree, sign a checkpoint over it.

Each step can be run again after a crash between any two: a seal without its checkpoint is proved anew and signed
first, and of sealers at once one wins each number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from study.errors import StudyError
from study.event import Fact, instant
from study.identifiers import digest
from study.objects import AlreadyStored, ImmutableStore, Stored
from trail.batch import PREFIX as LANES
from trail.batch import Batch, Malformed, Place
from trail.checkpoint import newest, sign
from trail.history import History, whole_history
from trail.merkle import leaf_hash
from trail.reading import admitted
from trail.seal import OpenLane, Overtaken, Row, Seal, new_seal
from trail.signer import Signer, public_half, signer_of

SKEW = timedelta(minutes=15)
SILENCE = timedelta(hours=24)
_ATTEMPTS = 8

Record = Callable[[Sequence[Fact]], object]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealing did: the newest seal, what it admitted and rejected, lanes closed for their silence.

    `looked_at` counts the objects listed: those of a few days, or by a heartbeat all that there are.
    """

    seq: int
    size: int
    root: str
    sealed_at: str
    objects: int
    events: int
    rejected: int
    late: int
    silent: int
    looked_at: int
    heartbeat: bool


@dataclass(slots=True)
class _Harvest:
    """What one pass over the lanes admits."""

    lanes: dict[str, OpenLane]
    rows: list[Row] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)  # lanes of which objects lie under another day too


def seal(
    store: ImmutableStore,
    *,
    origin: str,
    key: Signer | str,
    now: Callable[[], datetime],
    record: Record | None = None,
    heartbeat: bool = False,
) -> Sealed | None:
    """Seal what is new at `store`; None, and nothing written, when nothing is and no heartbeat is due.

    `key` is the trail's signer or its private key's text; `record` appends facts through the sealer's own lane
    (silent lanes are closed with it). A heartbeat is due when the last seal is of an earlier UTC day, and looks at
    every object. StudyError when the newest seal is not what its checkpoint and the lanes say, or the clock is behind
    it.
    """
    signer = signer_of(key)
    if public_half(signer).name != origin:
        raise StudyError("this key is for another trail", where="trail.key", remedy="Use the key of this study.")
    for _ in range(_ATTEMPTS):
        with suppress(Overtaken, AlreadyStored):
            return _pass(store, signer, now, record, heartbeat)
    raise StudyError("another sealer keeps sealing this trail", where=store.place, remedy="Run one sealer only.")


def _pass(
    store: ImmutableStore, signer: Signer, now: Callable[[], datetime], record: Record | None, heartbeat: bool
) -> Sealed | None:
    """One look at the trail, and the seal that comes of it; AlreadyStored or Overtaken when another came first."""
    last, mended = newest(store, signer)
    due = heartbeat or (last is not None and last.sealed_at[:10] < instant(now())[:10])
    history = whole_history(store, last) if due or last is None else None
    silent = _close_silent(store, last, now(), record)
    listed = _listed(store, last, now(), everything=history is not None)
    sealed_at = _sealing_time(store, last, now())
    origin = public_half(signer).name
    harvest = _harvest(store, origin, last, history, listed, sealed_at)
    if not harvest.rows and not due:
        return _summary(last, harvest, silent, len(listed), heartbeat=due) if mended and last else None
    made = new_seal(origin, last, sealed_at, _kept(harvest, sealed_at), tuple(harvest.rows), harvest.leaves)
    store.put_new(made.key, made.body)
    sign(store, signer, made)
    return _summary(made, harvest, silent, len(listed), heartbeat=due)


def _harvest(
    store: ImmutableStore,
    origin: str,
    last: Seal | None,
    history: History | None,
    listed: Iterable[Stored],
    sealed_at: str,
) -> _Harvest:
    """Admit or reject each unsealed object that continues its lane, in key order."""
    harvest = _Harvest(dict(last.open) if last else {})
    first = last.tree.size if last else 0
    for stored in listed:
        place = Place.of(stored.key)
        if place and place.lane in harvest.lanes and harvest.lanes[place.lane].day != place.day:
            harvest.doubled.add(place.lane)
        if history and stored.key in history.keys:
            continue
        known = place and (harvest.lanes.get(place.lane) or (history and history.lanes.get(place.lane)) or None)
        lane = known or (OpenLane(place.day, 0, None) if place else None)
        if place is None or lane is None or lane.day != place.day:
            if history:
                harvest.rows.append(Row(stored.key, rejected="foreign" if place is None else "day"))
            continue
        if place.seq != lane.next or not (known or history or place.day >= _day_before(sealed_at)):
            continue
        body = store.get(stored.key, stored.version_id or None)
        late = known is not None and place.lane not in harvest.lanes
        try:
            batch = admitted(origin, place, body, lane.prev)
        except Malformed as error:
            harvest.rows.append(Row(stored.key, rejected=error.reason))
        else:
            harvest.rows.append(_row(stored, batch, body, first + len(harvest.leaves), late))
            harvest.leaves += [leaf_hash(line) for line in batch.lines]
            harvest.closed.update(_closings(batch))
        harvest.lanes[place.lane] = OpenLane(lane.day, lane.next + 1, digest(body), lane.closed or late)
    return harvest


def _row(stored: Stored, batch: Batch, body: bytes, first: int, late: bool) -> Row:
    skew = datetime.fromisoformat(batch.recorded_at) - stored.stored_at
    return Row(
        stored.key,
        version_id=stored.version_id,
        sha256=digest(body),
        bytes=len(body),
        first=first,
        n=len(batch.lines),
        stored_at=instant(stored.stored_at),
        skew_s=round(skew.total_seconds()) if abs(skew) > SKEW else None,
        late=late,
    )


def _closings(batch: Batch) -> Iterable[str]:
    """The lanes that lines of this object say are closed."""
    for fields in batch.fields:
        if fields["kind"] == "run.closed" and isinstance(fields["data"], dict):
            yield str(fields["data"].get("lane"))


def _kept(harvest: _Harvest, sealed_at: str) -> dict[str, OpenLane]:
    """The lanes the next seal must know: those not closed, and closed ones of which it will list objects again."""
    lanes = {
        name: replace(lane, closed=True) if name in harvest.closed else lane for name, lane in harvest.lanes.items()
    }
    return {
        name: lane
        for name, lane in lanes.items()
        if not lane.closed or name in harvest.doubled or lane.day >= _day_before(sealed_at)
    }


def _listed(store: ImmutableStore, last: Seal | None, now: datetime, *, everything: bool) -> list[Stored]:
    """The objects a pass looks at, in key order: of today, yesterday and the days of open lanes, or all of them.

    Of a key with several versions the first: the one whose writer was told that it is stored.
    """
    today = instant(now)[:10]
    days = {today, _day_before(today), *(lane.day for lane in (last.open.values() if last else ()))}
    prefixes = [LANES] if everything else [f"{LANES}{day}/" for day in sorted(days)]
    first: dict[str, Stored] = {}
    for prefix in prefixes:
        for stored in store.list_versions(prefix):
            first.setdefault(stored.key, stored)
    return [first[key] for key in sorted(first)]


def _close_silent(store: ImmutableStore, last: Seal | None, now: datetime, record: Record | None) -> int:
    """Record the end of each open lane whose last object was stored more than 24 hours ago and is sealed."""
    silent: list[Fact] = []
    for name, lane in sorted(last.open.items()) if last and record else ():
        if lane.closed or lane.day >= instant(now)[:10]:
            continue
        objects = list(store.list(f"{LANES}{lane.day}/{name}/"))
        if len(objects) == lane.next and all(now - stored.stored_at > SILENCE for stored in objects):
            silent.append(Fact("run.closed", instant(now), data={"lane": name, "reason": "silent"}))
    if silent and record:
        record(silent)
    return len(silent)


def _sealing_time(store: ImmutableStore, last: Seal | None, now: datetime) -> str:
    """Now, or the last seal's time while the clock is behind it by less than the slack; StudyError beyond."""
    if last and now + SKEW < datetime.fromisoformat(last.sealed_at):
        raise StudyError(
            f"this machine's clock says {instant(now)}, but the trail was last sealed at {last.sealed_at}",
            where=store.place,
            remedy="Set the clock right, then seal again.",
        )
    return max(instant(now), last.sealed_at) if last else instant(now)


def _summary(made: Seal, harvest: _Harvest, silent: int, looked_at: int, *, heartbeat: bool) -> Sealed:
    return Sealed(
        seq=made.seq,
        size=made.tree.size,
        root=made.tree.root.hex(),
        sealed_at=made.sealed_at,
        objects=sum(row.rejected is None for row in harvest.rows),
        events=len(harvest.leaves),
        rejected=sum(row.rejected is not None for row in harvest.rows),
        late=sum(row.late for row in harvest.rows),
        silent=silent,
        looked_at=looked_at,
        heartbeat=heartbeat,
    )


def _day_before(moment: str) -> str:
    return (date.fromisoformat(moment[:10]) - timedelta(days=1)).isoformat()
