"""The sampling design: what is wanted of a sample, written down before anyone chooses.

Strategy names after Patton (2015), Qualitative Research and Evaluation Methods, 4th ed., ch. 5.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from study.identifiers import digest
from study.protocol.sampling import Band, StageSpec

Value = str | int | float | bool
Interval = tuple[float | None, float | None]
Where = Mapping[str, Sequence[Value] | Interval]
"""A column's admitted values as a list, or a closed range as a pair (low, high) with None for no limit."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column on which sites should vary: its kind, weight ≥ 0, levels in order, and what a missing value means."""

    name: str
    kind: Literal["numeric", "ordinal", "nominal"]
    weight: float = 1.0
    order: tuple[Value, ...] | None = None
    missing: Literal["level", "drop", "error"] = "error"


@dataclass(frozen=True, slots=True)
class Rule:
    """At least `min` and at most `max` of the sample where the columns admit it; with `sum_of`, of that column's sum.

    `min_floor` and `max_ceiling` say how far the rule may give when the rules cannot all hold; None: not at all.
    """

    name: str
    where: Where = field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    sum_of: str | None = None
    min_floor: float | None = None
    max_ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """One stage's design; there is no default strategy and the rationale is required.

    What each strategy reads: `score` with `direction`, `tail_share` or `band` (quantiles); `observed`, `predicted`,
    `contrast` and `cut`; `strata` or `clusters` with `quotas` or `allocation`; `referrer`, `wave`, `waves`, `seeds`
    and `per_recruiter`; `chosen` with who chose and when. `each` is a column within whose values a sample of `size` is
    proposed apart; `among` and `taken` are ids an earlier stage chose: the only eligible ones, and those no longer so.
    """

    id_column: str
    size: int
    strategy: str
    rationale: str
    objective: Literal["lexicographic", "max_sum", "max_min"] = "lexicographic"
    attributes: tuple[Attribute, ...] = ()
    rules: tuple[Rule, ...] = ()
    criterion: Where = field(default_factory=dict)
    score: str | None = None
    tail_share: float = 0.25
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    backups_per_site: int = 2
    seed: int = 0
    time_limit_s: float = 60.0
    direction: Literal["high", "low"] = "high"
    band: tuple[float, float] | None = None
    observed: str | None = None
    predicted: str | None = None
    contrast: Literal["largest_residual", "opposite_sign", "matched_opposite"] = "largest_residual"
    cut: float = 0.0
    strata: str | None = None
    clusters: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    allocation: Literal["proportional", "equal"] = "proportional"
    referrer: str | None = None
    wave: str | None = None
    waves: int | None = None
    seeds: int | None = None
    per_recruiter: int | None = None
    each: str | None = None
    among: tuple[str, ...] | None = None
    taken: tuple[str, ...] = ()
    chosen_by: str | None = None
    chosen_on: str | None = None

    def canonical(self) -> bytes:
        """The design as canonical JSON: what its fingerprint commits to.

        Left out are the time limit, which changes no wish, who chose and when, which the record holds, and every
        later field at its default, so that a design keeps its fingerprint when the fields become more.
        """
        plain = asdict(self)
        for name in ("time_limit_s", "chosen_by", "chosen_on"):
            del plain[name]
        for name, default in LATER.items():
            if plain[name] == default:
                del plain[name]
        plain["criterion"] = _plain(self.criterion)
        for rule, written in zip(plain["rules"], self.rules, strict=True):
            rule["where"] = _plain(written.where)
        for ids in ("required", "forbidden", "chosen", "among", "taken"):
            if ids in plain:
                plain[ids] = sorted(plain[ids])
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def fingerprint(self, digest_of: Callable[[bytes], str] = digest) -> str:
        """SHA-256 of the canonical design; `digest_of` puts a keyed digest in its place for a sample of people."""
        return digest_of(self.canonical())


LATER: dict[str, object] = {
    "direction": "high",
    "band": None,
    "observed": None,
    "predicted": None,
    "contrast": "largest_residual",
    "cut": 0.0,
    "strata": None,
    "clusters": None,
    "quotas": {},
    "allocation": "proportional",
    "referrer": None,
    "wave": None,
    "waves": None,
    "seeds": None,
    "per_recruiter": None,
    "each": None,
    "among": None,
    "taken": (),
}
"""Fields that designs did not always have, with their defaults."""


def design_of(stage: StageSpec, id_column: str) -> Design:
    """The design that a stage of the protocol declares."""
    return Design(
        id_column=id_column,
        size=stage.size,
        strategy=stage.strategy,
        rationale=stage.rationale,
        objective=stage.objective,
        attributes=tuple(
            Attribute(a.name, a.kind, a.weight, tuple(a.order) if a.order else None, a.missing)
            for a in stage.attributes
        ),
        rules=tuple(
            Rule(r.name, _where(r.where), r.minimum, r.maximum, r.sum_of, r.min_floor, r.max_ceiling)
            for r in stage.rules
        ),
        criterion=_where(stage.criterion),
        score=stage.score,
        tail_share=stage.tail_share,
        required=tuple(stage.required),
        forbidden=tuple(stage.forbidden),
        chosen=tuple(stage.chosen),
        backups_per_site=stage.backups_per_site,
        seed=stage.seed,
        time_limit_s=stage.time_limit_s,
        direction=stage.direction,
        band=(stage.band.low, stage.band.high) if stage.band else None,
        observed=stage.observed,
        predicted=stage.predicted,
        contrast=stage.contrast,
        cut=stage.cut,
        strata=stage.strata,
        clusters=stage.clusters,
        quotas=dict(stage.quotas),
        allocation=stage.allocation,
        referrer=stage.referrer,
        wave=stage.wave,
        waves=stage.waves,
        seeds=stage.seeds,
        per_recruiter=stage.per_recruiter,
        chosen_by=stage.chosen_by,
        chosen_on=stage.chosen_on.isoformat() if stage.chosen_on else None,
    )


def is_interval(wanted: Sequence[Value] | Interval) -> bool:
    """Whether a rule's wish for a column is a closed range (a pair as a tuple) and not a list of values."""
    return isinstance(wanted, tuple) and len(wanted) == 2 and not any(isinstance(w, str | bool) for w in wanted)


def plain(value: float) -> str:
    """A number as people write it: ten digits at most, no exponent below ten thousand millions."""
    return f"{value:.10g}"


def _plain(where: Where) -> dict[str, object]:
    """A where clause as JSON, ranges and lists apart."""
    return {k: {"range": list(v)} if is_interval(v) else {"values": list(v)} for k, v in where.items()}


def _where(where: Mapping[str, list[Value] | Band]) -> dict[str, Sequence[Value] | Interval]:
    return {k: (v.low, v.high) if isinstance(v, Band) else list(v) for k, v in where.items()}
