"""The RFC 6962 (section 2.1) tree over lines and seals, kept as its frontier: one hash a bit set in its size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of `size` leaves as the roots of its full subtrees, largest (leftmost) first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.nodes) != self.size.bit_count() or any(len(node) != 32 for node in self.nodes):
            raise ValueError("a frontier holds one 32-byte hash for each bit set in its size")

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """This tree with more leaf hashes at its end."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaves:
            node, rest = leaf, size
            while rest & 1:
                node = node_hash(nodes.pop(), node)
                rest >>= 1
            nodes.append(node)
            size += 1
        return Frontier(size, tuple(nodes))

    @property
    def root(self) -> bytes:
        """The tree's root; SHA256 of nothing when it is empty."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root
