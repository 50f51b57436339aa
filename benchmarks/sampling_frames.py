"""What the sampling benchmark chooses from: frames of made-up programs with designs over them, and bare matrices.

The matrices follow the definitions of MDPLIB (Martí, Gallego and Duarte 2010, Optsicom project): MDG-a real numbers
and SOM-b whole numbers drawn uniformly, GKD-c Euclidean distances of points whose number of coordinates is drawn too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform  # type: ignore[import-untyped]

from sampling import Attribute, Design, Rule

Objective = Literal["lexicographic", "max_sum", "max_min"]
Floats = NDArray[np.float64]
ATTRIBUTES = (
    Attribute("region", "nominal", 1.5),
    Attribute("ownership", "nominal", missing="level"),
    Attribute("urbanicity", "ordinal", order=("rural", "suburban", "urban")),
    Attribute("clients", "numeric", 2.0),
    Attribute("budget", "numeric"),
    Attribute("fidelity", "numeric", 2.0, missing="level"),
)


def made_frame(rows: int, seed: int) -> pd.DataFrame:
    """Programs with mixed attributes as real lists have them: skewed sizes that go together, unequal groups, gaps."""
    random = np.random.default_rng([rows, seed])
    clients = np.round(np.exp(random.normal(4.2, 0.8, rows)))
    budget = np.round(clients * np.exp(random.normal(0.0, 0.4, rows)) * 9.5, 1)
    fidelity = np.round(np.clip(random.normal(64, 14, rows), 0, 100), 1)
    return pd.DataFrame(
        {
            "site_id": [f"S{i:04d}" for i in range(1, rows + 1)],
            "region": random.choice(["north", "bay", "central", "coast", "south", "desert"], rows, p=_shares(6)),
            "ownership": _with_gaps(random.choice(["county", "nonprofit", "private"], rows, p=_shares(3)), random),
            "urbanicity": random.choice(["rural", "suburban", "urban"], rows, p=[0.3, 0.3, 0.4]),
            "clients": clients.astype(int),
            "budget": budget,
            "fidelity": _with_gaps(fidelity.astype(str), random),
            "travel": random.integers(1, 40, rows) * 25,
        }
    )


def design_over(frame: pd.DataFrame, size: int, objective: Objective, *, with_rules: bool, seconds: float) -> Design:
    """Maximum variation of `size` rows; the rules ask for groups, limit one, and let travel cost nine tenths of the
    usual."""
    usual = size * float(frame["travel"].median())
    rules = (
        Rule("rural", {"urbanicity": ["rural"]}, min=max(1, size // 4), max=size // 2 + 1),
        Rule("county", {"ownership": ["county"]}, min=max(1, size // 5)),
        Rule("no region has too many", {"region": ["north"]}, max=max(1, size // 4)),
        Rule("faithful", {"fidelity": (60.0, None)}, min=max(1, size // 3)),
        Rule("travel", sum_of="travel", max=0.9 * usual),
    )
    return Design(
        "site_id",
        size,
        "maximum_variation",
        "To measure how long it takes.",
        objective,
        ATTRIBUTES,
        rules if with_rules else (),
        time_limit_s=seconds,
    )


def mdg_a(items: int, seed: int) -> Floats:
    """Real numbers from 0 to 10."""
    return _symmetric(lambda random, count: random.uniform(0, 10, count), items, seed)


def som_b(items: int, seed: int) -> Floats:
    """Whole numbers from 0 to 9."""
    return _symmetric(lambda random, count: random.integers(0, 10, count).astype(np.float64), items, seed)


def gkd_c(items: int, seed: int) -> Floats:
    """Euclidean distances of points with 2 to 21 coordinates from 0 to 10."""
    random = np.random.default_rng([items, seed])
    points = random.uniform(0, 10, (items, int(random.integers(2, 22))))
    return np.asarray(squareform(pdist(points)), dtype=np.float64)


MATRICES: dict[str, Callable[[int, int], Floats]] = {"MDG-a": mdg_a, "GKD-c": gkd_c, "SOM-b": som_b}


def _symmetric(drawn: Callable[[np.random.Generator, int], Floats], items: int, seed: int) -> Floats:
    """A symmetric matrix with nothing on its diagonal and independent values elsewhere."""
    matrix = np.zeros((items, items))
    above = np.triu_indices(items, 1)
    matrix[above] = drawn(np.random.default_rng([items, seed]), len(above[0]))
    return matrix + matrix.T


def _shares(count: int) -> Floats:
    """Unequal shares of so many groups, the first the largest."""
    weights = 1.0 / np.arange(1, count + 1) ** 0.5
    return np.asarray(weights / weights.sum())


def _with_gaps(values: NDArray[np.str_], random: np.random.Generator) -> list[str]:
    """The values as text, one in twenty missing."""
    return [str(v) if kept else "" for v, kept in zip(values, random.random(len(values)) > 0.05, strict=True)]
