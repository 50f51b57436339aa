"""The scales of a survey, and what is measured on each: alpha, straight-lining, reversals that may be forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from evidence.reliability import cronbach_alpha, reversal_gains
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import Answers

SHORTEST_BATTERY = 4
"""Items of a scale below which equal answers say nothing."""


class ScaleLike(Protocol):
    """A scale as the protocol declares it."""

    @property
    def name(self) -> str: ...
    @property
    def items(self) -> Sequence[str]: ...
    @property
    def reversed(self) -> Sequence[str]: ...
    @property
    def minimum_alpha(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale to be measured: protocol and data dictionary joined."""

    name: str
    items: tuple[str, ...]
    reversed: frozenset[str]
    minimum_alpha: float


def scales_of(declared: Iterable[ScaleLike], dictionary: DataDictionary, *, minimum_alpha: float) -> tuple[Scale, ...]:
    """The protocol's scales, then those only the dictionary names; an item is reversed when either says so."""
    turned = {v.name for v in dictionary.variables if v.is_reversed}
    scales = [
        Scale(s.name, tuple(s.items), frozenset({*s.reversed, *(turned & set(s.items))}), s.minimum_alpha)
        for s in declared
    ]
    by_name: dict[str, list[str]] = {}
    for variable in dictionary.variables:
        if variable.scale and variable.scale not in {s.name for s in scales}:
            by_name.setdefault(variable.scale, []).append(variable.name)
    own = (Scale(n, tuple(items), frozenset(turned & set(items)), minimum_alpha) for n, items in by_name.items())
    return (*scales, *own)


def scale_features(scales: Iterable[Scale], answers: Answers, dictionary: DataDictionary) -> dict[str, object]:
    """Measurements of each scale, by name.

    `alpha:<scale>` (Cronbach, pairwise), `unusable_item_count:<scale>` (present but not numeric),
    `straight_line_share:<scale>` (0–1, of those who answered all of it) with `straight_line_share:<scale>:rows`
    (their positions), `reversal_gain:<item>` (rise of alpha if this item alone were turned round).
    """
    found: dict[str, object] = {}
    for scale in scales:
        present = [item for item in scale.items if item in answers.values]
        usable = [item for item in present if dictionary[item].is_numeric]
        whole = len(usable) == len(scale.items)
        battery = answers.values[usable].astype(float).reset_index(drop=True)
        scored = battery.assign(**{item: -battery[item] for item in scale.reversed & set(usable)})
        share, positions = _straight_lines(battery) if whole else (None, ())
        gains = reversal_gains(scored) if whole else {}
        found[f"unusable_item_count:{scale.name}"] = len(present) - len(usable)
        found[f"alpha:{scale.name}"] = cronbach_alpha(scored) if whole else None
        found[f"straight_line_share:{scale.name}"] = share
        found[f"straight_line_share:{scale.name}:rows"] = positions
        found |= {f"reversal_gain:{item}": gains.get(item) for item in scale.items}
    return found


def _straight_lines(battery: pd.DataFrame) -> tuple[float | None, tuple[int, ...]]:
    """Share and positions of those who gave the same answer to every item, reversed ones included."""
    whole = battery.dropna()
    if battery.shape[1] < SHORTEST_BATTERY or whole.empty:
        return None, ()
    straight = whole.nunique(axis=1) == 1
    return float(straight.mean()), tuple(np.flatnonzero(battery.index.isin(whole.index[straight])).tolist())
