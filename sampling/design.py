"""The sampling design: what is wanted of a sample, written down before anyone chooses.

Strategy names after Patton (2015), Qualitative Research and Evaluation Methods, 4th ed., ch. 5.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from study.errors import StudyError
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
    """One stage's design; there is no default strategy and the rationale is required."""

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

    def canonical(self) -> bytes:
        """The design as canonical JSON: what its fingerprint commits to; the time limit changes no wish."""
        plain = asdict(self)
        del plain["time_limit_s"]
        plain["criterion"] = _plain(self.criterion)
        for rule, written in zip(plain["rules"], self.rules, strict=True):
            rule["where"] = _plain(written.where)
        for ids in ("required", "forbidden", "chosen"):
            plain[ids] = sorted(plain[ids])
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def fingerprint(self, digest_of: Callable[[bytes], str] = digest) -> str:
        """SHA-256 of the canonical design; `digest_of` puts a keyed digest in its place for a sample of people."""
        return digest_of(self.canonical())


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
    )


def check_design(design: Design) -> None:
    """Refuse a design that contradicts itself, before any frame is looked at."""
    if not design.rationale.strip():
        raise _fault("the sampling design has no rationale", "Write down why this strategy fits the question.")
    if design.size < 1:
        raise _fault(f"the sample size is {design.size}", "Ask for at least 1.")
    both = sorted(set(design.required) & set(design.forbidden))
    if both:
        raise _fault(f"{', '.join(both)} is both required and forbidden", "Remove it from one of the two lists.")
    if len(set(design.required)) > design.size:
        raise _fault(
            f"{len(set(design.required))} are required and the size is {design.size}",
            "Raise the size or require fewer.",
        )
    _check_attributes(design.attributes)
    _check_rules(design.rules)


def _check_attributes(attributes: Sequence[Attribute]) -> None:
    names = [a.name for a in attributes]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise _fault(f"the attribute {twice[0]} is declared twice", "Declare each column once.")
    wrong = [a.name for a in attributes if not (math.isfinite(a.weight) and a.weight >= 0)]
    if wrong:
        raise _fault(f"the weight of {', '.join(wrong)} is not a number from 0 up", "Correct the weight.")
    if attributes and all(a.weight == 0 for a in attributes):
        raise _fault(f"all weights are zero ({', '.join(names)})", "Give at least one attribute a weight above 0.")


def _check_rules(rules: Sequence[Rule]) -> None:
    names = [r.name for r in rules]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise _fault(f"two rules are named {twice[0]!r}", "Give each rule its own name.")
    for rule in rules:
        if rule.min is None and rule.max is None:
            raise _fault(f"the rule {rule.name!r} has neither min nor max", "Give it at least one of them.")
        bounds = [b for b in (rule.min, rule.max, rule.min_floor, rule.max_ceiling) if b is not None]
        if not all(math.isfinite(b) for b in bounds):
            raise _fault(f"the rule {rule.name!r} has a limit that is not a finite number", "Correct it.")
        if rule.min is not None and rule.max is not None and rule.min > rule.max:
            raise _fault(f"the rule {rule.name!r} has min {rule.min:g} above max {rule.max:g}", "Exchange them.")
        floor_above = rule.min_floor is not None and (rule.min is None or rule.min_floor > rule.min)
        ceiling_below = rule.max_ceiling is not None and (rule.max is None or rule.max_ceiling < rule.max)
        if floor_above or ceiling_below:
            raise _fault(
                f"the rule {rule.name!r} has a floor above its min or a ceiling below its max",
                "min_floor goes with a min at or above it, max_ceiling with a max at or below it.",
            )


def is_interval(wanted: Sequence[Value] | Interval) -> bool:
    """Whether a rule's wish for a column is a closed range (a pair as a tuple) and not a list of values."""
    return isinstance(wanted, tuple) and len(wanted) == 2 and not any(isinstance(w, str | bool) for w in wanted)


def _plain(where: Where) -> dict[str, object]:
    """A where clause as JSON, ranges and lists apart."""
    return {k: {"range": list(v)} if is_interval(v) else {"values": list(v)} for k, v in where.items()}


def _where(where: Mapping[str, list[Value] | Band]) -> dict[str, Sequence[Value] | Interval]:
    return {k: (v.low, v.high) if isinstance(v, Band) else list(v) for k, v in where.items()}


def _fault(what: str, remedy: str) -> StudyError:
    return StudyError(what, where="the sampling design", remedy=remedy)
