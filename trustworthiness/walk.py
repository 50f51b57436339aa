"""Walks through the web of what rests on what: from a finding down to consent, and from any event or file back up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trustworthiness.web import Node, Web


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a walk with what follows from it; `is_seen` says that its own steps stand further up already."""

    node: Node
    steps: tuple[Step, ...] = ()
    is_seen: bool = False


def walk_forward(web: Web, start: str) -> Step:
    """Everything a node rests on, as a tree; a node's steps are told once, and only by the longest way to it."""
    return _tree(web, web.down, start)


def walk_back(web: Web, start: str) -> Step:
    """Everything that rests on a node, as a tree."""
    return _tree(web, web.up, start)


def reached(edges: Mapping[str, Collection[str]], start: str) -> frozenset[str]:
    """Every key that can be reached, without the start unless a way leads back to it."""
    found: set[str] = set()
    front = [start]
    while front:
        front = [key for node in front for key in edges.get(node, ()) if key not in found]
        found.update(front)
    return frozenset(found)


def _tree(web: Web, edges: Mapping[str, tuple[str, ...]], start: str) -> Step:
    seen: set[str] = set()
    below: dict[str, frozenset[str]] = {}

    def beneath(key: str) -> frozenset[str]:
        if key not in below:
            below[key] = reached(edges, key)
        return below[key]

    def step(key: str, above: frozenset[str]) -> Step:
        node = web.nodes[key]
        if key in seen:
            return Step(node, is_seen=bool(edges.get(key)))
        seen.add(key)
        children = [child for child in edges.get(key, ()) if child not in above]
        covered = frozenset().union(*map(beneath, children))
        direct = [child for child in children if child not in covered or child in beneath(child)]
        return Step(node, tuple(step(child, above | {key}) for child in direct))

    return step(start, frozenset())
