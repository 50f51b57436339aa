"""What people decided of flagged strings: this is a name, this is none."""

from __future__ import annotations

from typing import NamedTuple


class Decided(NamedTuple):
    """Folded strings (`key_of`): `names` are found from now on as aliases, `not_names` are flagged no more."""

    names: frozenset[str] = frozenset()
    not_names: frozenset[str] = frozenset()


NOTHING_DECIDED = Decided()
