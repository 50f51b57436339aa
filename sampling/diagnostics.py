"""What people see of a sample's quality, as values: tables, comparisons and the data of its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

NOT_REPRESENTATIVE = (
    "A maximum-variation sample is not a representative one, whatever its B: it takes in more of what is rare and "
    "extreme than the frame holds. Generalize from it by argument, not by counting."
)


@dataclass(frozen=True, slots=True)
class Covered:
    """One category or third of an attribute: its rows and share of the eligible frame, how many are in the sample.

    `wanted` are the rules that speak of it, in words; `is_met` whether all of them hold, None when none does.
    """

    attribute: str
    part: str
    frame_count: int
    frame_share: float
    sample_count: int
    wanted: tuple[str, ...] = ()
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class RuleMet:
    """One rule: what it wanted and what the sample has."""

    name: str
    wanted: str
    got: float
    is_met: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The sample beside random ones of the same size: share (0–1) of them with a lower value, and their median.

    `rules_cost` is what the rules cost of the measure at the least; None where that was not asked.
    """

    measure: str
    value: float
    random_median: float
    percentile: float
    draws: int
    rules_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Replaceable:
    """What it would mean if one chosen row left: how many could follow, what the best of them costs, the flag.

    `share_of_gain` (0–1 and more) is that cost as a share of what the sample gains over the median random sample.
    """

    id: str
    followers: int
    best: str | None
    cost: float | None
    cost_of: str | None
    share_of_gain: float | None
    is_hard: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stays:
    """How often (0–1) a row is in the best sample found under other weights."""

    id: str
    share: float


@dataclass(frozen=True, slots=True)
class Stability:
    """The choice under other weights: how often each chosen row stays, who else comes, how often nothing changes."""

    draws: int
    stays: tuple[Stays, ...]
    others: tuple[Stays, ...]
    unchanged: float
    how: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One mean or share in frame and sample and their standardized difference, (sample - frame) / SD of the frame."""

    attribute: str
    part: str
    frame: float
    sample: float
    difference: float


@dataclass(frozen=True, slots=True)
class Balance:
    """How like the frame the sample is: standardized differences, and Tipton's B index among random samples.

    `b` lies in 0 to 1, 1 for a miniature of the frame; `percentile` (0–1) is the share of `draws` random samples of
    the same size that are less like the frame, `random_median` their median B.
    """

    differences: tuple[Difference, ...]
    b: float | None
    percentile: float | None
    random_median: float | None
    draws: int
    sentence: str = NOT_REPRESENTATIVE


@dataclass(frozen=True, slots=True)
class Point:
    """A row of the frame on the map."""

    id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FrameMap:
    """The eligible frame in two dimensions; `stress` (0 to about 1) is Kruskal's misfit of its distances."""

    points: tuple[Point, ...]
    stress: float


@dataclass(frozen=True, slots=True)
class Axis:
    """One attribute of the parallel coordinates: ticks as (place from 0 to 1, label)."""

    attribute: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """One row of the frame across the axes: its place from 0 to 1 on each, None where the value is missing."""

    id: str
    places: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Parallel coordinates of the eligible frame."""

    axes: tuple[Axis, ...]
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class ReplacementCost:
    """What one replacement cost: how far the first measure that changed fell (negative: rose), and which.

    None where the strategy optimizes nothing.
    """

    leaving: str
    entering: str
    cost: float | None
    cost_of: str | None


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Everything people see of a sample's quality; what does not apply to a strategy is empty or None.

    `second_best_by` says how the best other sample was found: `shut_out`, by solving again without the chosen one,
    or `exchange`, the best of all single exchanges, which need not be the best other sample; `second_best_cost` how
    far the first measure that changes falls with it.
    """

    coverage: tuple[Covered, ...]
    rules: tuple[RuleMet, ...]
    compared: tuple[Compared, ...]
    second_best: tuple[str, ...] | None = None
    second_best_values: tuple[float, ...] | None = None
    second_best_by: Literal["shut_out", "exchange"] | None = None
    second_best_cost: float | None = None
    second_best_cost_of: str | None = None
    replaceable: tuple[Replaceable, ...] = ()
    stability: Stability | None = None
    balance: Balance | None = None
    map: FrameMap | None = None
    parallel: Parallel | None = None
    replacements: tuple[ReplacementCost, ...] = ()


def without_ids(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    """The diagnostics of a sample of people, as plain values, with counts and shares only: no id, no person's row.

    What is not named here stays out, so that a diagnostic added later shows nobody by accident.
    """
    shown: dict[str, Any] = {
        k: diagnostics[k] for k in ("coverage", "rules", "compared", "balance") if k in diagnostics
    }
    stability = diagnostics.get("stability")
    if stability:
        shown["stability"] = {k: stability[k] for k in ("draws", "unchanged", "how")}
    hard = [r for r in diagnostics.get("replaceable", ()) if r["is_hard"]]
    return shown | {"second_best": None, "hard_to_replace": len(hard)}
