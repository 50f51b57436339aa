"""Replacement: the recruited stay, the rules hold, who left keeps a status."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import Attribute, Design, Rule, Sample, propose, replace
from study import StudyError

pytestmark = pytest.mark.usefixtures("rules_only")

DESIGN = Design(
    "site_id", 4, "maximum_variation", "why",
    attributes=(Attribute("region", "nominal"), Attribute("size", "numeric")),
    rules=(Rule("rural", {"setting": ["rural"]}, min=1),),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000), place=st.integers(0, 3), recruited=st.integers(0, 15))
def test_every_replacement_keeps_rules_statuses_and_the_recruited(
    programs: Callable[..., pd.DataFrame], keeps_rules: Callable[[Sample], bool], seed: int, place: int, recruited: int
) -> None:
    frame = programs(20, seed)
    if (frame["setting"] == "rural").sum() < 2:
        return
    sample = propose(frame, DESIGN)
    leaving = sample.ids[place]
    fixed = [i for k, i in enumerate(sample.ids) if recruited >> k & 1 and i != leaving]
    after = replace(sample, {leaving: "declined"}, recruited=fixed)
    assert set(fixed) <= set(after.ids)
    assert leaving not in after.ids
    assert len(after.ids) == 4
    assert keeps_rules(after)
    assert after.statuses == {leaving: "declined"}
    gone = next(p for p in after.not_selected if p.id == leaving)
    assert gone.reason == "left: declined"


def test_by_default_all_others_stay_and_the_best_backup_comes(programs: Callable[..., pd.DataFrame]) -> None:
    sample = propose(programs(25, 2), DESIGN)
    for site in sample.selected:
        after = replace(sample, {site.id: "unreachable"})
        assert after.replaced == ((site.id, site.backups[0].id),)
        assert set(sample.ids) - set(after.ids) == {site.id}
        assert (after.record.frame, after.record.design) == (sample.record.frame, sample.record.design)
        assert after.code != sample.code


def test_who_left_is_never_chosen_again(programs: Callable[..., pd.DataFrame]) -> None:
    sample = propose(programs(25, 2), DESIGN)
    seen: set[str] = set()
    for _ in range(4):
        leaving = sample.selected[-1].id  # the first is the hardest to replace: in the end nobody could
        seen.add(leaving)
        sample = replace(sample, {leaving: "declined"})
        assert not seen & set(sample.ids)
    assert sample.statuses == dict.fromkeys(seen, "declined")
    assert len(sample.replaced) == 4


def test_a_draw_goes_on_in_its_order(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(25, 2)
    design = Design("site_id", 4, "purposeful_random", "why")
    sample, five = propose(frame, design), propose(frame, Design("site_id", 5, "purposeful_random", "why"))
    after = replace(sample, {sample.ids[0]: "ineligible"})
    assert set(after.ids) == set(five.ids) - {sample.ids[0]}


def test_strangers_reasons_and_samples_of_people_are_refused(programs: Callable[..., pd.DataFrame]) -> None:
    sample = propose(programs(25, 2), DESIGN)
    with pytest.raises(StudyError, match="not in the sample: S999"):
        replace(sample, {"S999": "declined"})
    with pytest.raises(StudyError, match="'bored' is not a reason to leave"):
        replace(sample, {sample.ids[0]: "bored"})
    design = Design("site_id", 1, "convenience", "why", chosen=("S001",), chosen_by="PI", chosen_on="2026-01-05")
    decided = propose(programs(25, 2), design)
    with pytest.raises(StudyError, match="people choose who follows"):
        replace(decided, {"S001": "declined"})
