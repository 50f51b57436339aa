"""One small case held to brute force: the choice, what a refusal says, and every replacement.

Frames have at most 12 rows and few distinct values, so that ties, empty groups and rules that cannot all hold are
common. What is looked up in all samples comes from the oracle, which reads the design by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from sampling import Attribute, Design, Frame, Infeasible, Rule, frame_of
from sampling.choose import choose
from sampling.declared import check_design
from sampling.infeasible import explained, is_feasible
from sampling.plan import Plan
from sampling.problem import Bond, Problem, known_ids, pose
from sampling.relaxation import relax
from sampling.sample import Proof
from sampling.strategies import plan
from study import StudyError
from tests.sampling.oracle import Oracle

REGION, SIZE = Attribute("region", "nominal"), Attribute("size", "numeric")
SETTING = Attribute("setting", "ordinal", 2.0, ("rural", "suburban", "urban"))
BOTH = (REGION, SIZE)
FIT = {"fidelity": (50.0, None)}
MODEL = {"observed": "fidelity", "predicted": "predicted"}
EVERY: dict[str, object] = {"strategy": "maximum_variation", "attributes": (REGION, SIZE, SETTING)}
CONTRAST: dict[str, object] = {"strategy": "confirming_and_disconfirming", **MODEL}
DESIGNS: dict[str, dict[str, object]] = {
    "maximum variation": EVERY,
    "greatest sum": {**EVERY, "objective": "max_sum"},
    "greatest smallest distance": {**EVERY, "objective": "max_min"},
    "homogeneous": {"strategy": "homogeneous", "attributes": BOTH, "criterion": FIT},
    "typical": {"strategy": "typical_case", "attributes": BOTH},
    "fitted": {"strategy": "typical_case", **MODEL},
    "extreme": {"strategy": "extreme_or_deviant_case", "score": "fidelity", "tail_share": 0.4},
    "extreme varied": {
        "strategy": "extreme_or_deviant_case", "score": "fidelity", "tail_share": 0.4, "attributes": BOTH,
        "objective": "max_sum",
    },
    "deviant": {"strategy": "extreme_or_deviant_case", **MODEL},
    "deviant varied": {"strategy": "extreme_or_deviant_case", **MODEL, "attributes": BOTH, "tail_share": 0.5},
    "intensity": {"strategy": "intensity", "score": "fidelity", "band": (0.2, 0.9), "attributes": BOTH},
    "critical": {"strategy": "critical_case", "score": "size", "criterion": FIT},
    "criterion": {"strategy": "criterion", "attributes": BOTH, "criterion": FIT},
    "criterion drawn": {"strategy": "criterion", "criterion": FIT, "seed": 3},
    "stratified": {"strategy": "stratified_purposeful", "attributes": BOTH, "strata": "region"},
    "stratified equally": {
        "strategy": "stratified_purposeful", "score": "size", "direction": "low", "strata": "region",
        "allocation": "equal",
    },
    "quota": {"strategy": "quota", "score": "fidelity", "strata": "region"},
    "quota drawn": {"strategy": "quota", "strata": "region", "seed": 5},
    "random": {"strategy": "purposeful_random", "seed": 7},
    "snowball": {"strategy": "snowball", "referrer": "by", "seeds": 2, "per_recruiter": 2},
    "snowball varied": {
        "strategy": "snowball", "referrer": "by", "waves": 2, "attributes": BOTH, "objective": "max_sum",
    },
    "residuals": {**CONTRAST, "tail_share": 0.4},
    "residuals varied": {**CONTRAST, "tail_share": 0.5, "attributes": BOTH},
    "sides": {**CONTRAST, "contrast": "opposite_sign", "cut": 55.0},
    "matched": {**CONTRAST, "contrast": "matched_opposite", "attributes": BOTH, "tail_share": 0.4},
}  # fmt: skip
"""Designs for every strategy but those that people decide."""
RULES = (
    Rule("two from the north", {"region": ["north"]}, min=2),
    Rule("one small at most", {"size": (None, 40)}, max=1),
    Rule("travel", sum_of="travel", max=500),
    Rule("travel of the rural at least", {"setting": ["rural"]}, min=150, max=600, sum_of="travel"),
    Rule("exactly one urban from the bay", {"region": ["bay"], "setting": ["urban"]}, min=1, max=1),
    Rule("mostly faithful", {"fidelity": (60, 75)}, min=2, min_floor=1),
    Rule("no more of the rural", {"setting": ["rural"]}, max=1, max_ceiling=2),
)
"""Minima, maxima, sums, ranges and two columns at once; several of them contradict each other in most small frames."""
DATA_FAULTS = ("matched pairs need an even size", "has no such value", "has no two tails", "no attribute varies")
"""Refusals for what a small frame lacks, although a sample of that size could be taken from it."""


LARGEST = 5
"""The largest sample that is tried."""


class Unkept(Exception):
    """No sample keeps the rules of a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("no sample keeps all the rules")
        self.problem = problem


