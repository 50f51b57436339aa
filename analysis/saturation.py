"""Code saturation by base size, run length and new-information threshold.

Guest, Namey and Chen (2020), doi 10.1371/journal.pone.0232076. For inductively derived codes; not meaning
saturation. The paper's text says a run *below* the threshold; we compare with at or below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

import pandas as pd

from study import StudyError

Status = Literal["reached", "not_reached", "too_few", "undefined"]


@dataclass(frozen=True, slots=True)
class Spell:
    """Runs at or under the threshold one after another: after `after` interviews and the run that follows them.

    `lapsed` is how many interviews lie before the first run above the threshold again; None: it lasts to the end.
    """

    after: int
    run: int
    lapsed: int | None = None

    @property
    def label(self) -> str:
        """`6+2`."""
        return f"{self.after}+{self.run}"


@dataclass(frozen=True, slots=True)
class GuestSaturation:
    """The share of new codes in each run, in order, and where it first was at or under the threshold.

    `ratios` (0 and up) is empty when there are too few interviews or the base holds no code; `label` is
    "interviews+run" ("6+2") when reached, else None. Never a claim unless `status` is "reached".
    """

    status: Status
    label: str | None
    ratios: tuple[float, ...]
    new_codes: tuple[int, ...]
    base: int = 4
    run: int = 2
    threshold: float = 0.05

    @property
    def cumulative(self) -> tuple[int, ...]:
        """How many codes are known after each interview."""
        return tuple(accumulate(self.new_codes))

    @property
    def spells(self) -> tuple[Spell, ...]:
        """Each time runs came to lie at or under the threshold, and when one lay above it again; in order."""
        found: list[Spell] = []
        for place, ratio in enumerate(self.ratios):
            after = self.base + place
            is_open = bool(found) and found[-1].lapsed is None
            if ratio <= self.threshold and not is_open:
                found.append(Spell(after, self.run))
            elif ratio > self.threshold and is_open:
                found[-1] = Spell(found[-1].after, self.run, lapsed=after)
        return tuple(found)


def guest_saturation(new_codes: Iterable[int], base: int = 4, run: int = 2, threshold: float = 0.05) -> GuestSaturation:
    """Saturation over the number of new codes in each interview, in the order of interviewing.

    ratio = new codes in a run of `run` interviews / new codes in the first `base`; runs begin after the base and slide
    by one. `threshold` is a share from 0 to 1, compared with ≤.
    """
    counts = tuple(int(n) for n in new_codes)
    if base < 1 or run < 1 or not 0 <= threshold <= 1 or any(n < 0 for n in counts):
        raise StudyError(
            "saturation needs a base and a run of at least 1, a threshold from 0 to 1 and no negative counts",
            where="study.yaml, analysis.saturation",
            remedy="Correct the numbers.",
        )
    settings: dict[str, Any] = {"new_codes": counts, "base": base, "run": run, "threshold": threshold}
    if len(counts) < base + run:
        return GuestSaturation("too_few", None, (), **settings)
    in_base = sum(counts[:base])
    if in_base == 0:
        return GuestSaturation("undefined", None, (), **settings)
    runs = [sum(counts[start : start + run]) for start in range(base, len(counts) - run + 1)]
    ratios = tuple(found / in_base for found in runs)
    first = next((i for i, ratio in enumerate(ratios) if ratio <= threshold), None)
    if first is None:
        return GuestSaturation("not_reached", None, ratios, **settings)
    return GuestSaturation("reached", f"{base + first}+{run}", ratios, **settings)


def new_codes_in_order(segments: pd.DataFrame, order: Sequence[str], codes: Collection[str]) -> list[int]:
    """How many of `codes` each transcript in `order` is the first to hold, over all coders.

    `segments` has the columns transcript and code; transcripts that are not in `order` do not count.
    """
    held: Mapping[str, set[str]] = {
        str(transcript): set(rows) & set(codes) for transcript, rows in segments.groupby("transcript")["code"]
    }
    seen: set[str] = set()
    counts = []
    for transcript in order:
        new = held.get(transcript, set()) - seen
        counts.append(len(new))
        seen |= new
    return counts
