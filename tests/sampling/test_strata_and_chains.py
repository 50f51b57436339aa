"""k-medoids, shares of places, ranked lists, chains of referral, matched pairs, samples within samples."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import Attribute, Design, Rule, exchange, frame_of, propose
from sampling import replace as replaced
from sampling.medoids import partition
from sampling.strata import largest_remainder
from study import StudyError

pytestmark = pytest.mark.usefixtures("rules_only")

SIZE = Attribute("size", "numeric")
BOTH = (Attribute("region", "nominal"), SIZE)


def test_k_medoids_reach_the_published_losses_on_ruspini() -> None:
    apart = np.hypot(*(RUSPINI[:, None, :] - RUSPINI[None, :, :]).transpose(2, 0, 1))
    assert partition(apart, 4).loss == pytest.approx(11.48637, abs=5e-6)
    assert partition(apart, 3).loss == pytest.approx(21.59293, abs=5e-6)
    assert sorted(Counter(partition(apart, 4).labels.tolist()).values()) == [15, 17, 20, 23]
    assert (partition(apart, 75).loss, partition(apart, 1).medoids) == (0.0, (int(np.argmin(apart.sum(axis=1))),))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(room=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=1), places=st.integers(0, 20))
def test_places_are_shared_out_by_the_largest_remainder(room: dict[str, int], places: int) -> None:
    places = min(places, sum(room.values()))
    given_ = largest_remainder({s: float(n) for s, n in room.items()}, room, places)
    assert sum(given_.values()) == places
    whole = sum(room.values()) or 1
    for stratum, count in given_.items():
        assert count <= room[stratum]
        assert math.floor(places * room[stratum] / whole) <= count <= math.ceil(places * room[stratum] / whole)


def test_homogeneous_is_unproven_where_not_all_can_be_looked_at(programs: Callable[..., pd.DataFrame]) -> None:
    sample = propose(
        programs(60, 3), Design("site_id", 8, "homogeneous", "why", attributes=BOTH, criterion={"fidelity": (50, None)})
    )
    assert (sample.proof.status, sample.proof.objective) == ("heuristic", "closeness to each other")
    assert (sample.proof.bound, sample.proof.gap) == (None, None)


def test_a_quota_by_hand_and_the_ranked_list_of_each_stratum(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(24, 1)
    design = Design("site_id", 4, "quota", "why", score="fidelity", strata="region", quotas={"north": 3, "bay": 1})
    sample = propose(frame, design)
    scores = frame.set_index("site_id")
    ranked = scores.sort_values("fidelity", ascending=False)
    north, bay = (list(ranked.index[ranked["region"] == r]) for r in ("north", "bay"))
    assert sample.ids == tuple(sorted([*north[:3], bay[0]]))
    by_id = {s.id: s for s in sample.selected}
    assert [b.id for b in by_id[bay[0]].backups] == bay[1:3]
    assert "one of 3 from the stratum region = north" in by_id[north[0]].reasons
    rules = {r.name: (r.wanted, r.got) for r in sample.diagnostics.rules}
    assert rules["region = north"] == ("exactly 3", 3.0)


def test_a_snowball_keeps_the_chains_and_the_recruits_of_one_who_leaves(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(6, 1).assign(by=["", "S001", "S001", "S001", "S002", ""], wave=["0", "1", "1", "1", "2", "0"])
    design = Design("site_id", 4, "snowball", "why", referrer="by", per_recruiter=2, wave="wave", required=("S005",))
    sample = propose(frame, design)
    assert sample.ids == ("S001", "S002", "S005", "S006")
    reasons = {s.id: s.reasons for s in sample.selected}
    assert "others among the chosen came through this one" in reasons["S002"]
    assert "others among the chosen came through this one" not in reasons["S006"]
    [rule] = sample.diagnostics.rules
    assert (rule.wanted, rule.got, rule.is_met) == ("to hold for all 2", 2.0, True)
    after = replaced(sample, {"S002": "withdrew"})
    assert {"S001", "S005", "S006"} < set(after.ids)
    assert sample.notes == ("Waves: 0: 2, 1: 3, 2: 1 eligible.",)


def test_matched_pairs_put_the_nearest_opposite_beside_each_deviant() -> None:
    frame = pd.DataFrame(
        {
            "site_id": [f"S{i}" for i in range(6)],
            "found": [9.0, 1.0, 5.0, 5.0, 5.0, 5.0],
            "told": [1.0, 8.0, 5.0, 5.0, 5.0, 5.0],
            "size": [10, 90, 50, 12, 88, 45],
        }
    )
    design = Design(
        "site_id", 4, "confirming_and_disconfirming", "why", contrast="matched_opposite", attributes=(SIZE,),
        observed="found", predicted="told", tail_share=0.4,
    )  # fmt: skip
    sample = propose(frame, design)
    assert sample.ids == ("S0", "S1", "S3", "S4")
    assert sample.proof.status == "optimal"
    assert "one of the disconfirming cases" in next(s.reasons for s in sample.selected if s.id == "S0")


def at_sites(programs: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Twenty people at four sites, five each."""
    return programs(20, 4).rename(columns={"site_id": "list_no"}).assign(site=[f"K{i % 4}" for i in range(20)])


