"""What each strategy's best sample is, by looking at all samples.

Written from the words of docs/sampling.md in plain Python: who is eligible, what must hold, what is best, in that
order. Columns are those of the frames in the tests: fidelity was observed, predicted was predicted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations, permutations

import numpy as np

from sampling import Design, Rule


@dataclass(frozen=True)
class Oracle:
    """Rows by id, and the plain reading of a design."""

    rows: Mapping[str, Mapping[str, object]]
    design: Design

    def samples(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        free = [i for i in ids if i not in self.design.forbidden]
        return [
            s
            for s in combinations(sorted(free), self.design.size)
            if set(self.design.required) <= set(s) and self.keeps(s)
        ]

    def keeps(self, sample: Sequence[str]) -> bool:
        return all(
            (r.min is None or amount >= r.min) and (r.max is None or amount <= r.max)
            for r in self.design.rules
            for amount in [self.amount(r, sample)]
        )

    def amount(self, rule: Rule, sample: Sequence[str]) -> float:
        total = 0.0
        for id in sample:
            row = self.rows[id]
            if all(_admits(row[c], w) for c, w in rule.where.items()):
                total += float(row[rule.sum_of]) if rule.sum_of else 1  # type: ignore[arg-type]
        return total

    def number(self, id: str, column: str) -> float:
        return float(self.rows[id][column])  # type: ignore[arg-type]

    def residual(self, id: str) -> float:
        return abs(self.number(id, "fidelity") - self.number(id, "predicted"))

    def distance(self, eligible: Sequence[str]) -> Callable[[str, str], float]:
        """Gower by weight, ranges taken from the eligible; an attribute without variation left out."""
        parts = []
        for attribute in self.design.attributes:
            cells = {i: self.rows[i][attribute.name] for i in eligible}
            if attribute.kind == "nominal":
                places: dict[str, float] = {}
            elif attribute.order is not None:
                places = {i: float(attribute.order.index(c)) for i, c in cells.items()}  # type: ignore[arg-type]
            else:
                places = {i: float(c) for i, c in cells.items()}  # type: ignore[arg-type]
            if len(set(cells.values())) > 1 and attribute.weight > 0:
                span = max(places.values()) - min(places.values()) if places else 1.0
                parts.append((attribute.weight, cells, places, span))
        whole = sum(weight for weight, *_ in parts) or 1.0

        def between(a: str, b: str) -> float:
            return sum(
                weight * (abs(places[a] - places[b]) / span if places else float(cells[a] != cells[b])) / whole
                for weight, cells, places, span in parts
            )

        return between

    def eligible(self) -> list[str]:
        """Whom the criterion admits."""
        return [
            i for i in sorted(self.rows) if all(_admits(self.rows[i][c], w) for c, w in self.design.criterion.items())
        ]

    def best(self) -> tuple[list[tuple[str, ...]], list[tuple[float, ...]]]:
        """Every sample that keeps everything, and its value, greatest is best."""
        d = self.design
        ids = self.eligible()
        fits: Callable[[tuple[str, ...]], bool] = lambda s: True  # noqa: E731
        if d.strategy == "intensity":
            ranked = sorted(self.number(i, "fidelity") for i in ids)
            assert d.band is not None
            low, high = (ranked[max(0, math.ceil(q * len(ranked) - 1e-9) - 1)] for q in d.band)
            ids = [i for i in ids if low <= self.number(i, "fidelity") <= high]
        between = self.distance(ids) if d.attributes and ids else None

        def spread(s: tuple[str, ...]) -> list[float]:
            assert between is not None
            return [between(a, b) for a, b in combinations(s, 2)]

        def varied(s: tuple[str, ...]) -> tuple[float, ...]:
            pairs = spread(s)
            if d.objective == "max_min":
                return (min(pairs, default=0.0),)
            return (sum(pairs),) if d.objective == "max_sum" else (min(pairs, default=0.0), sum(pairs))

        value: Callable[[tuple[str, ...]], tuple[float, ...]] = varied
        if d.strategy == "homogeneous":
            value = lambda s: (-sum(spread(s)),)  # noqa: E731
        elif d.strategy == "typical_case":
            if between is None:
                scale = max(map(self.residual, ids)) or 1
                value = lambda s: (-sum(self.residual(i) / scale for i in s),)  # noqa: E731
            else:
                medoid = _medoid(ids, between)
                value = lambda s: (-sum(between(i, medoid) for i in s),)  # noqa: E731
        elif d.strategy == "extreme_or_deviant_case":
            if d.score:
                scores = {i: self.number(i, d.score) for i in ids}
                ranked = sorted(scores.values())
                count = math.floor(d.tail_share * len(ids) + 1e-9)
                low, high = ranked[count - 1], ranked[-count]
                middle = float(np.median(ranked))
                ids = [i for i in ids if scores[i] <= low or scores[i] >= high]
                between = self.distance(ids) if d.attributes else None
                scale = max((abs(scores[i] - middle) for i in ids), default=1) or 1
                half = 0 if d.size < 2 or any(d.score in r.where for r in d.rules) else d.size // 2
                fits = lambda s: min(sum(scores[i] <= low for i in s), sum(scores[i] >= high for i in s)) >= half  # noqa: E731
                if not d.attributes:
                    value = lambda s: (sum(abs(scores[i] - middle) / scale for i in s),)  # noqa: E731
            else:
                scale = max(map(self.residual, ids)) or 1
                if d.attributes:
                    sizes = {i: round(self.residual(i) / scale, 9) for i in ids}
                    count = max(1, math.floor(d.tail_share * len(ids) + 1e-9))
                    ids = [i for i in ids if sizes[i] >= sorted(sizes.values())[-count]]
                    between = self.distance(ids)
                else:
                    value = lambda s: (sum(self.residual(i) / scale for i in s),)  # noqa: E731
        elif d.strategy == "critical_case":
            value = lambda s: (-sum(self.place(i, "size", ids, high=True) for i in s),)  # noqa: E731
        elif d.strategy in ("stratified_purposeful", "quota"):
            strata = {i: str(self.rows[i]["region"]) for i in ids}
            room = Counter(s for i, s in strata.items() if i not in d.forbidden)
            quotas = {s: n for s, n in d.quotas.items() if n} or _shared(
                {s: room[s] for s in set(strata.values())}, d.size, equal=d.allocation == "equal"
            )
            fits = lambda s: Counter(strata[i] for i in s) == Counter(quotas)  # noqa: E731
            if d.score:
                value = lambda s: (-sum(self.place(i, d.score or "", ids, high=d.direction == "high") for i in s),)  # noqa: E731
            elif d.strategy == "quota":
                value = self.early(ids)
            else:
                assert between is not None
                center = {s: _medoid([i for i in ids if strata[i] == s], between) for s in set(strata.values())}
                value = lambda s: (-sum(between(i, center[strata[i]]) for i in s),)  # noqa: E731
        elif d.strategy == "snowball":
            by = {i: str(self.rows[i]["by"]) for i in ids}
            wave = {i: _wave(i, by) for i in ids}
            if d.waves is not None:
                ids = [i for i in ids if wave[i] <= d.waves]
                between = self.distance(ids) if d.attributes else None
            cap, seeds = d.per_recruiter or len(ids), d.seeds or len(ids)
            fits = lambda s: (  # noqa: E731
                all(by[i] in s for i in s if by[i])
                and sum(not by[i] for i in s) <= seeds
                and all(n <= cap for n in Counter(by[i] for i in s if by[i]).values())
            )
            value = varied if d.attributes else lambda s: (-float(sum(wave[i] for i in s)),)
        elif d.strategy == "purposeful_random" or (d.strategy == "criterion" and not d.attributes):
            value = self.early(ids)
        elif d.strategy == "confirming_and_disconfirming":
            return self.contrasted(ids)
        kept = [s for s in self.samples(ids) if fits(s)]
        return kept, [tuple(round(v, 6) for v in value(s)) for s in kept]

    def contrasted(self, ids: list[str]) -> tuple[list[tuple[str, ...]], list[tuple[float, ...]]]:
        d = self.design
        residual = {i: self.residual(i) for i in ids}
        scale = max(residual.values()) or 1
        if d.contrast == "opposite_sign":
            signs = {i: (self.number(i, "fidelity") - d.cut) * (self.number(i, "predicted") - d.cut) for i in ids}
            against = {i for i in ids if signs[i] < 0}
            ids = [i for i in ids if signs[i] != 0]
        else:
            ranked = sorted(round(r / scale, 9) for r in residual.values())
            count = math.floor(d.tail_share * len(ids) + 1e-9)
            against = {i for i in ids if round(residual[i] / scale, 9) >= ranked[-count]}
            ids = [i for i in ids if i in against or round(residual[i] / scale, 9) <= ranked[count - 1]]
        between = self.distance(ids) if d.attributes else None
        half = d.size // 2

        def fits(s: tuple[str, ...]) -> bool:
            n = sum(i in against for i in s)
            return n == half if d.contrast == "matched_opposite" else min(n, len(s) - n) >= half

        def value(s: tuple[str, ...]) -> tuple[float, ...]:
            if between is not None and d.contrast != "matched_opposite":
                pairs = [between(a, b) for a, b in combinations(s, 2)]
                if d.objective == "max_min":
                    return (min(pairs, default=0.0),)
                return (sum(pairs),) if d.objective == "max_sum" else (min(pairs, default=0.0), sum(pairs))
            if between is None:
                return (sum(residual[i] / scale if i in against else 1 - residual[i] / scale for i in s),)
            left, right = [i for i in s if i in against], [i for i in s if i not in against]
            matched = min(sum(between(a, b) for a, b in zip(left, p, strict=True)) for p in permutations(right))
            return (sum(residual[i] / scale for i in left), -matched)

        kept = [s for s in self.samples(ids) if fits(s)]
        return kept, [tuple(round(v, 6) for v in value(s)) for s in kept]

    def early(self, ids: Sequence[str]) -> Callable[[tuple[str, ...]], tuple[float, ...]]:
        """Early places in the order of the seeded hash of the ids."""
        order = sorted(ids, key=lambda i: sha256(f"{self.design.seed}|{i}".encode()).digest())
        return lambda s: (-float(sum(order.index(i) for i in s)),)

    def place(self, id: str, column: str, ids: Sequence[str], *, high: bool) -> int:
        levels = sorted({self.number(i, column) for i in ids}, reverse=high)
        return levels.index(self.number(id, column))


def _admits(cell: object, wanted: object) -> bool:
    if isinstance(wanted, tuple):
        return (wanted[0] is None or float(cell) >= wanted[0]) and (wanted[1] is None or float(cell) <= wanted[1])  # type: ignore[arg-type]
    return cell in wanted  # type: ignore[operator]


def _medoid(ids: Sequence[str], between: Callable[[str, str], float]) -> str:
    return min(ids, key=lambda i: (round(sum(between(i, j) for j in ids), 6), i))


def _wave(id: str, by: Mapping[str, str]) -> int:
    return 1 + _wave(by[id], by) if by[id] else 0


def _shared(room: Mapping[str, int], places: int, *, equal: bool) -> dict[str, int]:
    """Every way to share the places out, the one nearest to the ideal shares by the largest remainder (Hamilton)."""
    given = dict.fromkeys(room, 0)
    open_ = {s for s in room if room[s]}
    while sum(given.values()) < min(places, sum(room.values())):
        left = places - sum(given.values())
        weight = {s: 1 if equal else room[s] for s in open_}
        ideal = {s: left * weight[s] / sum(weight.values()) for s in open_}
        over = {s for s in open_ if math.floor(ideal[s] + 1e-9) > room[s] - given[s]}
        if over:
            given |= {s: room[s] for s in over}
            open_ -= over
            continue
        given |= {s: given[s] + math.floor(ideal[s] + 1e-9) for s in open_}
        left = places - sum(given.values())
        order = sorted(open_, key=lambda s: (-round(ideal[s] - math.floor(ideal[s] + 1e-9), 9), s))
        for s in [s for s in order if given[s] < room[s]][:left]:
            given[s] += 1
        open_ = {s for s in open_ if given[s] < room[s]}
    return {s: n for s, n in given.items() if n}
