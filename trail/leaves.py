"""The leaves of the tree read back from the objects that seals name, each checked against its seal."""

from __future__ import annotations

from collections.abc import Iterator

from study.errors import StudyError
from study.identifiers import digest
from study.objects import ImmutableStore, NotStored
from trail.batch import Malformed
from trail.merkle import leaf_hash
from trail.seal import Row, Seal, last_seal_number, read_seal, seal_key

_UNSOUND = "the trail does not hold together here"
_REMEDY = "Verify the trail first: `fieldtrail trail verify`."


def newest_seal(store: ImmutableStore, origin: str) -> Seal | None:
    """The newest seal, None without one; StudyError when it is none of this trail."""
    number = last_seal_number(store)
    return None if number is None else seal_number(store, origin, number)


def seal_number(store: ImmutableStore, origin: str, number: int) -> Seal:
    """The seal of that number; StudyError when it is missing or none of this trail."""
    key = seal_key(number)
    try:
        return read_seal(origin, number, store.get(key))
    except (Malformed, NotStored):
        raise unsound(store, key) from None


def seal_of_size(store: ImmutableStore, last: Seal, size: int) -> Seal | None:
    """The seal after which the tree had that size, or None: as many reads as the logarithm of how far back it is."""
    low, high, step = last.seq, last.seq, 1
    seal = last
    while seal.tree.size > size and low > 0:
        high, low, step = low, max(0, low - step), step * 2
        seal = seal_number(store, last.origin, low)
    while seal.tree.size != size and high - low > 1:
        middle = (low + high) // 2
        candidate = seal_number(store, last.origin, middle)
        if candidate.tree.size <= size:
            low, seal = middle, candidate
        else:
            high = middle
    return seal if seal.tree.size == size else None


def sealed_lines(store: ImmutableStore, seal: Seal) -> Iterator[bytes]:
    """The event lines that a seal covers, in the order of their leaves; StudyError where an object is not as sealed."""
    for row in seal.rows:
        if row.rejected is None:
            lines = _body(store, row).removesuffix(b"\n").split(b"\n")[1:]
            if len(lines) != row.n:
                raise unsound(store, row.key)
            yield from lines


def seal_leaves(store: ImmutableStore, seal: Seal) -> Iterator[bytes]:
    """The leaf hashes that a seal adds: its events', and after them its own."""
    for line in sealed_lines(store, seal):
        yield leaf_hash(line)
    yield seal.leaf


class Missing(StudyError):
    """A sealed object is not there any more: a fault, unless its removal is on record."""

    def __init__(self, store: ImmutableStore, key: str) -> None:
        self.key = key
        super().__init__(_UNSOUND, where=f"{store.place}/{key}", remedy=_REMEDY)


def unsound(store: ImmutableStore, key: str) -> StudyError:
    """What is said when an object is missing or not as it was sealed."""
    return StudyError(_UNSOUND, where=f"{store.place}/{key}", remedy=_REMEDY)


def _body(store: ImmutableStore, row: Row) -> bytes:
    """The version that was sealed; a copy in a directory keeps no versions, so there what lies under the key."""
    try:
        body = store.get(row.key, row.version_id or None)
    except NotStored:
        try:
            body = store.get(row.key)
        except NotStored:
            raise Missing(store, row.key) from None
    if digest(body) != row.sha256:
        raise unsound(store, row.key)
    return body
