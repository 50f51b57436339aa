"""People put another in a chosen one's place: value before and after, the rules it breaks, the part it concerns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from sampling import Attribute, Design, Rule, exchange, frame_of, propose, replace
from study import StudyError

TABLE = pd.DataFrame(
    [(f"S{i}", "north" if i < 4 else "south", i * 10, "rural" if i == 0 else "urban") for i in range(8)],
    columns=["id", "region", "size", "setting"],
)
DESIGN = Design("id", 2, "maximum_variation", "why", attributes=(Attribute("size", "numeric"),), objective="max_sum")


def test_value_before_and_after_and_the_broken_rule() -> None:
    frame = frame_of(TABLE, "id")
    design = Design(
        "id", 2, "maximum_variation", "why", attributes=(Attribute("size", "numeric"),), objective="max_sum",
        rules=(Rule("one rural", {"setting": ["rural"]}, min=1),),
    )  # fmt: skip
    assert propose(frame, design).ids == ("S0", "S7")
    done = exchange(frame, design, ("S0", "S7"), "S3", "S0")
    at = done.measures.index("sum of distances")
    assert (done.before[at], done.after[at]) == (pytest.approx(1.0), pytest.approx(4 / 7))
    assert (done.cost, done.cost_of, done.part) == (pytest.approx(3 / 7), "sum of distances", None)
    document = done.as_document()
    assert document["rules_broken"] == ["one rural"]
    assert document["values"][at] == {"measure": "sum of distances", "before": done.before[at], "after": done.after[at]}


def test_within_parts_cost_and_values_are_of_the_part() -> None:
    frame = frame_of(TABLE, "id")
    design = Design(**{**{f: getattr(DESIGN, f) for f in DESIGN.__slots__}, "each": "region"})
    sample = propose(frame, design)
    assert sample.ids == ("S0", "S3", "S4", "S7")
    done = exchange(frame, design, sample.ids, "S6", "S7")
    assert done.part == "south"
    assert done.cost == pytest.approx(1 / 3)  # within the south sizes run from 40 to 70
    with pytest.raises(StudyError, match="not of the same region"):
        exchange(frame, design, sample.ids, "S1", "S7")


@pytest.mark.slow
def test_replacements_within_parts_are_paired_and_costed_within_their_part() -> None:
    frame = frame_of(TABLE, "id")
    design = Design(**{**{f: getattr(DESIGN, f) for f in DESIGN.__slots__}, "each": "region"})
    after = replace(propose(frame, design), {"S7": "declined", "S0": "declined"})
    assert after.replaced == (("S0", "S1"), ("S7", "S6"))
    assert [(c.leaving, c.cost) for c in after.diagnostics.replacements] == [
        ("S0", pytest.approx(1 / 3)),
        ("S7", pytest.approx(1 / 3)),
    ]


def test_of_people_no_id_is_in_a_message(programs: Callable[..., pd.DataFrame]) -> None:
    frame = frame_of(TABLE, "id", personal=True)
    for added, removed in (("S0", "S0"), ("S99", "S7"), ("S1", "S98")):
        with pytest.raises(StudyError) as refused:
            exchange(frame, DESIGN, ("S0", "S7"), added, removed)
        assert not any(i in refused.value.what for i in ("S0", "S7", "S99", "S98"))
