"""The checks on the scales of a survey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from evidence.survey.scales import Scale
from expectations.check import Builder, Check, Thresholds, at_least, at_most, is_zero, within

STRAIGHT = Check(
    "SV032",
    "inform",
    expectation=at_most,
    defaults={"maximum": 0.1},
    title="Few give the same answer throughout a scale",
    reason="Straight lines show inattention.",
    message="{value_percent} gave one and the same answer to every item (at most {maximum_percent}): were they "
    "attentive?",
)

ALPHA = Check(
    "SV060",
    "review",
    expectation=within(None, None),  # the minimum comes from the scale in study.yaml
    title="Scales are reliable enough",
    reason="A scale whose items do not hang together measures nothing.",
    message="Cronbach's alpha is {value}, below the minimum of the protocol: look at reversed items and at the items.",
)

REVERSAL = Check(
    "SV061",
    "review",
    expectation=at_most,
    defaults={"maximum": 0.1},
    title="Reversed items are declared",
    reason="A forgotten reversal pulls a scale towards nothing.",
    message="Turning this item round would raise alpha by {value}: it runs against the sum of the other items. Is it "
    "reversed, or turned round already?",
)

UNUSABLE = Check(
    "SV062",
    "review",
    expectation=is_zero,
    title="Items of scales are numbers",
    reason="A text cannot be scored.",
    message="Items of this scale that are not numeric in the data dictionary: {value}. Correct their type.",
)

OMEGA = Check(
    "SV063",
    "inform",
    expectation=within(None, None),  # the minimum comes from the scale in study.yaml
    title="One factor accounts for a scale",
    reason="Alpha can be high although the items share no single factor, and low although they do.",
    message="Omega total of one factor is {value}, below the minimum of the protocol: look at the items that load "
    "least, and whether the scale is one scale.",
)


def _where_turning_helps_little(feature: str, thresholds: Thresholds) -> Any:
    """No gain is above `maximum`, unless turning the item round would raise alpha by more than `turned`."""
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    item = feature.removeprefix("gain_without:")
    return gxe.ExpectColumnValuesToBeBetween(
        column=feature,
        max_value=thresholds["maximum"],
        row_condition=Column(f"reversal_gain:{item}") <= thresholds["turned"],
    )


WITHOUT = Check(
    "SV064",
    "inform",
    expectation=_where_turning_helps_little,
    defaults={"maximum": 0.05, "turned": 0.1},
    title="No item holds a scale back",
    reason="An item that measures something else makes every score less reliable.",
    message="Alpha would be {value} higher without this item: read its wording, and say in the protocol if it is left "
    "out.",
)

INTERVAL = Check(
    "SV065",
    "inform",
    expectation=within(None, None),  # the minimum comes from the scale in study.yaml
    title="Alpha is reliable enough for certain",
    reason="With few respondents alpha may be above the minimum by luck.",
    message="Alpha is above the minimum of the protocol, and its 95% interval begins at {value}, below it: say so "
    "where the scale is reported, or ask more people.",
)

COMPLETE = Check(
    "SV066",
    "inform",
    expectation=at_least,
    defaults={"minimum": 30},
    title="Enough people answered a whole scale",
    reason="Reliability from a handful of respondents says little.",
    message="Only {value} answered every item of this scale (at least {minimum} expected): read its reliability with "
    "care.",
)

SITE_MEAN = Check(
    "SV067",
    "inform",
    expectation=within(None, None),  # the conditions come from the scale's site_score in study.yaml
    title="A site's mean may stand for it",
    reason="The mean of few people, or of people who disagree, describes no site.",
    message="A condition under which the mean of a site may stand for it is not met.",
)

CHECKS = (STRAIGHT, ALPHA, REVERSAL, UNUSABLE, OMEGA, WITHOUT, INTERVAL, COMPLETE, SITE_MEAN)


def of_scale(scale: Scale) -> Iterator[Check]:
    """The checks on one scale and on its items, over the features of `scale_features`."""

    def on(check: Check, feature: str, expectation: Builder | None = None, given: str = "") -> Check:
        built = expectation or check.expectation
        return replace(check, feature=f"{feature}:{scale.name}", column=scale.name, expectation=built, given=given)

    least = within(scale.minimum_alpha, None)
    alpha = f"alpha:{scale.name}"
    yield on(UNUSABLE, "unusable_item_count")
    yield on(ALPHA, "alpha", least)
    yield on(INTERVAL, "alpha_low", _where_also(alpha, scale.minimum_alpha), given=alpha)
    yield on(OMEGA, "omega", least)
    yield on(COMPLETE, "complete_count")
    yield on(STRAIGHT, "straight_line_share")
    for item in scale.items:
        turned = f"reversal_gain:{item}"
        yield replace(REVERSAL, feature=turned, column=item)
        yield replace(WITHOUT, feature=f"gain_without:{item}", column=item, given=turned)
    yield from _of_sites(scale)


def _of_sites(scale: Scale) -> Iterator[Check]:
    """One check for each condition on a site's mean that the protocol declares, saying which it is."""
    wanted = scale.site_score
    if wanted is None:
        return

    def on(feature: str, about: str, expectation: Builder, message: str) -> Check:
        column = f"{scale.name} by site, {about}"
        return replace(
            SITE_MEAN, feature=f"{feature}:{scale.name}", column=column, expectation=expectation, message=message
        )

    yield on(
        "few_respondents_site_count",
        "respondents",
        is_zero,
        f"Sites at which fewer than {wanted.minimum_respondents} answered enough of this scale: {{value}}. No mean is "
        "given for them: ask more people there, or leave them out of what rests on it.",
    )
    if wanted.minimum_icc2 is not None:
        yield on(
            "icc2",
            "ICC(2)",
            within(wanted.minimum_icc2, None),
            f"The sites' means are too unreliable to tell sites apart: ICC(2) is {{value}}, at least "
            f"{wanted.minimum_icc2:g} wanted. No site is chosen by this scale; ask more people at each.",
        )
    if wanted.minimum_rwg is not None:
        yield on(
            "least_rwg",
            "r_wg",
            within(wanted.minimum_rwg, None),
            f"At a site or more people agree too little for a mean to stand for them: the least r_wg is {{value}}, at "
            f"least {wanted.minimum_rwg:g} wanted. Look at how the answers of such a site are spread.",
        )


def _where_also(given: str, minimum: float) -> Builder:
    """No value is below `minimum` where `given` is not: what is too low already is another check's."""

    def build(feature: str, thresholds: Thresholds) -> Any:
        import great_expectations.expectations as gxe
        from great_expectations.expectations.row_conditions import Column

        return gxe.ExpectColumnValuesToBeBetween(
            column=feature, min_value=minimum, row_condition=Column(given) >= minimum
        )

    return build
