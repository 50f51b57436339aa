"""What the sealer asks a countersigner after a checkpoint, and what of its answers it puts into the trail.

Every step can be run again: what is not cosigned yet is asked for by the next sealing, with the proof from what the
countersigner last vouched for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from study.errors import StudyError
from study.objects import AlreadyStored, FolderStore, ImmutableStore, NotStored
from trail.cosignature import PREFIX, cosignature_key, cosigned_at
from trail.growth import Memory, grown_since
from trail.leaves import newest_seal, seal_number
from trail.note import Kind, PublicKey, read_checkpoint
from trail.seal import Seal

_ALARMS = (403, 422)  # signed with another key than the trail's; no growth of what was vouched for
_LOOK_BACK = 8  # seals looked at for the last cosignature before all cosignatures are listed


class Unreachable(Exception):
    """A countersigner does not answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A checkpoint to cosign, grown from the one of size `old`; `body` as C2SP tlog-witness's add-checkpoint."""

    origin: str
    old: int
    size: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A countersigner's answer about the checkpoint of that size: an HTTP status and its body."""

    size: int
    status: int
    body: str


class Transport(Protocol):
    """How one countersigner is reached."""

    def waiting(self, origin: str) -> Iterable[Reply]:
        """Answers to earlier questions that have come since, oldest first; none where they come at once."""
        ...

    def ask(self, question: Question) -> Reply | None:
        """The answer, or None when it will come later; Unreachable when the countersigner does not answer."""
        ...

    def done(self, origin: str, reply: Reply) -> None:
        """The answer is in the trail, or was said: it need not be kept any longer."""
        ...