WITHIN = Design("list_no", 2, "typical_case", "why", attributes=BOTH, each="site")


@pytest.mark.slow
def test_within_each_site_the_same_choice_as_by_itself(programs: Callable[..., pd.DataFrame]) -> None:
    people = at_sites(programs)
    sample = propose(people, WITHIN)
    alone = [propose(people[people["site"] == f"K{k}"], replace(WITHIN, each=None)).ids for k in range(4)]
    assert sample.ids == tuple(sorted(i for ids in alone for i in ids))
    assert (len(sample.ids), sample.eligible, sample.proof.status) == (8, 20, "optimal")
    assert len(sample.selected) + len(sample.not_selected) == 20
    assert not any("not eligible" in p.reason for p in sample.not_selected)
    assert sorted(s.rank for s in sample.selected) == list(range(1, 9))
    with_rule = replace(WITHIN, rules=(Rule("northern", {"region": ["north"]}, max=1),))
    ruled = propose(people, with_rule)
    assert {r.name for r in ruled.diagnostics.rules} == {f"K{k}: northern" for k in range(4)}
    assert all(r.is_met for r in ruled.diagnostics.rules)
    assert propose(people.sample(frac=1, random_state=3), with_rule).code == ruled.code


def test_a_place_at_a_site_is_filled_from_that_site(programs: Callable[..., pd.DataFrame]) -> None:
    people = at_sites(programs)
    sample = propose(people, WITHIN)
    site = dict(zip(people["list_no"], people["site"], strict=True))
    gone = sample.ids[0]
    after = replaced(sample, {gone: "declined"})
    [(leaving, entering)] = after.replaced
    assert (leaving, site[entering]) == (gone, site[gone])
    assert set(sample.ids) - {gone} < set(after.ids)
    done = exchange(frame_of(people, "list_no"), WITHIN, sample.ids, entering, gone)
    assert done.cost is not None
    assert done.cost >= -1e-9
    other = next(p.id for p in sample.not_selected if site[p.id] != site[gone])
    with pytest.raises(StudyError, match="not of the same site"):
        exchange(frame_of(people, "list_no"), WITHIN, sample.ids, other, gone)


def test_rows_that_are_all_alike_at_a_site_are_no_fault(programs: Callable[..., pd.DataFrame]) -> None:
    people = at_sites(programs).assign(region="north", size=40)
    people.loc[people["site"] == "K1", "size"] = [1, 2, 3, 4, 90]
    assert len(propose(people, WITHIN).ids) == 8


def test_among_and_taken_leave_only_the_others(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(10)
    first = Design("site_id", 2, "purposeful_random", "why", among=("S001", "S002", "S003"), taken=("S003",))
    sample = propose(frame, first)
    assert (sample.ids, sample.eligible) == (("S001", "S002"), 2)
    reasons = {p.id: p.reason for p in sample.not_selected}
    assert reasons["S003"] == "not eligible: chosen in an earlier stage"
    assert reasons["S004"] == "not eligible: not in the sample of the stage within which this one looks"


def test_a_design_keeps_its_fingerprint_when_the_fields_become_more() -> None:
    plain = Design("site_id", 8, "maximum_variation", "why", attributes=BOTH)
    assert plain.fingerprint()[:12] == "66d059faac67"
    people = Design("site_id", 1, "convenience", "why", chosen=("S1",))
    named = replace(people, chosen_by="PI", chosen_on="2026-01-05")
    assert named.fingerprint() == people.fingerprint()
    assert replace(plain, cut=1.0).fingerprint() != plain.fingerprint()


POINTS = """
    4 53 5 63 10 59 9 77 13 49 13 69 12 88 15 75 18 61 19 65 22 74 27 72 28 76 24 58 27 55 28 60 30 52 31 60 32 61 36 72
    28 147 32 149 35 153 33 154 38 151 41 150 38 145 38 143 32 143 34 141 44 156 44 149 44 143 46 142 47 149 49 152
    50 142 53 144 52 152 55 155 54 124 60 136 63 139 86 132 85 115 85 96 78 94 74 96 97 122 98 116 98 124 99 119 99 128
    101 115 108 111 110 111 108 116 111 126 115 117 117 115 70 4 77 12 83 21 61 15 69 15 78 16 66 18 58 13 64 20 69 21
    66 23 61 25 76 27 72 31 64 30
"""
RUSPINI = np.array(POINTS.split(), dtype=np.float64).reshape(-1, 2)
"""75 points in four groups: Ruspini (1970), Numerical methods for fuzzy clustering, Information Sciences 2:319."""
