"""A proof that one event is in the trail: its line, its RFC 6962 audit path, and a signed checkpoint that it leads to.

Whoever holds the trail's public key checks it alone; docs/audit-trail.md says how.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from study.errors import StudyError
from study.objects import ImmutableStore, NotStored
from trail.batch import PREFIX as LANES
from trail.canonical import NotCanonical, canonical, parsed
from trail.cosignature import PREFIX as COSIGNATURES
from trail.leaves import Missing, seal_number, sealed_lines, unsound
from trail.merkle import Frontier, Span, inclusion_proof, leaf_hash, root_of_path
from trail.note import checkpoint_text
from trail.seal import PREFIX as SEALS
from trail.seal import Seal, seal_key

VERSION = 1
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COSIGNATURE = re.compile(rf"{COSIGNATURES}([0-9]{{12}})\.\S+")


@dataclass(frozen=True, slots=True)
class _Found:
    """An event's line, the tree before it, the leaves after it up to the end of a seal."""

    line: bytes
    before: Frontier
    after: Span
    seal: Seal


def origin_at(store: ImmutableStore) -> str:
    """The origin that the newest seal names; StudyError where there is no seal."""
    keys = [stored.key for stored in store.list(SEALS)]
    if not keys:
        raise StudyError(
            "no seal is here, so nothing can be proved",
            where=store.place,
            remedy="Give the trail's own folder, or seal it first.",
        )
    try:
        return str(json.loads(store.get(keys[-1]).split(b"\n", 1)[0])["log"])
    except (ValueError, KeyError, TypeError):
        raise unsound(store, keys[-1]) from None


def prove(store: ImmutableStore, origin: str, event_id: str) -> bytes:
    """The proof of an event: one line of canonical JSON, found in one pass over the trail.

    It leads to the newest checkpoint that is cosigned and covers the event, else to the newest; where an object was
    removed and its removal is on record, to one before that. StudyError when there is no such event, when it is not
    sealed yet, or when an object read on the way is not as it was sealed.
    """
    if not _ID.fullmatch(event_id):
        raise StudyError(f"{event_id!r} is no event's id", remedy="An id has 32 hex digits and four dashes.")
    count = _signed_seals(store)
    sealed: set[str] = set()
    seals = _seals(store, origin, count, sealed)
    found = _search(store, seals, event_id)
    if found is None:
        raise _missing(store, sealed, event_id)
    return _written(store, _followed(store, seals, found, _cosigned_sizes(store)))


def _signed_seals(store: ImmutableStore) -> int:
    """How many seals there are; one that a sealer has not signed yet is not counted."""
    keys = [stored.key for stored in store.list(SEALS)]
    for number, key in enumerate(keys):
        if key != seal_key(number):
            raise unsound(store, seal_key(number))
    names = (stored.key.rpartition("/")[2] for stored in store.list("checkpoints/"))
    signed = {int(name) for name in names if name.isdecimal()}
    size = _size_after(store, keys[-1]) if keys else 0
    if max(signed, default=0) > size:
        raise unsound(store, seal_key(len(keys)))
    return len(keys) if size in signed else max(0, len(keys) - 1)


def _size_after(store: ImmutableStore, key: str) -> int:
    """The tree's size that a seal states in its last line."""
    try:
        return int(json.loads(store.get(key).rstrip(b"\n").rpartition(b"\n")[2])["size"])
    except (NotStored, ValueError, KeyError, TypeError):
        raise unsound(store, key) from None


def _seals(store: ImmutableStore, origin: str, count: int, keys: set[str]) -> Iterator[Seal]:
    """Every seal in order, each continuing the one before; the keys they name gather in `keys`."""
    prev, size = None, 0
    for number in range(count):
        seal = seal_number(store, origin, number)
        if (seal.prev, seal.first) != (prev, size):
            raise unsound(store, seal.key)
        prev, size = seal.digest, seal.tree.size
        keys.update(row.key for row in seal.rows)
        yield seal