def small_frame(rows: int, seed: int) -> pd.DataFrame:
    """Programs with few distinct values, a prediction and chains of referral."""
    random = np.random.default_rng([rows, seed])
    fidelity = random.choice([42.5, 50.0, 57.5, 61.0, 70.0, 81.5], rows)
    return pd.DataFrame(
        {
            "site_id": [f"S{i:03d}" for i in range(1, rows + 1)],
            "region": random.choice(["north", "bay", "south"], rows),
            "setting": random.choice(["rural", "suburban", "urban"], rows),
            "size": random.choice([20, 35, 40, 60, 95, 130], rows),
            "fidelity": fidelity,
            "predicted": fidelity + random.choice([-15.0, -6.5, 0.0, 2.0, 9.0, 12.5], rows),
            "travel": random.integers(0, 7, rows) * 50,
            "by": ["" if i < 2 or random.random() < 0.2 else f"S{random.integers(1, i + 1):03d}" for i in range(rows)],
        }
    )


def posed(frame: pd.DataFrame, design: Design) -> tuple[Frame, Plan, Problem]:
    """The problem as `propose` poses it, after every check of the input."""
    check_design(design)
    whole = frame_of(frame, design.id_column)
    known_ids(whole, design)
    laid = plan(whole, design)
    return whole, laid, pose(whole, design, laid.population, rules=laid.rules, bonds=laid.bonds)


def chosen_by(frame: pd.DataFrame, design: Design) -> tuple[tuple[str, ...], tuple[float, ...], Proof]:
    """What `propose` chooses, without its diagnostics: ids, the values of its goal, the proof.

    Unkept where no sample keeps the rules, also where `propose` would let them give.
    """
    whole, laid, problem = posed(frame, design)
    if not is_feasible(problem, 10):
        raise Unkept(problem)
    chosen, proof, _ = choose(problem, laid, design, whole, time.perf_counter)
    return problem.named(chosen), laid.goal.values(problem, chosen), proof


def held(frame: pd.DataFrame, design: Design) -> str:
    """What became of a case, after all of it agreed with brute force: `best`, `infeasible` or `refused: …`."""
    oracle = oracle_of(frame, design)
    try:
        mine, values, proof = chosen_by(frame, design)
    except Unkept as unkept:
        assert oracle.best()[0] == [], f"refused, and a sample exists: {oracle.best()[0][0]}"
        error = explained(unkept.problem, 10)
        _conflict_is_irreducible(unkept.problem, error)
        _relaxation_is_smallest(unkept.problem, error)
        return "infeasible"
    except StudyError as error:
        refused = str(error.what)
    else:
        return _best(oracle, mine, values, proof)
    if not any(fault in refused for fault in DATA_FAULTS):
        assert oracle.best()[0] == [], f"{refused}, and a sample exists"
    return f"refused: {refused}"


def _best(oracle: Oracle, mine: tuple[str, ...], values: tuple[float, ...], proof: Proof) -> str:
    """The chosen sample is one of all and none is better; a bound is one; equally good ones have no lower ids."""
    samples, worths = oracle.best()
    best = max(worths)
    assert mine in samples, f"{mine} is no sample that keeps everything"
    assert _near(worths[samples.index(mine)], best), f"{mine} has {worths[samples.index(mine)]}, the best is {best}"
    assert abs(values[0] - best[0]) < 2e-5 or proof.ties is None
    assert proof.bound is None or proof.value is None or proof.bound >= proof.value - 1e-9
    tied = [s for s, w in zip(samples, worths, strict=True) if _near(w, best)]
    if proof.ties is not None:
        assert (proof.status, proof.gap) == ("optimal", 0.0)
        assert proof.ties in ("unique", "lowest_ids")
        assert proof.ties != "unique" or len(tied) == 1, f"not unique: {tied[:3]}"
        assert mine == min(tied) or _places(mine) == min(map(_places, tied)), f"{mine} has not the lowest ids of {tied}"
    return "best"