@dataclass(frozen=True, slots=True)
class Vouched:
    """How it stands with one countersigner: whether the newest checkpoint (of `size`) is cosigned, and what to say.

    `alarm` when it saw what this trail does not hold, or refused what this trail became; not when it does not know
    the trail yet, or answers nonsense.
    """

    name: str
    size: int
    cosigned: bool
    said: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an answer comes to: the size the countersigner stands at now, or why it does not count."""

    stands_at: int | None = None
    cosigned: bool = False
    refusal: str = ""
    alarm: bool = False


def ask_countersigner(
    store: ImmutableStore, origin: str, vkey: str, transport: Transport, memory: FolderStore | None = None
) -> Vouched:
    """Have the newest checkpoint cosigned; a countersigner that is away or refuses is said, never raised.

    `memory` is a place of the sealer's own for how far the proof is computed. StoreUnavailable when the trail's store
    does not answer.
    """
    key = PublicKey.read(vkey, Kind.COUNTERSIGNER, "a countersigner's public key")
    kept = Memory(memory, key.name)
    try:
        last = newest_seal(store, origin)
        if last is None or _found(store, last.checkpoint_key) is None:
            return Vouched(key.name, 0, False, f"{key.name} has nothing to cosign yet.")
        before = _collected(store, key, transport, origin)
        if _cosigned(store, key, last):
            kept.start_over(last)
            said = _said(key, last, "cosigned", before.refusal)
            return Vouched(key.name, last.tree.size, True, said, before.alarm)
        if before.stands_at is None:
            before = replace(before, stands_at=_last_cosigned(store, last, key.name, kept))
        return _asked(store, last, key, transport, kept, before)
    except StudyError as error:
        return Vouched(key.name, 0, False, f"{key.name} could not be asked: {error}", alarm=True)


def _collected(store: ImmutableStore, key: PublicKey, transport: Transport, origin: str) -> _Taken:
    """Take the answers that have come since: where the countersigner stands, and what it refused last."""
    before = _Taken()
    with suppress(Unreachable):  # said when it is asked
        for reply in transport.waiting(origin):
            taken = _taken(store, key, origin, reply)
            before = taken if taken.stands_at is not None else replace(taken, stands_at=before.stands_at)
            transport.done(origin, reply)
    return before


def _asked(
    store: ImmutableStore,
    last: Seal,
    key: PublicKey,
    transport: Transport,
    kept: Memory,
    before: _Taken,
) -> Vouched:
    """Ask, and ask again from where the countersigner says it stands."""
    size, stands_at, taken = last.tree.size, before.stands_at or 0, _Taken()

    def stands(what: str, *, alarm: bool) -> Vouched:
        return Vouched(key.name, size, False, _said(key, last, what, before.refusal), alarm or before.alarm)

    for _ in range(3):
        proof = grown_since(store, last, stands_at, kept) if stands_at <= size else None
        if proof is None:
            return stands(f"vouched for {stands_at} entries, which this trail never had: verify it at once", alarm=True)
        try:
            reply = transport.ask(Question(last.origin, stands_at, size, _body(store, last, stands_at, proof)))
            if reply is None:
                return stands("is asked, no answer yet", alarm=False)
            taken = _taken(store, key, last.origin, reply)
            transport.done(last.origin, reply)
        except Unreachable as error:
            return stands(f"did not answer and is asked again by the next closing ({error})", alarm=False)
        if taken.cosigned:
            kept.start_over(last)
            return Vouched(key.name, size, True, _said(key, last, "cosigned", ""))
        if taken.refusal or taken.stands_at in (None, stands_at):
            break
        stands_at = taken.stands_at or 0
    return stands(taken.refusal or "keeps asking for another proof", alarm=taken.alarm)


def _taken(store: ImmutableStore, key: PublicKey, origin: str, reply: Reply) -> _Taken:
    """Check an answer, and put its cosignature into the trail."""
    if reply.status == 409 and reply.body.strip().isdecimal():
        return _Taken(int(reply.body))
    if reply.status != 200:
        words = " ".join("".join(c for c in reply.body[:200] if c.isprintable() or c.isspace()).split())
        alarm = reply.status in _ALARMS
        return _Taken(refusal=f"refused {reply.size} entries ({reply.status}: {words})", alarm=alarm)
    text = _checkpoint(store, origin, reply.size)
    line = next((line for line in reply.body.splitlines() if text and cosigned_at(key, line, text) is not None), None)
    if text is None or line is None:
        return _Taken(refusal=f"answered with no cosignature of its key on {reply.size} entries")
    place = cosignature_key(reply.size, key.name)
    try:
        store.put_new(place, f"{line}\n".encode())
    except AlreadyStored:
        if not _holds(store, key, place, text):
            what = f"cosigned {reply.size} entries, but something else lies at {store.place}/{place}"
            return _Taken(refusal=what, alarm=True)
    return _Taken(reply.size, cosigned=True)


def _body(store: ImmutableStore, last: Seal, old: int, proof: tuple[bytes, ...]) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof), "", ""]
    return "\n".join(lines).encode() + store.get(last.checkpoint_key)


def _last_cosigned(store: ImmutableStore, last: Seal, name: str, kept: Memory) -> int:
    """The size that countersigner last vouched for, as the sealer's memory or the trail itself says; 0 for never."""
    growth = kept.read()
    if growth:
        return growth.old.size
    for number in range(last.seq - 1, max(-1, last.seq - 1 - _LOOK_BACK), -1):
        size = seal_number(store, last.origin, number).tree.size
        if _found(store, cosignature_key(size, name)) is not None:
            return size
    names = (stored.key.removeprefix(PREFIX).partition(".") for stored in store.list(PREFIX))
    return max((int(size) for size, _, of in names if of == name and size.isdecimal()), default=0)


def _cosigned(store: ImmutableStore, key: PublicKey, last: Seal) -> bool:
    text = _checkpoint(store, last.origin, last.tree.size)
    return text is not None and _holds(store, key, cosignature_key(last.tree.size, key.name), text)


def _holds(store: ImmutableStore, key: PublicKey, place: str, text: str) -> bool:
    body = _found(store, place)
    return body is not None and cosigned_at(key, body.decode(errors="replace").removesuffix("\n"), text) is not None


def _checkpoint(store: ImmutableStore, origin: str, size: int) -> str | None:
    """The text of the trail's checkpoint of that size."""
    try:
        text = (_found(store, f"checkpoints/{size:012d}") or b"").decode().partition("\n\n")[0] + "\n"
        return text if read_checkpoint(text)[:2] == (origin, size) else None
    except ValueError:
        return None


def _found(store: ImmutableStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except NotStored:
        return None


def _said(key: PublicKey, last: Seal, what: str, before: str) -> str:
    """One sentence: who, what, and what it had answered before."""
    sentence = f"{key.name} cosigned {last.tree.size} entries." if what == "cosigned" else f"{key.name} {what}."
    return f"{key.name} {before}. {sentence}" if before else sentence
