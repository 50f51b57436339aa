"""The sampling design as written in the protocol; strategy names after Patton (2015)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Identifier, Part, Text

Value = str | int | float | bool

Strategy = Literal[
    "maximum_variation",
    "homogeneous",
    "typical_case",
    "extreme_or_deviant_case",
    "intensity",
    "critical_case",
    "criterion",
    "stratified_purposeful",
    "quota",
    "purposeful_random",
    "snowball",
    "confirming_and_disconfirming",
    "theory_based",
    "opportunistic",
    "politically_important",
    "convenience",
]


class AttributeSpec(Part):
    """A column of the frame on which sites should vary or agree."""

    name: Text
    kind: Literal["numeric", "ordinal", "nominal"]
    weight: float = Field(1.0, ge=0)
    order: list[Value] | None = Field(None, description="levels from low to high, for an ordinal attribute")
    missing: Literal["level", "drop", "error"] = "error"


class Band(Part):
    """A closed range of a numeric column; leave an end out for no limit."""

    low: float | None = None
    high: float | None = None


class RuleSpec(Part):
    """A side rule: how many of the sample (or how much of a column) must or may come from a part of the frame."""

    name: Text
    where: dict[str, list[Value] | Band] = {}
    minimum: float | None = Field(None, alias="min")
    maximum: float | None = Field(None, alias="max")
    sum_of: Text | None = Field(None, description="a cost or travel column summed instead of counting")
    min_floor: float | None = Field(None, description="how far the minimum may give; none means it may not")
    max_ceiling: float | None = Field(None, description="how far the maximum may give; none means it may not")


class StageSpec(Part):
    """One stage: from whom, by which strategy, how many, and why."""

    name: Identifier
    of: Literal["sites", "people"] = "sites"
    strategy: Strategy
    rationale: Text
    size: int = Field(ge=1)
    objective: Literal["lexicographic", "max_sum", "max_min"] = "lexicographic"
    attributes: list[AttributeSpec] = []
    rules: list[RuleSpec] = []
    criterion: dict[str, list[Value] | Band] = Field({}, description="only rows that fit are eligible")
    score: Text | None = Field(None, description="the column whose tails or band the strategy looks at")
    tail_share: float = Field(0.25, gt=0, le=0.5, description="share of the eligible frame in each tail of the score")
    required: list[Code] = []
    forbidden: list[Code] = []
    chosen: list[Code] = Field([], description="ids people chose, for a strategy that people decide")
    backups_per_site: int = Field(2, ge=0)
    seed: int = Field(0, ge=0)
    time_limit_s: float = Field(60.0, gt=0)


class Sampling(Part):
    """The sampling frame and the stages of the sampling design."""

    frame: Text = "sampling/frame.csv"
    id_column: Text
    stages: list[StageSpec] = Field(min_length=1)
