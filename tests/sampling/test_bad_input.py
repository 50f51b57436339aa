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
        ({"strategy": "snowball"}, "the strategy 'snowball' is not available. Available are convenience, criterion"),
        ({"strategy": "extreme_or_deviant_case"}, "needs a score"),
        ({"strategy": "extreme_or_deviant_case", "score": "one"}, "has no two tails"),
        ({"strategy": "criterion"}, "needs a criterion"),
        ({"strategy": "convenience", "chosen": ("S001",)}, "`chosen` has 1 ids, the size is 3"),
    ],
)
def test_a_design_that_cannot_be_answered(
    programs: Callable[..., pd.DataFrame], changes: dict[str, object], said: str
) -> None:
    frame = programs(12, 3).assign(same="x", one=1, cost=1)
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
