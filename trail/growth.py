"""How the trail grew since a size: the consistency proof a countersigner is shown, carried on from asking to asking."""

from __future__ import annotations

import json
from dataclasses import dataclass

from study.objects import FolderStore, ImmutableStore, NotStored
from trail.canonical import canonical
from trail.leaves import seal_leaves, seal_number, seal_of_size, unsound
from trail.merkle import Frontier, Span, consistency_proof, is_consistent
from trail.seal import Seal


@dataclass(frozen=True, slots=True)
class Growth:
    """A tree of some seal, and the leaves since then up to the end of seal number `seq`."""

    old: Frontier
    since: Span
    seq: int

    def up_to(self, store: ImmutableStore, last: Seal) -> Growth | None:
        """The same, carried on to `last`; None when the seals between do not follow."""
        since = self.since
        for number in range(self.seq + 1, last.seq + 1):
            seal = last if number == last.seq else seal_number(store, last.origin, number)
            if seal.first != since.end:
                return None
            since = since.grown(seal_leaves(store, seal))
        return Growth(self.old, since, last.seq)

    def proof(self, last: Seal) -> tuple[bytes, ...] | None:
        """The consistency proof from the old tree to the one after `last`; None when it does not hold."""
        if self.since.end != last.tree.size:
            return None
        proof = consistency_proof(self.old, self.since)
        holds = is_consistent(self.old.size, self.old.root, last.tree.size, last.tree.root, proof)
        return proof if holds else None


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the sealer keeps how far a growth is computed; what it says is checked, and losing it costs time only."""

    place: FolderStore | None
    name: str

    def read(self) -> Growth | None:
        """What was kept; None when nothing was, or nothing that can be used."""
        try:
            kept = json.loads(self.place.get(self._key)) if self.place else {}
            old = Frontier(kept["old"], tuple(bytes.fromhex(node) for node in kept["frontier"]))
            return Growth(old, Span(old.size, kept["end"], tuple(map(bytes.fromhex, kept["nodes"]))), kept["seq"])
        except (NotStored, ValueError, KeyError, TypeError):
            return None

    def start_over(self, last: Seal) -> None:
        """Keep that the tree after `last` is vouched for, so that the next proof starts there."""
        kept = self.read()
        if kept is None or kept.old != last.tree:
            self.keep(Growth(last.tree, Span(last.tree.size, last.tree.size), last.seq))

    def keep(self, growth: Growth) -> None:
        """Keep how far a growth is computed."""
        if self.place:
            kept = {
                "old": growth.old.size,
                "frontier": [node.hex() for node in growth.old.nodes],
                "end": growth.since.end,
                "nodes": [node.hex() for node in growth.since.nodes],
                "seq": growth.seq,
            }
            self.place.put(self._key, canonical(kept) + b"\n")

    @property
    def _key(self) -> str:
        return f"countersigners/{self.name}.json"


def grown_since(store: ImmutableStore, last: Seal, size: int, memory: Memory) -> tuple[bytes, ...] | None:
    """The consistency proof from the tree of that size to the one after `last`; None when no seal ends at that size.

    StudyError when seals and objects do not hold together.
    """
    if size in (0, last.tree.size):
        return ()
    kept = memory.read()
    growth = kept.up_to(store, last) if kept and kept.old.size == size and kept.seq <= last.seq else None
    proof = growth.proof(last) if growth else None
    if growth is None or proof is None:
        seal = seal_of_size(store, last, size)
        if seal is None:
            return None
        growth = Growth(seal.tree, Span(size, size), seal.seq).up_to(store, last)
        proof = growth.proof(last) if growth else None
    if growth is None or proof is None:
        raise unsound(store, last.key)
    memory.keep(growth)
    return proof
