"""The RFC 6962 (section 2.1) tree over lines and seals, its proofs (2.1.1, 2.1.2), and their checks (RFC 9162, 2.1.3).

A run of leaves is kept as the roots of its largest aligned full subtrees: two hashes a bit of its length at most, so
proofs come from what is kept of the tree before and from the leaves after, read once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Span:
    """The leaves `start` to `end` (not included) of a tree as the roots of their largest aligned full subtrees."""

    start: int
    end: int
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end or len(self.nodes) != sum(1 for _ in _blocks(self.start, self.end)):
            raise ValueError("a span holds one hash for each of its aligned full subtrees")

    def grown(self, leaves: Iterable[bytes]) -> Span:
        """This span with more leaf hashes at its end."""
        end, nodes = self.end, list(self.nodes)
        for leaf in leaves:
            node, width = leaf, 1
            while end & width and end + 1 - 2 * width >= self.start:
                node = node_hash(nodes.pop(), node)
                width *= 2
            nodes.append(node)
            end += 1
        return Span(self.start, end, tuple(nodes))


def inclusion_proof(before: Frontier, leaf: bytes, after: Span) -> tuple[bytes, ...]:
    """The audit path, leaf to root, of the leaf hash between the tree `before` it and the span `after` it."""
    if after.start != before.size + 1:
        raise ValueError("the span does not follow the leaf")
    known = {**_known(0, before.size, before.nodes), (before.size, after.start): leaf, **_of(after)}
    return tuple(_path(known, before.size, 0, after.end))


def consistency_proof(old: Frontier, since: Span) -> tuple[bytes, ...]:
    """PROOF(m, D[n]) from the old tree's frontier and the span of leaves after it; empty where m is 0 or n."""
    if since.start != old.size:
        raise ValueError("the span does not follow the old tree")
    if not 0 < old.size < since.end:
        return ()
    known = {**_known(0, old.size, old.nodes), **_of(since)}
    return tuple(_subproof(known, old.size, 0, since.end, whole=True))


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an audit path leads to; None when the path is not as long as that index and size need."""
    if not 0 <= index < size:
        return None
    position, last, root = index, size - 1, leaf
    for node in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            root = node_hash(node, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, node)
        position, last = position >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """True when the proof shows that the tree of `size` and `root` begins with the old one.

    Nothing precedes every tree (root EMPTY_ROOT), and a tree itself: then the proof must be empty.
    """
    if old_size == size or old_size == 0:
        return not proof and old_root == (root if old_size == size else EMPTY_ROOT)
    if not 0 < old_size < size:
        return False
    nodes = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not nodes:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, node)
        position, last = position >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, root)


_Known = dict[tuple[int, int], bytes]


def _blocks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest aligned full subtrees that make up start..end, from left to right."""
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        if start:
            width = min(width, start & -start)
        yield start, start + width
        start += width


def _known(start: int, end: int, nodes: Sequence[bytes]) -> _Known:
    return dict(zip(_blocks(start, end), nodes, strict=True))


def _of(span: Span) -> _Known:
    return _known(span.start, span.end, span.nodes)


def _hash(known: _Known, start: int, end: int) -> bytes:
    """The hash of the subtree over start..end, from the known ones."""
    if (start, end) in known:
        return known[start, end]
    middle = _split(start, end)
    return node_hash(_hash(known, start, middle), _hash(known, middle, end))


def _split(start: int, end: int) -> int:
    """Where RFC 6962 divides a subtree: after the largest power of two smaller than its size."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _path(known: _Known, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = _split(start, end)
    if index < middle:
        return [*_path(known, index, start, middle), _hash(known, middle, end)]
    return [*_path(known, index, middle, end), _hash(known, start, middle)]


def _subproof(known: _Known, size: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if size == end:
        return [] if whole else [_hash(known, start, end)]
    middle = _split(start, end)
    if size <= middle:
        return [*_subproof(known, size, start, middle, whole=whole), _hash(known, middle, end)]
    return [*_subproof(known, size, middle, end, whole=False), _hash(known, start, middle)]
