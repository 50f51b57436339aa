"""A draw that depends on the seed and on each id alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from sampling.distance import Floats

DRAWN = "place in the drawn order"


def drawn_places(ids: Sequence[str], seed: int) -> Floats:
    """The place of each id, 0 first, in the order of a seeded hash: neither row order nor other rows change it."""
    order = sorted(ids, key=lambda i: hashlib.sha256(f"{seed}|{i}".encode()).digest())
    place = {id: k for k, id in enumerate(order)}
    return np.array([place[i] for i in ids], dtype=np.float64)
