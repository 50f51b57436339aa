"""Every bad input is refused before any solving, naming ids, columns or rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sampling import Attribute, Design, Rule, propose
from study import StudyError

SIZE = Attribute("size", "numeric")
DESIGN = Design("site_id", 3, "maximum_variation", "To see the range.", attributes=(SIZE,))
BY_PI = {"chosen_by": "PI", "chosen_on": "2026-01-05"}
PREDICTED = {"strategy": "confirming_and_disconfirming", "observed": "size", "predicted": "one"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rationale": " "}, "has no rationale"),
        ({"size": 0}, "the sample size is 0"),
        ({"size": 13}, "the sample size is 13 and only 12 of 12 rows are eligible"),
        ({"attributes": ()}, "maximum variation needs attributes"),
        ({"attributes": (Attribute("sise", "numeric"),)}, "the frame has no column 'sise'"),
        ({"attributes": (SIZE, SIZE)}, "the attribute size is declared twice"),
        ({"attributes": (Attribute("size", "numeric", 0.0),)}, "all weights are zero"),
        ({"attributes": (Attribute("size", "numeric", -1.0),)}, "the weight of size"),
        ({"attributes": (Attribute("size", "numeric", float("inf")),)}, "the weight of size"),
        ({"attributes": (Attribute("region", "numeric"),)}, "row 2, column region: a finite number belongs here"),
        ({"attributes": (Attribute("same", "nominal"),)}, "no attribute varies among the eligible rows (same)"),
        ({"attributes": (Attribute("ownership", "nominal"),)}, "ownership is missing for S001"),
        ({"attributes": (Attribute("setting", "ordinal", order=("rural", "urban")),)}, "is not in the declared order"),
        ({"required": ("S001",), "forbidden": ("S001",)}, "S001 is both required and forbidden"),
        ({"required": ("S999",)}, "`required` names S999"),
        ({"forbidden": ("S998", "S999")}, "`forbidden` names S998, S999"),
        ({"required": ("S001", "S002", "S003", "S004")}, "4 are required and the size is 3"),
        ({"rules": (Rule("r", {"region": ["mars"]}, min=1),)}, "the rule 'r' asks for mars and column 'region'"),
        ({"rules": (Rule("r", {"planet": ["mars"]}, min=1),)}, "the frame has no column 'planet'"),
        ({"rules": (Rule("r", min=3, max=1),)}, "the rule 'r' has min 3 above max 1"),
        ({"rules": (Rule("r"),)}, "the rule 'r' has neither min nor max"),
        ({"rules": (Rule("r", min=1), Rule("r", min=2))}, "two rules are named 'r'"),
        ({"rules": (Rule("r", min=1, min_floor=2),)}, "a floor above its min"),
        ({"rules": (Rule("r", max=9, sum_of="cost"),)}, "column 'cost', which is empty for S002"),
        ({"rules": (Rule("r", max=9, sum_of="region"),)}, "a finite number belongs here"),
        (
            {"rules": (Rule("r", {"same": ["x"]}, max=1),), "required": ("S001", "S002")},
            "the required rows alone break",
        ),
        ({"criterion": {"region": ["bay"]}, "required": ("S001",)}, "required but not eligible: S001"),
        ({"strategy": "avalanche"}, "the strategy 'avalanche' is not available. Available are confirming_and_"),
        ({"strategy": "extreme_or_deviant_case"}, "needs a score"),
        ({"strategy": "extreme_or_deviant_case", "score": "one"}, "has no two tails"),
        ({"strategy": "criterion"}, "needs a criterion"),
        ({"strategy": "convenience", "chosen": ("S001",)}, "who chose or on what day is not written down"),
        ({"strategy": "convenience", **BY_PI, "chosen": ("S001",)}, "`chosen` has 1 ids, the size is 3"),
        ({"strategy": "convenience", **BY_PI, "chosen": ("S001",) * 3}, "`chosen` has 1 ids, the size is 3"),
        ({"strategy": "homogeneous", "chosen": ("S001",)}, "in homogeneous sampling nobody lists them"),
        ({"strategy": "homogeneous"}, "homogeneous sampling needs the subgroup"),
        ({"strategy": "homogeneous", "attributes": ()}, "homogeneous sampling needs attributes"),
        (
            {"strategy": "typical_case", "attributes": ()},
            "typical case sampling needs attributes, or what was predicted",
        ),
        ({"strategy": "typical_case", "attributes": (), "observed": "size", "predicted": "sise"}, "no column 'sise'"),
        (
            {"strategy": "typical_case", "attributes": (), "observed": "region", "predicted": "size"},
            "row 2, column region",
        ),
        ({"strategy": "intensity"}, "intensity sampling needs a score"),
        ({"strategy": "intensity", "score": "size"}, "intensity sampling needs a band"),
        ({"strategy": "intensity", "score": "size", "band": (0.9, 0.5)}, "the band runs from 0.9 to 0.5"),
        ({"strategy": "intensity", "score": "size", "band": (0.5, 0.51)}, "of 12 rows are eligible"),
        ({"strategy": "critical_case", "score": "size"}, "critical case sampling needs a criterion"),
        ({"strategy": "critical_case", "criterion": {"region": ["bay"]}}, "critical case sampling needs a score"),
        ({"strategy": "extreme_or_deviant_case", "tail_share": 0.7}, "tail_share is 0.7"),
        ({"strategy": "quota"}, "quota sampling needs strata"),
        ({"strategy": "quota", "strata": "planet"}, "the frame has no column 'planet'"),
        ({"strategy": "quota", "strata": "region", "quotas": {"bay": 1}}, "the quotas sum to 1 and the size is 3"),
        ({"strategy": "quota", "strata": "region", "quotas": {"bay": -1, "north": 4}}, "the quota of bay is below 0"),
        (
            {"strategy": "quota", "strata": "region", "quotas": {"mars": 3}},
            "the quota asks for mars and column 'region'",
        ),
        ({"strategy": "quota", "strata": "same", "quotas": {"x": 3}, "size": 3, "clusters": 2}, "both `strata` and"),
        ({"strategy": "quota", "strata": "one_each", "quotas": {"k1": 3}}, "the quota asks for 3 of k1 and only 1 are"),
        ({"strategy": "quota", "clusters": 1}, "`clusters` is 1"),
        ({"strategy": "quota", "clusters": 13}, "13 clusters are wanted of 12 eligible rows"),
        ({"strategy": "quota", "clusters": 2, "attributes": ()}, "2 clusters are wanted and no attributes"),
        ({"strategy": "stratified_purposeful", "strata": "region", "attributes": ()}, "needs what ranks the rows"),
        ({"strategy": "snowball"}, "snowball sampling needs to know who named whom"),
        ({"strategy": "snowball", "referrer": "region"}, "the referrer of S001"),
        ({"strategy": "snowball", "referrer": "circle"}, "named one another in a circle, or through one: S002, S003"),
        ({"strategy": "snowball", "referrer": "by", "wave": "one"}, "and 4 more is not one after the referrer's"),
        ({"strategy": "snowball", "referrer": "by", "per_recruiter": 0}, "`per_recruiter` is 0"),
        ({"strategy": "confirming_and_disconfirming"}, "needs what was predicted beside what was observed"),
        (
            {**PREDICTED, "contrast": "matched_opposite"},
            "matched pairs need an even size and attributes; the size is 3",
        ),
        ({**PREDICTED, "cut": float("nan")}, "the cut is not a finite number"),
        ({**PREDICTED, "predicted": "size"}, "the residual has no two tails of 25%"),
        ({"each": "planet"}, "the frame has no column 'planet'"),
        ({"each": "ownership"}, "ownership is missing for S001"),
        ({"each": "same", "size": 13}, "at x: the sample size is 13 and only 12 of 12 rows are eligible"),
    ],
)
def test_a_design_that_cannot_be_answered(
    programs: Callable[..., pd.DataFrame], changes: dict[str, object], said: str
) -> None:
    frame = programs(12, 3).assign(same="x", one=1, cost=1, by="", circle="")
    frame["one_each"] = [f"k{i}" for i in range(12)]
    frame.loc[[1, 2], "circle"] = ["S003", "S002"]
    frame.loc[0, ["region", "ownership"]] = ["north", ""]
    frame["cost"] = frame["cost"].astype(object)
    frame.loc[1, "cost"] = ""
    with pytest.raises(StudyError) as error:
        propose(frame, replace(DESIGN, **changes))  # type: ignore[arg-type]
    assert said in str(error.value)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_frame_of_none_or_one_is_too_small_for_three(programs: Callable[..., pd.DataFrame], rows: int) -> None:
    with pytest.raises(StudyError, match=f"only {rows} of {rows} rows are eligible"):
        propose(programs(12).head(rows), DESIGN)


def test_one_of_one_is_a_sample(programs: Callable[..., pd.DataFrame]) -> None:
    assert propose(programs(12).head(1), replace(DESIGN, size=1)).ids == ("S001",)


def test_a_constant_column_beside_others_is_left_out_with_a_note(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(12).assign(same="x")
    with_it = propose(frame, replace(DESIGN, attributes=(SIZE, Attribute("same", "nominal"))))
    assert with_it.ids == propose(frame, DESIGN).ids
    assert with_it.notes == ("same has one value throughout the eligible frame and was left out.",)
