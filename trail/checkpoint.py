"""Signed checkpoints, and the newest seal they vouch for."""

from __future__ import annotations

from study.errors import StudyError
from study.identifiers import digest
from study.objects import AlreadyStored, ImmutableStore, NotStored
from trail.batch import Malformed, Place, read_batch
from trail.merkle import Frontier, leaf_hash
from trail.note import checkpoint_text
from trail.seal import Overtaken, Seal, last_seal_number, read_seal, seal_key
from trail.signer import Signer, public_half, signed_note


def sign(store: ImmutableStore, signer: Signer, seal: Seal) -> None:
    """Write the checkpoint over the tree after `seal`; one already there must say the same."""
    note = signed_note(signer, checkpoint_text(seal.origin, seal.tree.size, seal.tree.root))
    try:
        store.put_new(seal.checkpoint_key, note)
    except AlreadyStored:
        _vouched(store, signer, seal, store.get(seal.checkpoint_key))


def newest(store: ImmutableStore, signer: Signer) -> tuple[Seal | None, bool]:
    """The newest seal, and whether its checkpoint had to be written now.

    StudyError when it is not what its checkpoint says, or a later seal shows that one before it is missing;
    Overtaken when another sealer adds one meanwhile. A seal without a checkpoint is computed anew from the one
    before it and the lanes before it is signed.
    """
    number = last_seal_number(store)
    following = seal_key(0 if number is None else number + 1)
    later = [stored.key for stored in store.list(following.removesuffix(".jsonl")[:-1]) if stored.key >= following]
    if following in later:
        raise Overtaken
    _require(store, not later, following)
    if number is None:
        return None, False
    seal = _read(store, signer, number)
    try:
        note = store.get(seal.checkpoint_key)
    except NotStored:
        _prove(store, signer, seal)
        sign(store, signer, seal)
        return seal, True
    _vouched(store, signer, seal, note)
    return seal, False


def _read(store: ImmutableStore, signer: Signer, number: int) -> Seal:
    key = seal_key(number)
    try:
        return read_seal(public_half(signer).name, number, store.get(key))
    except (Malformed, NotStored):
        raise _broken(store, key) from None


def _vouched(store: ImmutableStore, signer: Signer, seal: Seal, note: bytes) -> None:
    text = checkpoint_text(seal.origin, seal.tree.size, seal.tree.root)
    _require(store, public_half(signer).verifies(note) == text, seal.checkpoint_key)


def _prove(store: ImmutableStore, signer: Signer, seal: Seal) -> None:
    """Compute the tree after `seal` from the signed one before it and the objects its rows name."""
    tree = Frontier()
    if seal.seq:
        previous = _read(store, signer, seal.seq - 1)
        try:
            note = store.get(previous.checkpoint_key)
        except NotStored:
            raise _broken(store, previous.checkpoint_key) from None
        _vouched(store, signer, previous, note)
        _require(store, seal.prev == previous.digest and seal.first == previous.tree.size, seal.key)
        tree = previous.tree
    for row in seal.rows:
        place = Place.of(row.key)
        if row.rejected is not None:
            continue
        try:
            body = store.get(row.key, row.version_id or None)
            _require(store, place is not None and digest(body) == row.sha256, row.key)
            lines = read_batch(seal.origin, place, body).lines if place else ()
        except (Malformed, NotStored):
            raise _broken(store, row.key) from None
        _require(store, len(lines) == row.n and tree.size == row.first, seal.key)
        tree = tree.grown(leaf_hash(line) for line in lines)
    _require(store, tree.grown([seal.leaf]) == seal.tree, seal.key)


def _require(store: ImmutableStore, holds: bool, key: str) -> None:
    if not holds:
        raise _broken(store, key)


def _broken(store: ImmutableStore, key: str) -> StudyError:
    return StudyError(
        "the trail does not hold together here, so it was not sealed",
        where=f"{store.place}/{key}",
        remedy="Run `fieldtrail trail verify`; restore that object from a copy of the trail.",
    )
