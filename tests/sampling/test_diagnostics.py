"""Diagnostics against hand-computed values, an independent computation, and brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.stats import gaussian_kde  # type: ignore[import-untyped]

from sampling import Attribute, Design, Rule, Sample, evaluated, propose, replace, without_ids
from sampling.balance import affinity, b_index, balance, overlap, standardized
from sampling.comparison import random_samples
from sampling.frame import frame_of
from sampling.frame_map import scaled
from sampling.problem import Problem, pose
from sampling.stability import stability
from sampling.strategies import plan

ATTRIBUTES = (
    Attribute("region", "nominal"),
    Attribute("setting", "ordinal", order=("rural", "suburban", "urban")),
    Attribute("size", "numeric"),
)
DESIGN = Design(
    "site_id", 5, "maximum_variation", "why", attributes=ATTRIBUTES,
    rules=(Rule("two rural", {"setting": ["rural"]}, min=2),), seed=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def sample(programs: Callable[..., pd.DataFrame]) -> Sample:
    return propose(programs(24, 11), DESIGN)


def posed(sample: Sample) -> Problem:
    frame, design = frame_of(sample.frame.table.reset_index(names="site_id"), "site_id"), sample.design
    return pose(frame, design, plan(frame, design).population)


def test_coverage_names_the_rule_on_a_part_and_whether_it_holds(sample: Sample) -> None:
    rows = {(c.attribute, c.part): c for c in sample.diagnostics.coverage}
    assert [p for a, p in rows if a == "setting"] == ["rural", "suburban", "urban"]
    rural = rows["setting", "rural"]
    assert (rural.wanted, rural.is_met) == ((f"two rural: at least 2, has {rural.sample_count}",), True)
    assert rows["setting", "urban"].is_met is None
    assert len([p for a, p in rows if a == "size"]) == 3


def test_random_samples_are_seeded_of_the_right_size_and_never_of_the_forbidden(sample: Sample) -> None:
    problem = changed(posed(sample), allowed=np.arange(24) != 7, required=(2,))
    drawn = random_samples(problem, 5, 300)
    assert drawn.shape == (300, 5)
    assert all(len(set(s)) == 5 for s in drawn.tolist())
    assert 7 not in drawn
    assert np.array_equal(drawn, random_samples(problem, 5, 300))
    assert (random_samples(problem, 5, 50, keep_required=True) == 2).any(axis=1).all()
    counts = np.bincount(random_samples(problem, 1, 4000).ravel(), minlength=24)[problem.allowed]
    assert np.abs(counts / 4000 - 5 / 23).max() < 0.04


def test_the_coefficient_of_two_normal_densities_is_the_one_computed_by_hand() -> None:
    one = np.array([1.0])
    near, far = np.array([[0.0]]), np.array([[2.0]])
    both = np.array([[0.0, 2.0]])
    assert affinity(near, one, near, one)[0] == pytest.approx(1.0, abs=1e-5)
    # exp(-d² / 8 s²) for equal widths s: d = 2, s = 1
    assert affinity(far, one, near, one)[0] == pytest.approx(np.exp(-0.5), abs=1e-5)
    # √(2 s t / (s² + t²)) exp(-d² / 4 (s² + t²)) for widths s = 1, t = 2, d = 0
    assert affinity(near, one, near, 2 * one)[0] == pytest.approx(np.sqrt(4 / 5), abs=1e-5)
    assert overlap(both, both)[0] == pytest.approx(1.0, abs=1e-3)


def test_b_is_what_an_independent_computation_gives(sample: Sample) -> None:
    problem = posed(sample)
    x = standardized(problem.coordinates)
    assert np.allclose([x.mean(axis=0), x.std(axis=0) - 1], 0)
    for chosen in ([0, 5, 9, 14, 20], [1, 2, 3, 4, 6]):
        inside = np.isin(np.arange(24), chosen).astype(float)

        def loss(beta: np.ndarray, inside: np.ndarray = inside) -> float:
            logit = beta[0] + x @ beta[1:]
            return float(np.sum(np.logaddexp(0, logit) - inside * logit) + 0.5 * np.sum(beta[1:] ** 2))

        beta = minimize(loss, np.zeros(x.shape[1] + 1), method="BFGS", options={"gtol": 1e-8}).x
        logit = beta[0] + x @ beta[1:]
        ours = logit[chosen]
        f = gaussian_kde(logit, (4 / (3 * 24)) ** 0.2)
        g = gaussian_kde(ours, (4 / (3 * 5)) ** 0.2)
        grid = np.linspace(logit.min() - 5, logit.max() + 5, 4001)
        expected = np.trapezoid(np.sqrt(f(grid) * g(grid)), grid)
        assert b_index(x, np.array([chosen]))[0] == pytest.approx(expected, abs=2e-3)


def test_b_of_a_miniature_is_near_one_and_of_a_corner_below_most_random_samples() -> None:
    frame = frame_of(pd.DataFrame({"id": [f"S{i:02d}" for i in range(40)], "v": range(40)}), "id")
    design = Design("id", 8, "maximum_variation", "why", attributes=(Attribute("v", "numeric"),))
    problem = pose(frame, design, np.ones(40, dtype=bool))
    random = random_samples(problem, 0, 500)
    spread = balance(frame, design, problem, range(2, 40, 5), random)
    corner = balance(frame, design, problem, range(8), random)
    assert spread is not None
    assert corner is not None
    assert (spread.b or 0) > 0.95 > 0.7 > (corner.b or 1)
    assert (corner.percentile, (spread.percentile or 0) > 0.5, corner.draws) == (0.0, True, 500)
    assert corner.differences[0].difference == pytest.approx((3.5 - 19.5) / np.arange(40).std())
    assert "is not a representative one" in corner.sentence


def test_the_map_gives_points_in_a_plane_back_and_turns_no_axis() -> None:
    places = np.random.default_rng(4).random((12, 2)) * [3, 1]
    distance = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
    found = scaled(distance)
    assert np.allclose(np.sqrt(((found[:, None] - found[None]) ** 2).sum(axis=2)), distance)
    assert all(found[np.abs(found[:, k]).argmax(), k] > 0 for k in (0, 1))


def test_pictures_hold_every_eligible_row_and_places_on_every_axis(sample: Sample) -> None:
    shown = sample.diagnostics
    assert shown.map is not None
    assert shown.parallel is not None
    assert [p.id for p in shown.map.points] == [c.id for c in shown.parallel.courses] == list(sample.frame.ids)
    assert 0 < shown.map.stress < 1
    assert [a.attribute for a in shown.parallel.axes] == ["region", "setting", "size"]
    setting = dict(zip(sample.frame.ids, sample.frame.texts("setting"), strict=True))
    expected = {"rural": 0.0, "suburban": 0.5, "urban": 1.0}
    assert all(c.places[1] == expected[setting[c.id]] for c in shown.parallel.courses)


def test_under_other_weights_each_draw_is_a_sample_that_keeps_the_rules(sample: Sample) -> None:
    found = sample.diagnostics.stability
    assert found is not None
    total = sum(s.share for s in (*found.stays, *found.others))
    assert found.draws == 100
    assert {s.id for s in found.stays} == set(sample.ids)
    assert total <= 5 + 1e-9
    assert found.unchanged <= min(s.share for s in found.stays)
    assert "local search" in found.how
    again = propose(sample.frame, sample.design).diagnostics.stability
    assert again == found


def test_the_quick_search_finds_what_brute_force_finds_on_a_small_frame(
    programs: Callable[..., pd.DataFrame], all_samples: Callable[[Problem], list[tuple[int, ...]]]
) -> None:
    """With all weight on one attribute every weighting is the declared one: the optimum must never be left."""
    frame = frame_of(programs(10, 2), "site_id")
    for objective in ("max_sum", "lexicographic"):
        design = changed(
            DESIGN, size=3, objective=objective, rules=(Rule("one rural", {"setting": ["rural"]}, min=1),),
            attributes=(Attribute("size", "numeric", 1.0), Attribute("fidelity", "numeric", 1e-9)),
        )  # fmt: skip
        laid = plan(frame, design)
        problem = pose(frame, design, laid.population)
        samples = all_samples(problem)
        best = max(samples, key=lambda s: tuple(round(v, 6) for v in laid.goal.values(problem, s)))
        worst = min(samples, key=lambda s: laid.goal.values(problem, s))
        kept = stability(frame, design, problem, laid.goal, best)
        left = stability(frame, design, problem, laid.goal, worst)
        assert kept is not None
        assert left is not None
        assert (kept.unchanged, left.unchanged) == (1.0, 0.0)


def test_what_leaving_costs_is_what_brute_force_finds(sample: Sample) -> None:
    problem = posed(sample)
    goal = plan(sample.frame, sample.design).goal
    chosen = problem.index(sample.ids)
    for row in sample.diagnostics.replaceable:
        out = problem.ids.index(row.id)
        rest = [i for i in chosen if i != out]
        follow = [[*rest, j] for j in range(24) if j not in chosen and problem.limits.holds([*rest, j]).all()]
        assert row.followers == len(follow)
        best = max(goal.values(problem, s) for s in follow)
        before = goal.values(problem, chosen)
        falls = [b - a for b, a in zip(before, best, strict=True) if abs(b - a) > 1e-6]
        assert row.cost == pytest.approx(falls[0] if falls else 0.0, abs=1e-6)


def test_one_that_nobody_or_only_one_can_follow_is_flagged_before_anyone_refuses(
    programs: Callable[..., pd.DataFrame],
) -> None:
    frame = programs(14, 1).assign(kind=["rare"] + ["odd"] * 2 + ["common"] * 11)
    rules = (Rule("rare", {"kind": ["rare"]}, min=1), Rule("odd", {"kind": ["odd"]}, min=1, max=1))
    found = propose(frame, changed(DESIGN, size=3, rules=rules, backups_per_site=0))
    rows = {r.id: r for r in found.diagnostics.replaceable}
    assert rows["S001"].why == "nobody else could take its place without breaking a rule"
    [odd] = [r for r in rows.values() if r.id in ("S002", "S003")]
    assert (odd.followers, odd.is_hard) == (1, True)
    assert odd.why.startswith("only S00")
    flags = {s.id: s.is_hard_to_replace for s in found.selected}
    assert flags == {i: i == "S001" for i in found.ids}  # asking for no backups makes nobody hard to replace


def test_the_second_best_says_how_it_was_found_and_what_it_gives_up(sample: Sample) -> None:
    shown = sample.diagnostics
    assert shown.second_best is not None
    assert shown.second_best_by in ("shut_out", "exchange")
    assert shown.second_best != sample.ids
    assert shown.second_best_cost is not None
    assert shown.second_best_cost >= 0


@pytest.mark.slow
def test_a_replacement_shows_its_cost_and_everyone_keeps_a_status(sample: Sample) -> None:
    leaving = sample.selected[-1]
    after = replace(sample, {leaving.id: "declined"})
    [cost] = after.diagnostics.replacements
    assert (cost.leaving, cost.entering) == after.replaced[0]
    assert cost.cost == pytest.approx(leaving.drop_one_cost)
    again = replace(after, {cost.entering: "unreachable"})
    known = evaluated(again)
    assert set(known) == set(sample.frame.ids)
    assert (known[leaving.id], known[cost.entering]) == ("declined", "unreachable")
    assert known[again.replaced[-1][1]] == f"chosen in place of {cost.entering}"
    stayed = [s for s in again.selected if s.id in sample.ids]
    assert not any("required by the design" in s.reasons for s in stayed)
    assert all(s.backups for s in stayed)  # who stayed may still leave: their backups are known


def test_a_sample_of_people_is_shown_without_an_id(sample: Sample) -> None:
    shown = without_ids(sample.as_document()["diagnostics"])
    assert not any(i in str(shown) for i in sample.frame.ids)
    assert shown["stability"]["draws"] == 100
    assert shown["balance"]["b"] == sample.as_document()["diagnostics"]["balance"]["b"]


def test_where_weights_or_attributes_play_no_part_nothing_is_made_up(programs: Callable[..., pd.DataFrame]) -> None:
    drawn = propose(programs(12), Design("site_id", 3, "purposeful_random", "why")).diagnostics
    assert (drawn.stability, drawn.balance, drawn.map, drawn.parallel, drawn.second_best) == (None,) * 5
    everyone = propose(programs(5), changed(DESIGN, rules=())).diagnostics
    assert (everyone.compared, everyone.stability) == ((), None)
    assert everyone.balance is not None
    assert everyone.balance.b is None
    assert propose(programs(5), changed(DESIGN, size=1, rules=())).diagnostics.stability is None