def _search(store: ImmutableStore, seals: Iterator[Seal], event_id: str) -> _Found | None:
    """The first line with that id, and the leaves of its seal after it."""
    tree = Frontier()
    for seal in seals:
        lines, hit = sealed_lines(store, seal), list[bytes]()
        try:
            tree = tree.grown(_leaves_until(lines, event_id, hit))
            if hit:
                start = tree.size + 1
                after = Span(start, start).grown(chain(map(leaf_hash, lines), [seal.leaf]))
                return _Found(hit[0], tree, after, seal)
            tree = tree.grown([seal.leaf])
        except Missing as gone:
            _require_removed(store, gone)
            tree = seal.tree
        if tree != seal.tree:
            raise unsound(store, seal.key)
    return None


def _leaves_until(lines: Iterator[bytes], event_id: str, hit: list[bytes]) -> Iterator[bytes]:
    """The leaf hashes before the line with that id; the line itself goes to `hit`."""
    for line in lines:
        if _is(line, event_id):
            hit.append(line)
            return
        yield leaf_hash(line)


def _followed(store: ImmutableStore, seals: Iterator[Seal], found: _Found, cosigned: set[int]) -> _Found:
    """What was found, up to the newest cosigned checkpoint after it, else to the newest that can be reached."""
    vouched = found if found.seal.tree.size in cosigned else None
    while found.seal.tree.size < max(cosigned, default=found.seal.tree.size + 1):
        seal = next(seals, None)
        if seal is None:
            break
        try:
            leaves = chain(map(leaf_hash, sealed_lines(store, seal)), [seal.leaf])
            found = replace(found, after=found.after.grown(leaves), seal=seal)
        except Missing as gone:
            _require_removed(store, gone)
            break
        vouched = found if seal.tree.size in cosigned else vouched
    return vouched or found


def _require_removed(store: ImmutableStore, gone: Missing) -> None:
    """Raise the fault again unless an event says that this object was removed."""
    for stored in store.list(LANES):
        for line in store.get(stored.key).split(b"\n"):
            if b'"kind":"erasure.executed"' in line and gone.key.encode() in line:
                return
    raise gone


def _written(store: ImmutableStore, found: _Found) -> bytes:
    """The proof, checked before it is given away."""
    seal, leaf, index = found.seal, leaf_hash(found.line), found.before.size
    path = inclusion_proof(found.before, leaf, found.after)
    if root_of_path(leaf, index, seal.tree.size, path) != seal.tree.root:
        raise unsound(store, seal.key)
    try:
        note = store.get(seal.checkpoint_key)
    except NotStored:
        raise unsound(store, seal.checkpoint_key) from None
    if not note.startswith(f"{checkpoint_text(seal.origin, seal.tree.size, seal.tree.root)}\n— ".encode()):
        raise unsound(store, seal.checkpoint_key)
    proof = {
        "v": VERSION,
        "event": found.line.decode(),
        "index": index,
        "size": seal.tree.size,
        "path": [node.hex() for node in path],
        "checkpoint": note.decode(),
        "cosignatures": _cosignatures(store, seal.tree.size),
    }
    return canonical(proof) + b"\n"


def _cosigned_sizes(store: ImmutableStore) -> set[int]:
    matches = (_COSIGNATURE.fullmatch(stored.key) for stored in store.list(COSIGNATURES))
    return {int(match[1]) for match in matches if match}


def _cosignatures(store: ImmutableStore, size: int) -> list[str]:
    """The signature lines on the checkpoint of that size; what is no such line is left out."""
    bodies = (store.get(s.key).decode(errors="replace") for s in store.list(f"{COSIGNATURES}{size:012d}."))
    return [body.rstrip("\n") for body in bodies if body.startswith("— ") and body.count("\n") == 1]


def _missing(store: ImmutableStore, sealed: set[str], event_id: str) -> StudyError:
    """Why an event that was found under no seal cannot be proved."""
    for stored in store.list(LANES):
        if any(_is(line, event_id) for line in store.get(stored.key).split(b"\n")):
            what = "is recorded but not sealed yet"
            remedy = "Seal the trail, then prove it."
            if stored.key in sealed:
                what = "cannot be proved any more: an object that was closed with it has been removed"
                remedy = "Verify the whole trail instead."
            return StudyError(f"the event {event_id} {what}", where=store.place, remedy=remedy)
    return StudyError(f"the trail holds no event {event_id}", where=store.place, remedy="Look at the id again.")


def _is(line: bytes, event_id: str) -> bool:
    if f'"id":"{event_id}"'.encode() not in line:
        return False
    try:
        return parsed(line).get("id") == event_id
    except NotCanonical:
        return False
