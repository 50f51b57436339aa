"""What a design must say before any frame is looked at: contradictions, and what its strategy needs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sampling.design import Attribute, Design, Rule, Where, is_interval, plain
from study.errors import StudyError

DECIDED = ("convenience", "theory_based", "opportunistic", "politically_important")
"""The strategies in which people decide."""


def check_design(design: Design) -> None:
    """Refuse a design that contradicts itself, before any frame is looked at."""
    if not design.rationale.strip():
        raise _fault("the sampling design has no rationale", "Write down why this strategy fits the question.")
    if design.size < 1:
        raise _fault(f"the sample size is {design.size}", "Ask for at least 1.")
    both = sorted(set(design.required) & set(design.forbidden))
    if both:
        raise _fault(f"{', '.join(both)} is both required and forbidden", "Remove it from one of the two lists.")
    if not design.each and len(set(design.required)) > design.size:
        raise _fault(
            f"{len(set(design.required))} are required and the size is {design.size}",
            "Raise the size or require fewer.",
        )
    _check_attributes(design.attributes)
    _check_rules(design.rules)
    _check_ranges("the criterion", design.criterion)
    for rule in design.rules:
        _check_ranges(f"the rule {rule.name!r}", rule.where)
    _check_numbers(design)
    _check_strategy(design)


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
            raise _fault(
                f"the rule {rule.name!r} has min {plain(rule.min)} above max {plain(rule.max)}", "Exchange them."
            )
        floor_above = rule.min_floor is not None and (rule.min is None or rule.min_floor > rule.min)
        ceiling_below = rule.max_ceiling is not None and (rule.max is None or rule.max_ceiling < rule.max)
        if floor_above or ceiling_below:
            raise _fault(
                f"the rule {rule.name!r} has a floor above its min or a ceiling below its max",
                "min_floor goes with a min at or above it, max_ceiling with a max at or below it.",
            )


def _check_ranges(asker: str, where: Where) -> None:
    """Refuse a range from high to low, which admits nothing, and an empty list of values."""
    for column, wanted in where.items():
        if not is_interval(wanted):
            if not wanted:
                raise _fault(f"{asker} names no value of {column}", "List the values, or leave the column out.")
            continue
        low, high = (float("nan") if end is None else float(end) for end in wanted)
        if low > high:
            raise _fault(f"{asker} wants {column} from {plain(low)} to {plain(high)}", "Exchange the two.")


def _check_strategy(design: Design) -> None:
    """Refuse a design that lacks what its strategy reads."""
    name = design.strategy
    said = name.replace("_", " ")
    if name in DECIDED or (name == "criterion" and design.chosen):
        _check_chosen(design, said)
    elif design.chosen:
        raise _fault(
            f"`chosen` lists {len(design.chosen)} ids, and in {said} sampling nobody lists them",
            "Put those that must be in under `required`, or name a strategy in which people decide.",
        )
    for strategies, fields, what, remedy in NEEDS:
        if name in strategies and not any(getattr(design, f) for f in fields):
            raise _fault(what.format(said), remedy)
    if name == "typical_case" and not design.attributes:
        _need_both_columns(design, said)
    if name == "extreme_or_deviant_case" and not design.score:
        _need_both_columns(design, said)
    if name == "confirming_and_disconfirming":
        _need_both_columns(design, said)
        if design.contrast == "matched_opposite" and (design.size % 2 or not design.attributes):
            raise _fault(
                f"matched pairs need an even size and attributes; the size is {design.size}",
                "Ask for an even size, and declare under `attributes` what a pair should share.",
            )


NEEDS: tuple[tuple[tuple[str, ...], tuple[str, ...], str, str], ...] = (
    (
        ("maximum_variation",),
        ("attributes",),
        "maximum variation needs attributes on which the sites should vary",
        "Declare at least one under `attributes`.",
    ),
    (
        ("homogeneous",),
        ("attributes",),
        "{} sampling needs attributes in which the chosen should be alike",
        "Declare at least one under `attributes`.",
    ),
    (
        ("homogeneous",),
        ("criterion",),
        "{} sampling needs the subgroup that is to be studied in depth",
        "Declare the columns and values that make up the subgroup under `criterion`.",
    ),
    (
        ("criterion", "critical_case"),
        ("criterion",),
        "{} sampling needs a criterion",
        "Declare the columns and values that make a row eligible under `criterion`.",
    ),
    (
        ("intensity", "critical_case"),
        ("score",),
        "{} sampling needs a score",
        "Name the column that is ranked under `score`.",
    ),
    (
        ("intensity",),
        ("band",),
        "{} sampling needs a band",
        "Write the two quantiles under `band`: {{low: 0.6, high: 0.9}}.",
    ),
    (
        ("intensity",),
        ("attributes",),
        "{} sampling needs attributes on which those in the band should vary",
        "Declare at least one under `attributes`.",
    ),
    (
        ("stratified_purposeful", "quota"),
        ("strata", "clusters"),
        "{} sampling needs strata",
        "Name a column under `strata`, or a number of groups to be formed by the attributes under `clusters`.",
    ),
    (
        ("stratified_purposeful",),
        ("score", "attributes"),
        "{} sampling needs what ranks the rows within a stratum",
        "Declare `attributes` (the most typical come first) or a `score`.",
    ),
    (
        ("snowball",),
        ("referrer",),
        "{} sampling needs to know who named whom",
        "Name the column of referrers under `referrer`.",
    ),
)
"""Strategies, the fields of which they need one, what is wrong without it, what to do."""


def _need_both_columns(design: Design, said: str) -> None:
    if design.observed and design.predicted:
        return
    if design.strategy == "confirming_and_disconfirming":
        what, remedy = (
            "what was predicted beside what was observed",
            "Name both columns under `predicted` and `observed`.",
        )
    elif design.strategy == "typical_case":
        what, remedy = (
            "attributes, or what was predicted beside what was observed",
            "Declare `attributes`, or name both columns.",
        )
    else:
        what = "a score, or what was predicted beside what was observed"
        remedy = "Name the column whose tails matter under `score`, or both columns under `predicted` and `observed`."
    raise _fault(f"{said} sampling needs {what}", remedy)


def _check_chosen(design: Design, said: str) -> None:
    if not design.chosen_by or not design.chosen_on:
        raise _fault(
            f"people choose in {said} sampling, and who chose or on what day is not written down",
            "Write the person's code under `chosen_by` and the day under `chosen_on`.",
        )
    if not design.each and (len(set(design.chosen)) != design.size or len(design.chosen) != design.size):
        raise _fault(
            f"people choose in {said} sampling: `chosen` has {len(set(design.chosen))} ids, the size is {design.size}",
            "List exactly the ids that were chosen, each once.",
        )


def _check_numbers(design: Design) -> None:
    """Refuse numbers that no frame could make sense of."""
    if not 0 < design.tail_share <= 0.5:
        raise _fault(f"tail_share is {design.tail_share:g}", "Give a share above 0 and up to 0.5.")
    if design.band is not None and not 0 <= design.band[0] < design.band[1] <= 1:
        raise _fault(
            f"the band runs from {design.band[0]:g} to {design.band[1]:g}",
            "Give two quantiles between 0 and 1, the lower first.",
        )
    if not math.isfinite(design.cut):
        raise _fault("the cut is not a finite number", "Correct it.")
    for name, least in (("clusters", 2), ("waves", 0), ("seeds", 1), ("per_recruiter", 1)):
        value = getattr(design, name)
        if value is not None and value < least:
            raise _fault(f"`{name}` is {value}", f"Give a whole number from {least} up.")
    if design.strata and design.clusters:
        raise _fault("both `strata` and `clusters` are declared", "Declare one of them.")
    if design.clusters and not design.attributes:
        raise _fault(f"{design.clusters} clusters are wanted and no attributes", "Declare what forms them.")
    if design.clusters and design.quotas:
        raise _fault(
            "quotas name strata that clusters do not have", "Leave `quotas` out, or name a column under `strata`."
        )
    wrong = sorted(k for k, v in design.quotas.items() if v < 0)
    if wrong:
        raise _fault(f"the quota of {', '.join(wrong)} is below 0", "Correct it.")
    if design.quotas and sum(design.quotas.values()) != design.size:
        raise _fault(
            f"the quotas sum to {sum(design.quotas.values())} and the size is {design.size}", "Make them agree."
        )


def _fault(what: str, remedy: str) -> StudyError:
    return StudyError(what, where="the sampling design", remedy=remedy)
