"""Whether what stands beside a quote singles somebody out.

A quote without a name still points at its speaker when role, site and group fit few people: at least k have to share
them (k-anonymity: Sweeney 2002, doi 10.1142/S0218488502001648). Whoever holds the role counts, interviewed or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

Attributes = Mapping[str, str]


def people_sharing(shown: Attributes, people: Iterable[Attributes], *, id: str = "participant_id") -> int:
    """How many different people have every attribute shown; a person with several rows counts once.

    Nothing shown fits everybody; a value nobody has fits nobody. Values are compared without case and outer spaces.
    """
    asked = {name: _plain(value) for name, value in shown.items()}
    fitting = {person.get(id, "") for person in people if all(_plain(person.get(n, "")) == v for n, v in asked.items())}
    return len(fitting)


def what_may_stay(shown: Attributes, people: Sequence[Attributes], k: int) -> tuple[str, ...]:
    """The most attributes that at least `k` people share, in the order given; of equally many the earliest named.

    Empty where even one attribute alone, or nothing at all, fits fewer than k.
    """
    names = tuple(shown)
    for size in range(len(names), 0, -1):
        for kept in combinations(names, size):
            if people_sharing({name: shown[name] for name in kept}, people) >= k:
                return kept
    return ()


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()
