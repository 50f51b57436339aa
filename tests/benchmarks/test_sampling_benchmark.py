"""The sampling benchmark in small: its tables hold what they say, and no competitor is ahead of a proven sample."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from benchmarks import sampling
from benchmarks.sampling_frames import MATRICES, design_over, made_frame
from benchmarks.sampling_measured import Case, chosen, matrix_found, peak_memory
from benchmarks.sampling_rivals import many_greedy, nearest_to_means
from sampling import frame_of
from sampling.problem import Problem, pose


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def a_problem(rows: int, size: int, *, with_rules: bool) -> Problem:
    frame = made_frame(rows, 1)
    design = design_over(frame, size, "max_sum", with_rules=with_rules, seconds=20)
    return pose(frame_of(frame, "site_id"), design, np.ones(rows, dtype=bool))


@pytest.mark.slow
def test_the_table_in_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert sampling.main(["--quick", "--only", "maximum", "--means", "2"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("At the start: ")
    assert said[-1].startswith("At the end: ")
    rows = [cells(line) for line in said if line.startswith(("| 1", "| 2"))]
    assert [row[:4] for row in rows] == [
        [f"{n}/{m}", "1", best, rules]
        for n, m in sampling.QUICK
        for best in ("greatest sum", "smallest distance, then sum")
        for rules in ("without", "with")
    ]
    for row in rows:
        assert float(row[6]) >= float(row[5]) > 0
        assert (row[7], row[8]) == ("0.000 %", "1 proven")
        greedy, kept = float(row[9]), row[10]
        assert greedy <= 1 or kept == "0 of 1"
        assert float(row[11]) <= 1 or row[12] == "0 of 1"
        assert (row[10] == "–") == (row[3] == "without")
    [line] = [line for line in said if line.startswith("Ours was")]
    assert line.startswith("Ours was never below a competitor that keeps the rules (8 choices;")


@pytest.mark.slow
def test_ours_is_ahead_of_both_in_the_objective() -> None:
    for objective in ("max_sum", "lexicographic"):
        one = chosen(Case(18, 4, objective, True), 2, seconds=20, starts=3, means=2)  # type: ignore[arg-type]
        assert one.keeps_rules
        assert one.bound is not None
        assert one.bound >= one.value
        assert not one.is_below(one.greedy)
        assert not one.is_below(one.means)
        assert one.greedy.starts >= 3
        assert one.greedy.cpu_s >= one.cpu_s


@pytest.mark.parametrize("by_smallest", [True, False])
def test_greedy_is_a_fair_competitor(by_smallest: bool) -> None:
    """On a small frame its many starts find the best of all samples."""
    for with_rules in (False, True):
        problem = a_problem(11, 3, with_rules=with_rules)
        every = [s for s in combinations(range(11), 3) if problem.limits.holds(s).all()]
        found = many_greedy(problem, by_smallest=by_smallest, seed=0, cpu_s=0, starts=60)
        assert found.keeps_rules
        assert (found.smallest, found.total) == (problem.smallest(found.chosen), problem.total(found.chosen))
        best = max((problem.smallest(s) if by_smallest else 0.0, problem.total(s)) for s in every)
        assert found.smallest >= best[0] - 1e-9 if by_smallest else found.total == pytest.approx(best[1])


def test_k_means_takes_one_site_of_each_cluster() -> None:
    places = np.repeat([0.0, 5.0, 9.0], [5, 4, 3])[:, None] + np.linspace(0, 0.4, 12)[:, None]
    problem = a_problem(12, 3, with_rules=False)
    apart = Problem(
        problem.ids, 3, places, np.abs(places - places.T), problem.limits, problem.allowed, problem.required
    )
    found = nearest_to_means(apart, by_smallest=False, seed=0, starts=5)
    assert [sum(low <= i < high for i in found.chosen) for low, high in ((0, 5), (5, 9), (9, 12))] == [1, 1, 1]


@pytest.mark.parametrize("family", sorted(MATRICES))
def test_matrices_are_as_defined_and_a_long_run_is_compared(family: str) -> None:
    matrix = MATRICES[family](40, 1)
    assert (matrix == matrix.T).all()
    assert (np.diag(matrix) == 0).all()
    inside = matrix[np.triu_indices(40, 1)]
    assert inside.min() >= 0
    if family == "SOM-b":
        assert set(inside) <= set(range(10))
    elif family == "MDG-a":
        assert 9 < inside.max() < 10
    else:
        assert (matrix[:, None, :] <= matrix[:, :, None] + matrix[None, :, :] + 1e-9).all()
    found = matrix_found(family, 1, items=40, size=6, seconds=0.05, long=0.1)
    assert found.bound is not None
    assert found.bound >= found.short
    assert found.ratio == pytest.approx(1.0, abs=0.2)  # so short a run is no promise
    assert [cells(line)[-1] for line in sampling.matrix_table([found])[2:]] == [f"{found.ratio:.6f}"]


@pytest.mark.real
def test_memory_is_that_of_a_process_of_its_own() -> None:
    found = peak_memory(24, 3, seconds=60)
    assert 40 < found.peak_mib < 1024
    assert found.status == "optimal"
    assert "| 24/3 | " in sampling.memory_table([found])[-1]


def test_the_same_seed_makes_the_same_frame_and_rules_that_can_hold() -> None:
    assert made_frame(50, 3).equals(made_frame(50, 3))
    assert not made_frame(50, 3).equals(made_frame(50, 4))
    frame = made_frame(200, 3)
    assert (frame["ownership"] == "").any()
    assert (frame["fidelity"] == "").any()


@pytest.mark.slow
def test_a_quick_sweep_agrees_with_brute_force(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks import sampling_sweep

    monkeypatch.setattr(sampling_sweep, "DESIGNS", ["typical", "random"])
    monkeypatch.setattr(sampling_sweep, "EVERY_NTH", 251)
    assert sampling.main(["--sweep", "--quick"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [cells(line)[0] for line in said[2:4]] == ["typical", "random"]
    assert said[-1].endswith("; 0 disagree with brute force.")
    monkeypatch.setattr(sampling_sweep, "held", lambda frame, design: (_ for _ in ()).throw(AssertionError("no")))
    assert sampling.main(["--sweep", "--quick"]) == 1
