"""Reading the trail as events, and appending to it in a lane of one's own.

Each attempt of a flow run writes its own lane, so writers never contend: one PUT a batch, and the key's number
is its lock. What a run reads is the trail as it was when the run opened it, and what it appended itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from study.errors import IdConflict, StudyError
from study.event import Actor, Cause, Event, Fact, Run, in_fold_order, instant
from study.identifiers import digest, event_id
from study.kinds import checked_data
from study.objects import AlreadyStored, ImmutableStore, NotStored, StoreUnavailable
from trail.act import signed_act, signing_actor
from trail.batch import LANE, Place, batch_body
from trail.canonical import parsed
from trail.line import event_of, line_of
from trail.merkle import leaf_hash
from trail.reading import Recorded, read_lanes
from trail.seal import last_sealed_at
from trail.signer import Signer

SILENCE = timedelta(hours=1)
RESTAMP = timedelta(minutes=5)
CLOCK_SLACK = timedelta(minutes=15)
RELOOK = timedelta(minutes=5)
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class _Pending:
    """A batch put, its outcome not known: what it holds, where it went, when it was stamped."""

    drafts: tuple[Event, ...]
    place: Place
    body: bytes
    recorded: tuple[Recorded, ...]
    stamped: datetime


class Trail:
    """One run's view of the trail, and its lane."""

    def __init__(
        self,
        store: ImmutableStore,
        origin: str,
        actor: Actor,
        run: Run,
        now: Callable[[], datetime],
        forbidden: Callable[[str], str | None],
        sign: Signer | None = None,
    ) -> None:
        self.origin = origin
        self.actor = signing_actor(actor, sign) if sign else actor
        self.run = run
        self.unread: tuple[str, ...] = ()
        self._store = store
        self._now = now
        self._forbidden = forbidden
        self._sign = sign
        self._lane = run.lane
        self._named_on = instant(now())[:10]
        self._day = ""
        self._seq = 0
        self._prev: str | None = None
        self._taken_over: str | None = None
        self._last_put: datetime | None = None
        self._sealed_at: str | None = None
        self._looked_at: datetime | None = None
        self._pending: _Pending | None = None
        self._closed = False
        self._events: list[Event] = []
        self._known: dict[str, Recorded] = {}
        self._folded: list[Event] | None = None

    @classmethod
    def open(
        cls,
        store: ImmutableStore,
        *,
        study: str,
        actor: Actor,
        run: Run,
        now: Callable[[], datetime],
        forbidden: Callable[[str], str | None],
        sign: Signer | None = None,
    ) -> Trail:
        """Read the trail at `store` whose origin is `study`, ready to append as `actor` in `run`.

        `now` gives the real UTC time at every PUT; `forbidden` is the never-list: a line to a reason for refusing
        it, or None; `sign` signs what `actor`, a person, does. `unread` names objects that are no part of this
        trail: verification says more of them.
        """
        trail = cls(store, study, actor, run, now, forbidden, sign)
        if not LANE.fullmatch(run.lane):
            raise StudyError(f"{run.lane!r} cannot name a lane", remedy="Use letters, digits and - in the run's id.")
        reading = read_lanes(store, study)
        trail.unread = reading.unread
        trail._add(reading.recorded)
        if any(lane == run.lane for lane in reading.lanes):
            trail._leave(None if run.lane in reading.closed else run.lane)
        elif now().astimezone(UTC).hour == 0:
            trail._leave(None)
        trail._look_at_seals()
        return trail

    @property
    def lane(self) -> str:
        """The lane that the next batch goes to."""
        return self._lane

    @property
    def event_count(self) -> int:
        """How many distinct events the trail holds, corrected ones among them."""
        return len(self._known)

    def append(self, facts: Iterable[Fact]) -> list[Event]:
        """Record facts in one PUT and return their events, in the same order.

        A fact already in the trail as the same act is not written again: its first event is returned. IdConflict
        for another act under the same id; StudyError for a line that may not be written, and then nothing is;
        StoreUnavailable when the outcome is unknown: `flush` or the next `append` puts the batch again.
        """
        if self._closed:
            raise RuntimeError("this lane is closed")
        self.flush()
        drafts = [self._draft(fact) for fact in facts]
        new: dict[str, Event] = {}
        for draft in drafts:
            known = self._known[draft.id].event if draft.id in self._known else new.setdefault(draft.id, draft)
            if not known.same_act(draft):
                raise IdConflict(
                    f"the act {draft.id} of kind {draft.kind} is already in the trail with other content",
                    remedy="Correct the record that changed, or record a correction.",
                )
        if new:
            self._put(tuple(new.values()))
        return [self._known[draft.id].event for draft in drafts]

    def flush(self) -> None:
        """Put again a batch whose outcome is unknown.

        The same bytes go to the same key; a batch that had not arrived after five minutes gets a fresh stamp.
        """
        pending = self._pending
        if pending is None:
            return
        self._look_at_seals()
        self._check_clock()
        if self._now() - pending.stamped > RESTAMP and not self._is_stored(pending.place.key):
            self._rotate()
            self._settle(self._batch(pending.drafts))
        else:
            self._settle(pending)

    def close(self, reason: str = "completed") -> None:
        """Record the end of this lane if it holds events; afterwards nothing can be appended."""
        if self._closed:
            return
        self.flush()
        if self._seq:
            self._rotate()
            self.append([self._closing(self._lane, reason, instant(self._now()))])
        self._closed = True

    def events(
        self,
        kinds: Iterable[str] | None = None,
        subject: str | None = None,
        known_at: str | datetime | None = None,
    ) -> list[Event]:
        """The trail's events, one an id, corrections applied, in fold order.

        `kinds` keeps those kinds, `subject` (`type:id`) what is about it, `known_at` what was recorded by then.
        """
        wanted = None if kinds is None else set(kinds)
        moment = instant(known_at) if isinstance(known_at, datetime) else known_at
        return [
            event
            for event in (self._fold() if moment is None else in_fold_order(self._events, known_at=moment))
            if (wanted is None or event.kind in wanted)
            and (subject is None or any(f"{s.type}:{s.id}" == subject for s in event.subject))
        ]

    def recorded(self) -> list[Event]:
        """Every event as it was recorded, one an id, those that corrections took out among them."""
        return [one.event for one in self._known.values()]

    def _fold(self) -> list[Event]:
        if self._folded is None:
            self._folded = in_fold_order(self._events)
        return self._folded

    def _add(self, recorded: Iterable[Recorded]) -> None:
        for one in recorded:
            self._events.append(one.event)
            self._known.setdefault(one.event.id, one)
        self._folded = None

    def _draft(self, fact: Fact) -> Event:
        """The event a fact would be, without time and causes, its data as the kind's schema spells it."""
        return Event(
            id=event_id(self.origin, fact.kind, fact.natural_key),
            kind=fact.kind,
            occurred=fact.occurred,
            recorded_at="",
            actor=self.actor,
            run=self.run,
            subject=fact.subject,
            used=fact.used,
            generated=fact.generated,
            causes=tuple(Cause(id, "") for id in fact.causes),
            data=checked_data(fact.kind, fact.data),
        )

    def _put(self, drafts: Sequence[Event]) -> None:
        self._rotate()
        self._settle(self._batch(drafts))

    def _rotate(self) -> None:
        """Leave a lane that was silent for over an hour."""
        if self._seq and self._last_put and self._now() - self._last_put > SILENCE:
            self._leave(self._lane)

    def _batch(self, drafts: Sequence[Event]) -> _Pending:
        """The next object of the lane, stamped now; in a new lane the line that the old one was left comes first."""
        moment = self._now()
        stamp = instant(moment)
        self._check_clock()
        if not self._seq and stamp[:10] != self._named_on:
            self._leave(self._taken_over)
        left = [] if self._taken_over is None else [self._draft(self._closing(self._taken_over, "taken_over", stamp))]
        recorded: dict[str, Recorded] = {}
        for draft in (*left, *drafts):
            causes = tuple(Cause(c.id, self._leaf(c.id, draft.kind, recorded)) for c in draft.causes)
            event = replace(draft, recorded_at=stamp, causes=causes)
            line = line_of(event)
            reason = self._forbidden(line.decode())
            if reason:
                raise StudyError(
                    f"an event of kind {draft.kind} was stopped before it entered the trail: {reason}",
                    remedy="Nothing of its batch was written; give the thing an id that says nothing about a person.",
                )
            line = line_of(signed_act(event, self._sign)) if self._sign else line
            recorded[draft.id] = Recorded(event_of(parsed(line)), line, leaf_hash(line).hex())
        place = Place(self._day or stamp[:10], self._lane, self._seq)
        body = batch_body(self.origin, place, self._prev, [one.line for one in recorded.values()])
        return _Pending(tuple(drafts), place, body, tuple(recorded.values()), moment)

    def _settle(self, pending: _Pending) -> None:
        """Put the batch; where another's object has its key, put it in a new lane instead."""
        for _ in range(_ATTEMPTS):
            self._pending = pending
            try:
                self._store.put_new(pending.place.key, pending.body)
            except AlreadyStored:
                if self._store.get(pending.place.key) != pending.body:
                    self._leave(self._lane)
                    pending = self._batch(pending.drafts)
                    continue
            self._day, self._prev = pending.place.day, digest(pending.body)
            self._seq += 1
            self._last_put = pending.stamped
            self._taken_over = None
            self._pending = None
            self._add(pending.recorded)
            return
        raise StoreUnavailable(f"{self._store.place}: every new lane was already taken. Look at that place.")

    def _leave(self, left: str | None) -> None:
        """Go on in a new lane; `left` is the lane whose leaving is recorded there.

        Also at a day's turn: only under one day does the key of a lane's first object keep out another process that
        runs the same attempt, and one that opens in a day's first hour may not see yet what another wrote before.
        """
        self._taken_over, self._named_on = left, instant(self._now())[:10]
        self._lane = f"{self.run.lane}-{secrets.token_hex(4)}"
        self._day, self._seq, self._prev = "", 0, None

    def _closing(self, lane: str, reason: str, stamp: str) -> Fact:
        return Fact("run.closed", stamp, data={"lane": lane, "reason": reason})

    def _leaf(self, cause: str, kind: str, batch: dict[str, Recorded]) -> str:
        known = batch.get(cause) or self._known.get(cause)
        if known is None:
            raise StudyError(
                f"an event of kind {kind} rests on {cause}, which is not in the trail",
                remedy="This is a fault in fieldtrail, not in the study: please report it.",
            )
        return known.leaf

    def _is_stored(self, key: str) -> bool:
        try:
            self._store.get(key)
        except NotStored:
            return False
        return True

    def _look_at_seals(self) -> None:
        """Learn when the trail was last sealed: a clock behind that is wrong."""
        self._sealed_at, self._looked_at = last_sealed_at(self._store, self.origin), self._now()

    def _check_clock(self) -> None:
        """StudyError when the clock is behind the last seal by more than the slack.

        Looks at the seals again whenever the clock has moved on, or back: it may be set while a long run goes on.
        """
        moment = self._now()
        if self._looked_at is None or abs(moment - self._looked_at) > RELOOK:
            self._look_at_seals()
        if self._sealed_at and moment + CLOCK_SLACK < datetime.fromisoformat(self._sealed_at):
            raise StudyError(
                f"this machine's clock says {instant(moment)}, but the trail was last sealed at {self._sealed_at}",
                where=self._store.place,
                remedy="Set the clock right, then run again; nothing was recorded.",
            )
