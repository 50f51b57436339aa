"""Reasons, backups and diagnostics agree with what they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from sampling import Attribute, Design, Rule, Sample, propose

ATTRIBUTES = (Attribute("region", "nominal"), Attribute("size", "numeric"), Attribute("fidelity", "numeric"))
DESIGN = Design(
    "site_id", 5, "maximum_variation", "why", attributes=ATTRIBUTES,
    rules=(Rule("rural", {"setting": ["rural"]}, min=2),), forbidden=("S005",), required=("S006",),
)  # fmt: skip


@pytest.fixture(scope="module")
def sample(programs: Callable[..., pd.DataFrame]) -> Sample:
    return propose(programs(25, 11), DESIGN)


def test_every_row_of_the_frame_has_a_reason(sample: Sample) -> None:
    assert len(sample.selected) == 5
    assert len(sample.not_selected) == 20
    assert all(s.reasons for s in sample.selected)
    assert all(p.reason for p in sample.not_selected)
    forbidden = next(p for p in sample.not_selected if p.id == "S005")
    assert forbidden.reason == "forbidden by the design"
    required = next(s for s in sample.selected if s.id == "S006")
    assert "required by the design" in required.reasons


def test_every_backup_keeps_the_rules_and_the_value_it_promises(
    sample: Sample, programs: Callable[..., pd.DataFrame]
) -> None:
    setting = programs(25, 11).set_index("site_id")["setting"]
    for site in sample.selected:
        assert [b.rank for b in site.backups] == list(range(1, len(site.backups) + 1))
        for backup in site.backups:
            after = [backup.id, *(i for i in sample.ids if i != site.id)]
            assert (setting[after] == "rural").sum() >= 2
            assert backup.values_after <= (sample.proof.smallest, sample.proof.value)


def test_the_drop_one_cost_is_what_the_best_backup_loses(sample: Sample) -> None:
    for site in sample.selected:
        if site.backups and site.cost_of == "smallest distance":
            assert sample.proof.smallest - site.backups[0].values_after[0] == pytest.approx(site.drop_one_cost)


def test_ranks_are_one_to_the_size_dearest_first(sample: Sample) -> None:
    assert [s.rank for s in sample.selected] == [1, 2, 3, 4, 5]
    costs = [s.drop_one_cost for s in sample.selected if s.cost_of == "smallest distance" and s.backups]
    assert costs == sorted(costs, reverse=True)


def test_a_site_nobody_can_follow_is_flagged(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(12, 1)
    only = frame["site_id"].iloc[4]
    frame["kind"] = ["rare" if i == only else "common" for i in frame["site_id"]]
    sample = propose(
        frame, replace(DESIGN, size=3, rules=(Rule("rare", {"kind": ["rare"]}, min=1),), forbidden=(), required=())
    )
    rare = next(s for s in sample.selected if s.id == only)
    assert rare.is_hard_to_replace
    assert rare.rank == 1
    assert "nobody else could take its place without breaking a rule" in rare.reasons


@pytest.mark.slow
def test_whom_a_rule_keeps_out_is_told_which(programs: Callable[..., pd.DataFrame]) -> None:
    design = replace(DESIGN, rules=(Rule("no urban", {"setting": ["urban"]}, max=0),), forbidden=(), required=())
    frame = programs(25, 11)
    urban = set(frame.loc[frame["setting"] == "urban", "site_id"])
    reasons = {p.reason for p in propose(frame, design).not_selected if p.id in urban}
    assert reasons == {"every exchange that brings it in breaks a rule: 'no urban'"}


def test_coverage_counts_frame_and_sample(sample: Sample) -> None:
    for attribute in ("region", "size"):
        rows = [c for c in sample.diagnostics.coverage if c.attribute == attribute]
        assert (sum(c.frame_count for c in rows), sum(c.sample_count for c in rows)) == (25, 5)
        assert sum(c.frame_share for c in rows) == pytest.approx(1.0)


def test_an_optimal_sample_stands_above_random_ones(sample: Sample) -> None:
    smallest = next(c for c in sample.diagnostics.compared if c.measure == "smallest distance")
    assert smallest.draws == 2000
    assert smallest.percentile > 0.95
    assert smallest.random_median < smallest.value
    assert smallest.rules_cost is not None


def test_the_second_best_is_another_sample_and_no_better(sample: Sample) -> None:
    second = sample.diagnostics
    if second.second_best is not None:
        assert second.second_best != sample.ids
        assert second.second_best_values <= (sample.proof.smallest, sample.proof.value + 1e-6)


def test_a_document_is_plain_json_without_the_frame(sample: Sample) -> None:
    document = sample.as_document()
    assert "frame" not in document
    assert document["ids"] == list(sample.ids)
    assert document["proposal"] == sample.code
    assert document["record"]["frame"] == sample.record.frame
