"""What changed while interviews were held, as marks between them: a new version of the guide, the codebook frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that changed after `after` interviews of the sequence (from 0); `label` names the version."""

    after: int
    kind: Literal["guide", "codebook"]
    label: str


def guide_marks(
    days: Sequence[date], used: Sequence[str], versions: Iterable[tuple[str, str, date]]
) -> tuple[Mark, ...]:
    """Where a later version of a guide came into use among interviews held on `days`, in their order.

    `used` is the version each interview says it used ("" when it does not); `versions` are guide, version and the day
    it took effect. A version stands before the first interview that used it, else before the first on or after its
    day. A guide's first version is no change; a guide that no interview used, where interviews say what they used, is
    left out, as is a version that came before the first interview or after the last.
    """
    by_guide: dict[str, list[tuple[date, str]]] = {}
    for guide, version, day in versions:
        by_guide.setdefault(guide, []).append((day, version))
    marks = []
    for found in by_guide.values():
        names = [version for _, version in sorted(found)]
        if any(used) and not set(names) & set(used):
            continue
        for day, version in sorted(found)[1:]:
            after = used.index(version) if version in used else sum(held < day for held in days)
            if 0 < after < len(days):
                marks.append(Mark(after, "guide", version))
    return tuple(sorted(marks, key=lambda mark: (mark.after, mark.label)))


def frozen_marks(days: Sequence[date], frozen: Mapping[str, date]) -> tuple[Mark, ...]:
    """Where each version of the codebook was frozen: after the interviews held on that day and before."""
    marks = (Mark(sum(held <= day for held in days), "codebook", version) for version, day in frozen.items())
    return tuple(sorted(marks, key=lambda mark: (mark.after, mark.label)))
