"""The checks on the scales of a survey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evidence.survey.scales import Scale
from expectations.check import Check, at_most, is_zero, within

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
    message="Turning this item round would raise alpha by {value}: is it reversed, or turned round already?",
)

UNUSABLE = Check(
    "SV062",
    "review",
    expectation=is_zero,
    title="Items of scales are numbers",
    reason="A text cannot be scored.",
    message="Items of this scale that are not numeric in the data dictionary: {value}. Correct their type.",
)

CHECKS = (STRAIGHT, ALPHA, REVERSAL, UNUSABLE)


def of_scale(scale: Scale) -> Iterator[Check]:
    """The checks on one scale and on its items, over the features of `scale_features`."""
    yield replace(UNUSABLE, feature=f"unusable_item_count:{scale.name}", column=scale.name)
    yield replace(
        ALPHA, feature=f"alpha:{scale.name}", column=scale.name, expectation=within(scale.minimum_alpha, None)
    )
    yield replace(STRAIGHT, feature=f"straight_line_share:{scale.name}", column=scale.name)
    for item in scale.items:
        yield replace(REVERSAL, feature=f"reversal_gain:{item}", column=item)
