"""The sampling design as written in the protocol; strategy names after Patton (2015)."""

from __future__ import annotations

from datetime import date
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


class Quantiles(Part):
    """A band of a score between two quantiles, 0 to 1."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class StageSpec(Part):
    """One stage: from whom, by which strategy, how many, and why.

    Several stages are a combination: a stage may look only among those an earlier one chose (`within`), leave out
    those others chose (`excluding`), or, of people, choose `size` at each site an approved stage of sites selected.
    """

    name: Identifier
    of: Literal["sites", "people"] = "sites"
    strategy: Strategy
    rationale: Text
    size: int = Field(ge=1, description="how many; of people within sites, how many at each site")
    objective: Literal["lexicographic", "max_sum", "max_min"] = "lexicographic"
    attributes: list[AttributeSpec] = []
    rules: list[RuleSpec] = []
    criterion: dict[str, list[Value] | Band] = Field({}, description="only rows that fit are eligible")
    score: Text | None = Field(None, description="the column whose tails or band the strategy looks at")
    tail_share: float = Field(0.25, gt=0, le=0.5, description="share of the eligible frame in each tail of the score")
    required: list[Code] = []
    forbidden: list[Code] = []
    chosen: list[Code] = Field([], description="ids people chose, for a strategy that people decide")
    chosen_by: Code | None = Field(None, description="the team code of who chose them")
    chosen_on: date | None = Field(None, description="the day on which they were chosen")
    direction: Literal["high", "low"] = Field("high", description="which end of the score comes first")
    band: Quantiles | None = Field(None, description="intensity: the quantiles between which the score is intense")
    observed: Text | None = Field(None, description="the column of what was observed")
    predicted: Text | None = Field(None, description="the column of what theory or a model predicted")
    contrast: Literal["largest_residual", "opposite_sign", "matched_opposite"] = Field(
        "largest_residual", description="what makes a case disconfirming, and whether each is matched with a confirming"
    )
    cut: float = Field(0.0, description="opposite_sign: the value on whose two sides predicted and observed may lie")
    strata: Text | None = Field(None, description="the column whose values are the strata")
    clusters: int | None = Field(None, ge=2, description="instead of strata: how many groups to form by the attributes")
    quotas: dict[str, int] = Field({}, description="how many from each stratum; none means by `allocation`")
    allocation: Literal["proportional", "equal"] = "proportional"
    referrer: Text | None = Field(None, description="snowball: the column with the id of who named this person")
    wave: Text | None = Field(None, description="snowball: the column with the wave, checked against the referrers")
    waves: int | None = Field(None, ge=0, description="snowball: the last wave that is eligible")
    seeds: int | None = Field(None, ge=1, description="snowball: at most so many whom nobody named")
    per_recruiter: int | None = Field(None, ge=1, description="snowball: at most so many named by one person")
    frame: Text | None = Field(None, description="this stage's own frame, where it is not the one of all stages")
    id_column: Text | None = Field(None, description="the id column of this stage's own frame")
    within: Identifier | None = Field(None, description="the earlier stage among whose approved sample this one looks")
    site_column: Text | None = Field(None, description="of people within sites: the column with the person's site")
    excluding: list[Identifier] = Field([], description="earlier stages whose approved sample is not eligible here")
    backups_per_site: int = Field(2, ge=0)
    seed: int = Field(0, ge=0)
    time_limit_s: float = Field(60.0, gt=0)


class ScoreColumn(Part):
    """A scale's score by site as a column of the frames of sites, for the stages that name that column."""

    survey: Identifier = Field(description="the survey, which must be validated before a sample is proposed")
    scale: Identifier = Field(description="the scale of that survey; it says in `site_score` when a mean may stand")
    column: Text = Field(description="the name under which the stages know it; the frame has no such column itself")


class Sampling(Part):
    """The sampling frame and the stages of the sampling design."""

    frame: Text = "sampling/frame.csv"
    id_column: Text
    stages: list[StageSpec] = Field(min_length=1)
    scores: list[ScoreColumn] = Field([], description="scores of sites from surveys, as columns of the frame")

    @property
    def lists_people(self) -> bool:
        """Whether the rows of the common frame are people."""
        return any(stage.of == "people" and stage.frame is None for stage in self.stages)
