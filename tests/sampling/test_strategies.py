"""Each strategy under its own name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sampling import CAVEAT, STRATEGIES, Attribute, Design, Rule, propose
from study import StudyError

REGION = Attribute("region", "nominal")
EXTREME = Design("site_id", 6, "extreme_or_deviant_case", "why", attributes=(REGION,), score="fidelity")
RANDOM = Design("site_id", 5, "purposeful_random", "why", seed=4)
PEOPLE = Design("site_id", 2, "convenience", "why", chosen=("S004", "S002"), chosen_by="PI", chosen_on="2026-01-05")


@pytest.mark.slow
def test_extreme_cases_come_half_from_each_tail(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(40, 2)
    low, high = np.sort(frame["fidelity"])[9], np.sort(frame["fidelity"])[-10]
    sample = propose(frame, EXTREME)
    scores = frame.set_index("site_id").loc[list(sample.ids), "fidelity"]
    assert ((scores <= low).sum(), (scores >= high).sum()) == (3, 3)
    assert [r.name for r in sample.diagnostics.rules] == ["lower tail of fidelity", "upper tail of fidelity"]
    assert f"The tails of fidelity are {low:g} and below, {high:g} and above (20 rows)." in sample.notes
    outside = next(
        p
        for p in sample.not_selected
        if p.id not in set(frame.loc[(frame.fidelity <= low) | (frame.fidelity >= high), "site_id"])
    )
    assert outside.reason == "not eligible: lies in neither tail of fidelity"


@pytest.mark.slow
def test_a_rule_of_ones_own_on_the_score_replaces_the_halves(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(40, 2)
    all_low = Rule("low only", {"fidelity": (None, 60)}, min=6)
    sample = propose(frame, replace(EXTREME, rules=(all_low,)))
    assert [r.name for r in sample.diagnostics.rules] == ["low only"]
    assert (frame.set_index("site_id").loc[list(sample.ids), "fidelity"] <= 60).all()


def test_without_attributes_the_most_extreme_are_taken(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(20, 5)
    sample = propose(frame, replace(EXTREME, attributes=(), size=2))
    ends = frame.sort_values(["fidelity", "site_id"])["site_id"]
    assert sample.ids == tuple(sorted([ends.iloc[0], ends.iloc[-1]]))
    assert sample.proof.objective == "distance of the score from its median"


def test_equal_scores_are_settled_by_the_lowest_ids() -> None:
    frame = pd.DataFrame({"site_id": [f"S{i}" for i in range(8)], "score": [9, 1, 5, 9, 1, 5, 5, 5]})
    design = Design("site_id", 2, "extreme_or_deviant_case", "why", score="score")
    sample = propose(frame, design)
    assert (sample.ids, sample.proof.ties) == (("S0", "S1"), "lowest_ids")


def test_criterion_takes_all_who_fit_or_the_most_varied_or_a_draw_that_says_so(
    programs: Callable[..., pd.DataFrame],
) -> None:
    frame = programs(30, 1)
    fit = frame.loc[frame["fidelity"] >= 60, "site_id"]
    design = Design("site_id", len(fit), "criterion", "why", criterion={"fidelity": (60, None)})
    everyone = propose(frame, design)
    assert (everyone.ids, everyone.proof.status, everyone.notes) == (
        tuple(fit),
        "optimal",
        ("Everybody who fits the criterion is taken.",),
    )
    drawn = propose(frame, replace(design, size=3))
    assert (drawn.proof.status, drawn.notes[0][:13]) == ("drawn", "No attributes")
    varied = propose(frame, replace(design, size=3, attributes=(REGION,)))
    assert (varied.proof.status, set(varied.ids) <= set(fit)) == ("optimal", True)
    chosen = propose(frame, replace(design, size=2, chosen=tuple(fit[:2]), chosen_by="PI", chosen_on="2026-01-05"))
    assert (chosen.ids, chosen.proof.status) == (tuple(fit[:2]), "decided_by_people")


def test_a_draw_depends_on_seed_and_ids_alone(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(30)
    first = propose(frame, RANDOM)
    assert first.proof.status == "drawn"
    assert propose(frame.sample(frac=1, random_state=1), RANDOM).ids == first.ids
    assert propose(frame, replace(RANDOM, seed=5)).ids != first.ids
    others = frame[~frame["site_id"].isin(first.ids)]["site_id"].iloc[:10]
    assert propose(frame[~frame["site_id"].isin(others)], RANDOM).ids == first.ids


def test_a_draw_keeps_the_rules(programs: Callable[..., pd.DataFrame]) -> None:
    rural = Rule("rural", {"setting": ["rural"]}, min=4)
    sample = propose(programs(30), replace(RANDOM, rules=(rural,)))
    assert sample.diagnostics.rules[0].got >= 4


@pytest.mark.parametrize("strategy", ["convenience", "theory_based", "opportunistic", "politically_important"])
def test_where_people_decide_the_choice_is_theirs_and_the_rules_still_hold(
    programs: Callable[..., pd.DataFrame], strategy: str
) -> None:
    design = replace(PEOPLE, strategy=strategy)
    sample = propose(programs(10), design)
    assert (sample.ids, sample.proof.status) == (("S002", "S004"), "decided_by_people")
    assert {p.reason for p in sample.not_selected} == {"people chose others"}
    frame = programs(10).assign(kind=["b", "a", "b", "b", "a", "b", "b", "b", "b", "b"])
    with pytest.raises(StudyError, match="break the rule 'kinds': 1 where it wants at least 2"):
        propose(frame, replace(design, rules=(Rule("kinds", {"kind": ["a"]}, min=2),)))


def test_chosen_must_be_eligible(programs: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(StudyError, match="chosen but not eligible: S004"):
        propose(programs(10), replace(PEOPLE, forbidden=("S004",)))


def test_every_result_carries_the_sentence_about_the_proof(programs: Callable[..., pd.DataFrame]) -> None:
    assert propose(programs(10), PEOPLE).as_document()["caveat"] == CAVEAT
    assert "whether those chosen are information-rich is the investigators' judgement" in CAVEAT
    assert "maximum_variation" in STRATEGIES