def oracle_of(frame: pd.DataFrame, design: Design) -> Oracle:
    """The oracle for a design over a frame."""
    rows = [{str(c): v for c, v in row.items()} for row in frame.to_dict("records")]
    return Oracle({str(row["site_id"]): row for row in rows}, design)


def cases(name: str, rows: int, seed: int) -> Iterator[tuple[pd.DataFrame, Design]]:
    """One named design over one frame: every size, up to three rules and all of them, with and without fixed ids."""
    frame = small_frame(rows, seed)
    for size in range(1, min(rows, LARGEST) + 1):
        for kept, barred in ((), ()), (("S002",), ()), ((), ("S003", "S004")), (("S002",), ("S003",)):
            for count in (0, 1, 2, 3, len(RULES)):
                for rules in combinations(RULES, count):
                    yield frame, a_design(name, size, rules, kept, barred)


def a_design(
    name: str, size: int, rules: tuple[Rule, ...] = (), required: tuple[str, ...] = (), forbidden: tuple[str, ...] = ()
) -> Design:
    """One of DESIGNS with a size, rules, required and forbidden ids."""
    design = Design("site_id", size, rationale="why", rules=rules, **DESIGNS[name])  # type: ignore[arg-type]
    return replace(design, required=required, forbidden=forbidden)


def _places(ids: tuple[str, ...]) -> int:
    return sum(int(i[1:]) for i in ids)


def _near(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 5e-6 for a, b in zip(one, two, strict=True))


def _samples(problem: Problem) -> list[tuple[int, ...]]:
    """All samples that keep size, required and forbidden, whatever the rules say."""
    allowed = [int(i) for i in np.flatnonzero(problem.allowed) if i not in problem.required]
    places = problem.size - len(problem.required)
    return [tuple(sorted((*problem.required, *more))) for more in combinations(allowed, places)]


def _conflict_is_irreducible(problem: Problem, error: Infeasible) -> None:
    """No sample keeps the rules of the conflict; without any one of them some sample does."""
    at = [k for k, rule in enumerate(problem.limits.rules) if any(rule is r for r in error.conflict)]
    held_by = np.array([[problem.limits.only([k]).holds(s)[0] for k in at] for s in _samples(problem)], dtype=bool)
    assert at, "no rule is named"
    assert not held_by.all(axis=1).any(), "the conflict can be kept"
    for out in range(len(at)):
        assert np.delete(held_by, out, axis=1).all(axis=1).any(), "a rule of the conflict is not needed for it"


def _relaxation_is_smallest(problem: Problem, error: Infeasible) -> None:
    """The change that is proposed lets a sample exist and no other change has a smaller penalty."""
    samples = _samples(problem)
    penalties = [penalty(problem, s) for s in samples]
    relaxed = relax(problem, 10, within_floors=False)
    if relaxed is None:
        assert not np.isfinite(penalties).any(), "a change would do and none is named"
        assert error.relaxation == ()
        return
    mine = [p for s, p in zip(samples, penalties, strict=True) if relaxed.holds(s).all()]
    assert mine, "the change lets no sample exist"
    assert min(mine) <= min(penalties) + 1e-6, f"penalty {min(mine)}, the smallest is {min(penalties)}"
    assert error.relaxation


def penalty(problem: Problem, sample: tuple[int, ...]) -> float:
    """What a sample asks of the rules: k² for a rule that gives k rows, or k times its largest single amount."""
    total = 0.0
    limits = problem.limits
    for rule, amounts, low, high in zip(limits.rules, limits.amounts, limits.low, limits.high, strict=True):
        got = float(amounts[list(sample)].sum())
        give = max(low - got, got - high, 0.0)
        if give < 1e-9:
            continue
        if isinstance(rule, Bond):
            return float("inf")
        steps = give / (float(np.abs(amounts).max()) or 1.0) if rule.sum_of else give
        whole = int(steps)
        total += whole**2 + (steps - whole) * (2 * whole + 1)
    return total
