"""A seal: which objects it covers, how the lanes stand, the tree after it. Its own bytes are a leaf of that tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from study.identifiers import digest
from study.objects import ImmutableStore, NotStored
from trail.batch import Malformed
from trail.canonical import NotCanonical, canonical, parsed
from trail.line import VERSION, is_instant
from trail.merkle import Frontier, leaf_hash

PREFIX = "seals/"


class Overtaken(Exception):
    """Another sealer added a seal while this one was reading: start again."""


@dataclass(frozen=True, slots=True)
class OpenLane:
    """A lane the next seal looks at: the day it opened, the number expected next, SHA-256 of its last object.

    A closed lane stays here while its day is one that seals list (today and yesterday).
    """

    day: str
    next: int
    prev: str | None
    closed: bool = False

    def written(self) -> dict[str, Any]:
        fields = {"day": self.day, "next": self.next, "prev": self.prev}
        return {**fields, "closed": True} if self.closed else fields


@dataclass(frozen=True, slots=True)
class Row:
    """One object a seal admits, its first leaf's index and number of leaves, or one it rejects and why."""

    key: str
    version_id: str = ""
    sha256: str = ""
    bytes: int = 0
    first: int = 0
    n: int = 0
    stored_at: str = ""
    skew_s: int | None = None
    late: bool = False
    rejected: str | None = None

    def written(self) -> dict[str, Any]:
        if self.rejected is not None:
            return {"key": self.key, "rejected": self.rejected}
        names = ("key", "version_id", "sha256", "bytes", "first", "n", "stored_at")
        fields: dict[str, Any] = {name: getattr(self, name) for name in names}
        if self.skew_s is not None:
            fields["skew_s"] = self.skew_s
        return {**fields, "late": True} if self.late else fields


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored; `leaf` is the leaf hash of its bytes before the last line."""

    origin: str
    seq: int
    prev: str | None
    first: int
    sealed_at: str
    open: Mapping[str, OpenLane]
    rows: tuple[Row, ...]
    tree: Frontier
    body: bytes

    @property
    def n(self) -> int:
        """How many event leaves it adds; its own leaf comes after them."""
        return sum(row.n for row in self.rows)

    @property
    def key(self) -> str:
        return seal_key(self.seq)

    @property
    def checkpoint_key(self) -> str:
        return f"checkpoints/{self.tree.size:012d}"

    @property
    def digest(self) -> str:
        return digest(self.body)

    @property
    def leaf(self) -> bytes:
        return leaf_hash(self.body[: self.body.rindex(b"\n", 0, -1) + 1])


def seal_key(seq: int) -> str:
    return f"{PREFIX}{seq:08d}.jsonl"


def new_seal(
    origin: str,
    previous: Seal | None,
    sealed_at: str,
    lanes: Mapping[str, OpenLane],
    rows: tuple[Row, ...],
    leaves: list[bytes],
) -> Seal:
    """The seal that follows `previous`, over rows whose events have these leaf hashes, in order."""
    tree = previous.tree if previous else Frontier()
    seq = previous.seq + 1 if previous else 0
    header = {
        "v": VERSION,
        "log": origin,
        "seq": seq,
        "prev": previous.digest if previous else None,
        "first": tree.size,
        "n": len(leaves),
        "sealed_at": sealed_at,
        "open": {lane: state.written() for lane, state in lanes.items()},
    }
    covered = b"".join(canonical(line) + b"\n" for line in (header, *(row.written() for row in rows)))
    tree = tree.grown([*leaves, leaf_hash(covered)])
    last = {"size": tree.size, "root": tree.root.hex(), "frontier": [node.hex() for node in tree.nodes]}
    return read_seal(origin, seq, covered + canonical(last) + b"\n")


def read_seal(origin: str, seq: int, body: bytes) -> Seal:
    """The seal stored under that number; Malformed when it is none of this trail or contradicts itself."""
    try:
        header, *rows, last = (parsed(line) for line in body.removesuffix(b"\n").split(b"\n"))
        tree = Frontier(last["size"], tuple(bytes.fromhex(node) for node in last["frontier"]))
        seal = Seal(
            origin=origin,
            seq=seq,
            prev=header["prev"],
            first=header["first"],
            sealed_at=header["sealed_at"],
            open={lane: OpenLane(**state) for lane, state in header["open"].items()},
            rows=tuple(Row(**row) for row in rows),
            tree=tree,
            body=body,
        )
        fits = (
            body.endswith(b"\n")
            and (header["v"], header["log"], header["seq"], header["n"]) == (VERSION, origin, seq, seal.n)
            and (seal.prev is None) == (seq == 0)
            and is_instant(seal.sealed_at)
            and tree.size == seal.first + seal.n + 1
            and tree.root.hex() == last["root"]
        )
    except (NotCanonical, KeyError, TypeError, ValueError, AttributeError):
        raise Malformed("seal") from None
    if not fits:
        raise Malformed("seal")
    return seal


def last_seal_number(store: ImmutableStore) -> int | None:
    """The number of the newest seal, by doubling and bisecting: as many reads as its logarithm."""
    if not seal_exists(store, 0):
        return None
    step = 1
    while seal_exists(store, step):
        step *= 2
    low, high = step // 2, step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seal_exists(store, middle) else (low, middle)
    return low


def last_sealed_at(store: ImmutableStore, origin: str) -> str | None:
    """When the newest seal was made; None without one, or where it cannot be read (which verification says)."""
    number = last_seal_number(store)
    try:
        return None if number is None else read_seal(origin, number, store.get(seal_key(number))).sealed_at
    except (Malformed, NotStored):
        return None


def seal_exists(store: ImmutableStore, seq: int) -> bool:
    try:
        store.get(seal_key(seq))
    except NotStored:
        return False
    return True
