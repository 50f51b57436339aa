"""What changed between two versions of a codebook: codes added, removed, renamed, merged, split, redefined, moved.

What became what is declared (the column `was`, or the id a coding tool keeps through a renaming) or, where nobody said
so, proposed from segments that stood under one code and stand under another now; a proposal is marked as inferred.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.codebook import Codebook, CodeEntry

Place = tuple[str, str, int, int]
"""Where a segment is: transcript, coder, first and last turn."""

LEAST_SEGMENTS = 3
"""So many segments must have moved before a move is proposed: one segment recoded is a correction."""
LEAST_SHARE = 0.5
"""And at least this share of what stood under the old code."""


@dataclass(frozen=True, slots=True)
class Succession:
    """Codes that became others: one for one is renamed, several for one merged, one for several split.

    `segments` counts those that moved, where it was `inferred` from them.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    inferred: bool = False
    segments: int = 0

    @property
    def kind(self) -> Literal["renamed", "merged", "split", "regrouped"]:
        if len(self.before) == 1:
            return "renamed" if len(self.after) == 1 else "split"
        return "merged" if len(self.after) == 1 else "regrouped"


@dataclass(frozen=True, slots=True)
class CodebookChange:
    """What a version changed. Codes in `successions` are neither added nor removed, unless they are inferred ones.

    `redefined` have another definition or origin, `reparented` another code above them.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    redefined: tuple[str, ...]
    reparented: tuple[str, ...] = ()
    successions: tuple[Succession, ...] = ()


def compare_codebooks(
    old: Codebook,
    new: Codebook,
    *,
    placed_before: Mapping[str, Collection[Place]] | None = None,
    placed_now: Mapping[str, Collection[Place]] | None = None,
) -> CodebookChange:
    """What changed from one version to another, each part sorted.

    `placed_before` and `placed_now` hold the places of the segments under each code, by which moves that nobody
    declared are proposed.
    """
    before, after = ({entry.code: entry for entry in book.codes} for book in (old, new))
    declared = _declared(before, after, new)
    explained = {code for one in declared for code in (*one.before, *one.after)}
    kept = before.keys() & after.keys()
    added, removed = after.keys() - before.keys() - explained, before.keys() - after.keys() - explained
    moved = _inferred(removed, added | kept, before, placed_before or {}, placed_now or {})
    pairs = {(one.before[0], one.after[0]) for one in declared if one.kind == "renamed"} | {(c, c) for c in kept}
    names = {one.before[0]: one.after[0] for one in declared if one.kind == "renamed"}
    return CodebookChange(
        added=tuple(sorted(added)),
        removed=tuple(sorted(removed)),
        redefined=tuple(sorted(n for o, n in pairs if _meaning(before[o]) != _meaning(after[n]))),
        reparented=tuple(
            sorted(n for o, n in pairs if names.get(before[o].parent, before[o].parent) != after[n].parent)
        ),
        successions=(*declared, *moved),
    )


def _declared(before: Mapping[str, CodeEntry], after: Mapping[str, CodeEntry], new: Codebook) -> tuple[Succession, ...]:
    """Successions that `was` names, and codes whose own id in the coding tool has another name now."""
    into: dict[str, set[str]] = defaultdict(set)
    for former, now in new.successors.items():
        if former in before and (former not in after or len(now) > 1):
            into[former] |= set(now)
    by_guid = {entry.guid: code for code, entry in before.items() if entry.guid}
    for code, entry in after.items():
        former = by_guid.get(entry.guid, "") if entry.guid else ""
        if former and former not in after and code not in before:
            into[former].add(code)
    return _grouped(((former, now) for former, found in into.items() for now in found), before)


def _grouped(
    pairs: Iterable[tuple[str, str]], earlier: Collection[str], counts: Mapping[tuple[str, str], int] | None = None
) -> tuple[Succession, ...]:
    """Old and new codes that hang together, as one succession each; a new code that was there `earlier` is old, too."""
    groups: list[tuple[set[str], set[str], int]] = []
    for old, new in sorted(pairs):
        joined = [g for g in groups if old in g[0] or new in g[1]]
        olds, news = {old}.union(*(g[0] for g in joined)), {new}.union(*(g[1] for g in joined))
        moved = sum(g[2] for g in joined) + (counts or {}).get((old, new), 0)
        groups = [g for g in groups if g not in joined] + [(olds, news, moved)]
    found = (
        Succession(
            tuple(sorted(olds | (news & set(earlier)))),
            tuple(sorted(news)),
            inferred=counts is not None,
            segments=moved,
        )
        for olds, news, moved in groups
    )
    return tuple(sorted(found, key=lambda one: (one.before, one.after)))


def _inferred(
    removed: Collection[str],
    candidates: Collection[str],
    earlier: Collection[str],
    before: Mapping[str, Collection[Place]],
    now: Mapping[str, Collection[Place]],
) -> tuple[Succession, ...]:
    """Removed codes most of whose segments stand under other codes at the same place, which they did not before."""
    under: dict[Place, set[str]] = defaultdict(set)
    for code in candidates:
        for place in now.get(code, ()):
            under[place].add(code)
    counts: dict[tuple[str, str], int] = {}
    for code in removed:
        places = set(before.get(code, ()))
        moved = Counter(
            other for place in places for other in under.get(place, ()) if place not in set(before.get(other, ()))
        )
        if sum(any(other in moved for other in under.get(p, ())) for p in places) < LEAST_SHARE * len(places):
            continue
        counts |= {(code, other): n for other, n in moved.items() if n >= LEAST_SEGMENTS}
    return _grouped(counts, earlier, counts)


def _meaning(entry: CodeEntry) -> tuple[str, str]:
    return " ".join(entry.definition.split()), entry.origin
