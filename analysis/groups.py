"""Codes compared between groups of participants: who holds which, how many, and how far the groups are apart.

Counts and shares of people, and no significance test: people not drawn at random stand for no population that a test
could speak of (Maxwell 2010, doi 10.1177/1077800410364740, on numbers in qualitative research).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd


@dataclass(frozen=True, slots=True)
class Group:
    """A group with how many of its participants have a coded transcript, and how much was coded of them."""

    name: str
    participants: int
    transcripts: int
    segments: int


@dataclass(frozen=True, slots=True)
class Holding:
    """How many participants of a group a code was found with, their share (0–1; 0 of nobody), transcripts, segments."""

    participants: int
    share: float
    transcripts: int
    segments: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A code or theme in every group; `difference` (0–1) is between the highest and the lowest share.

    `only` is the one group that holds it, None where several do.
    """

    name: str
    cells: tuple[Holding, ...]
    difference: float
    only: str | None


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """Codes and themes by group, the widest difference first, then by name.

    `mixed` are joint interviews of people of several groups: nobody can say whose words were coded, so they count in
    none. `outside` are coded transcripts of people in no group compared, `outside_people` how many these are.
    """

    groups: tuple[Group, ...]
    codes: tuple[Compared, ...]
    themes: tuple[Compared, ...]
    joint: int = 0
    mixed: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    outside_people: int = 0


def compare_groups(
    segments: pd.DataFrame,
    belonging: Mapping[str, Mapping[str, str]],
    *,
    groups: Sequence[str],
    themes: Mapping[str, Collection[str]],
) -> GroupComparison:
    """Compare the codes of `segments` (transcript, code) between `groups`, in this order.

    `belonging` holds for each coded transcript its speakers with their group that day ("" for none). A participant
    counts once a group, however many interviews there were; what was coded in a joint interview of one group counts for
    each of its speakers. A code nobody of these groups holds is left out.
    """
    of = {t: set(people.values()) for t, people in belonging.items()}
    sole = {t: next(iter(names)) for t, names in of.items() if len(names) == 1 and next(iter(names)) in groups}
    mixed = [t for t, names in of.items() if len(names) > 1 and names & set(groups)]
    outside = [t for t in of if t not in sole and t not in mixed]
    lost = {who for t in outside for who in belonging[t]}
    counted = segments[segments["transcript"].isin(list(sole))]
    sizes = tuple(_group(name, counted, belonging, sole) for name in groups)
    codes = {str(code): {str(code)} for code in counted["code"].unique()}
    return GroupComparison(
        sizes,
        _compared(codes, counted, belonging, sole, sizes),
        _compared(themes, counted, belonging, sole, sizes),
        joint=sum(len(belonging[t]) > 1 for t in sole),
        mixed=tuple(sorted(mixed)),
        outside=tuple(sorted(outside)),
        outside_people=len(lost),
    )


def _group(
    name: str, counted: pd.DataFrame, belonging: Mapping[str, Mapping[str, str]], sole: Mapping[str, str]
) -> Group:
    transcripts = [t for t, group in sole.items() if group == name]
    people = {who for t in transcripts for who in belonging[t]}
    return Group(name, len(people), len(transcripts), int(counted["transcript"].isin(transcripts).sum()))


def _compared(
    wanted: Mapping[str, Collection[str]],
    counted: pd.DataFrame,
    belonging: Mapping[str, Mapping[str, str]],
    sole: Mapping[str, str],
    groups: Sequence[Group],
) -> tuple[Compared, ...]:
    found: list[tuple[Fraction, Compared]] = []
    for name, codes in wanted.items():
        under = counted[counted["code"].isin(list(codes))]["transcript"]
        cells, shares = [], []
        for group in groups:
            times = [t for t in under if sole[t] == group.name]
            people = {who for t in set(times) for who in belonging[t]}
            share = Fraction(len(people), group.participants or 1)
            shares.append(share)
            cells.append(Holding(len(people), float(share), len(set(times)), len(times)))
        holders = [group.name for group, cell in zip(groups, cells, strict=True) if cell.participants]
        apart = max(shares, default=Fraction(0)) - min(shares, default=Fraction(0))
        only = holders[0] if len(holders) == 1 and len(groups) > 1 else None
        if holders:
            found.append((apart, Compared(name, tuple(cells), float(apart), only)))
    return tuple(one for _, one in sorted(found, key=lambda pair: (-pair[0], pair[1].name)))
