"""Propose a sample: check the input, solve, explain, diagnose."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace as changed
from functools import cache
from importlib.metadata import version

import numpy as np
import pandas as pd

from sampling import explain
from sampling.design import Design, Rule, check_design
from sampling.diagnose import diagnose, rules_met
from sampling.frame import Frame, frame_of
from sampling.goal import Goal
from sampling.infeasible import explained, given_way, is_feasible, relax
from sampling.model import TIE, best_linear
from sampling.problem import Problem, known_ids, pose
from sampling.sample import Proof, Record, Sample
from sampling.solve import Answer, Clock, Ties, solve
from sampling.strategies import Plan, plan
from study.errors import StudyError
from study.identifiers import digest

FEASIBILITY_S = 20.0
LIBRARIES = ("fieldtrail", "numpy", "scipy")


def propose(
    frame: Frame | pd.DataFrame,
    design: Design,
    *,
    digest_of: Callable[[bytes], str] = digest,
    clock: Clock = time.perf_counter,
) -> Sample:
    """The sample that the design asks for of this frame.

    `digest_of` fingerprints frame and design: SHA-256, or for people a keyed digest. `clock` counts seconds for the
    time limit only. Raises StudyError for input that cannot be answered and Infeasible when no sample keeps the rules.
    """
    return propose_with(frame, design, {}, (), digest_of=digest_of, clock=clock)


def propose_with(
    frame: Frame | pd.DataFrame,
    design: Design,
    gone: dict[str, str],
    fixed: tuple[str, ...],
    *,
    digest_of: Callable[[bytes], str],
    clock: Clock,
) -> Sample:
    """The same after some have left (`gone`: id to why), the `fixed` kept; the record keeps the design's own digest."""
    check_design(design)
    whole = frame if isinstance(frame, Frame) else frame_of(frame, design.id_column)
    known_ids(whole, design)
    laid = plan(whole, design)
    tied = changed(design, required=tuple(sorted({*design.required, *fixed} - set(gone))))
    problem = pose(whole, tied, laid.population, rules=laid.rules, gone=gone)
    problem, gave = _keepable(problem, design)
    chosen, proof, runner_up = _chosen(problem, laid, design, whole, clock)
    return Sample(
        frame=whole,
        design=design,
        selected=explain.selected(whole, design, problem, laid.goal, chosen),
        not_selected=explain.passed_over(whole, problem, laid.goal, chosen, laid.excluded, gone),
        eligible=int(problem.allowed.sum()),
        diagnostics=diagnose(whole, design, problem, laid.goal, chosen, runner_up),
        proof=proof,
        record=Record(
            whole.fingerprint(digest_of),
            design.fingerprint(digest_of),
            _versions(),
            design.seed,
        ),
        notes=(*laid.notes, *problem.notes, *gave),
        statuses=dict(gone),
    )


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    """The software a sample was made with."""
    return tuple((name, version(name)) for name in LIBRARIES)


def _keepable(problem: Problem, design: Design) -> tuple[Problem, tuple[str, ...]]:
    """The problem as it is when its rules can hold, else with rules given way within their floors and ceilings."""
    seconds = min(FEASIBILITY_S, design.time_limit_s)
    if is_feasible(problem, seconds):
        return problem, ()
    relaxed = relax(problem, seconds, within_floors=True)
    if relaxed is None:
        raise explained(problem, seconds)
    notes = tuple(f"Not all rules can hold: {change}." for change in given_way(problem.limits, relaxed))
    return changed(problem, limits=relaxed), notes


def _chosen(
    problem: Problem, laid: Plan, design: Design, frame: Frame, clock: Clock
) -> tuple[tuple[int, ...], Proof, tuple[int, ...] | None]:
    if laid.answered == "decided_by_people":
        return _by_people(problem, design, frame), _unproven("decided_by_people"), None
    if laid.goal.worth is not None:
        return _by_worth(problem, laid.goal, laid.answered == "drawn", design, clock)
    answer = solve(problem, design.objective, seed=design.seed, time_limit_s=design.time_limit_s, clock=clock)
    if answer is None:
        raise _out_of_time(design)
    return answer.chosen, _proof(answer, design.objective), answer.runner_up


def _by_people(problem: Problem, design: Design, frame: Frame) -> tuple[int, ...]:
    """The rows people chose, once every rule holds."""
    outside = sorted(set(design.chosen) - {i for i, a in zip(problem.ids, problem.allowed, strict=True) if a})
    if outside:
        raise StudyError(
            f"chosen but not eligible: {frame.named(outside)}",
            where="the sampling design",
            remedy="Choose others, or change the criterion or `forbidden`.",
        )
    missing = sorted(set(design.required) - set(design.chosen))
    if missing:
        raise StudyError(
            f"required but not chosen: {frame.named(missing)}",
            where="the sampling design",
            remedy="Add them to `chosen` or take them out of `required`.",
        )
    chosen = tuple(sorted(problem.index(design.chosen)))
    held = problem.limits.holds(chosen)
    if not held.all():
        first = rules_met(problem.limits, chosen)[int(np.argmin(held))]
        raise StudyError(
            f"the chosen rows break the rule {first.name!r}: {first.got:g} where it wants {first.wanted}",
            where="the sampling design",
            remedy="Choose others, or change the rule with a reason.",
        )
    return chosen


def _by_worth(
    problem: Problem, goal: Goal, is_drawn: bool, design: Design, clock: Clock
) -> tuple[tuple[int, ...], Proof, None]:
    """The sample of greatest worth; of equally worthy ones that of the lowest ids by sum of positions."""
    began = clock()
    assert goal.worth is not None
    solved = best_linear(problem, goal.worth, design.time_limit_s)
    if solved.chosen is None:
        raise _out_of_time(design)
    value = goal.values(problem, solved.chosen)[0]
    ties: Ties | None = None
    chosen = solved.chosen
    if not is_drawn:
        as_good = problem.limits.also(Rule("as good as the best", min=value - TIE), goal.worth)
        positions = -np.arange(len(problem.ids), dtype=np.float64)
        lowest = best_linear(changed(problem, limits=as_good), positions, design.time_limit_s)
        ties = "lowest_ids" if lowest.status == "optimal" else "unsettled"
        chosen = lowest.chosen or chosen
        value = goal.values(problem, chosen)[0]
    seconds = clock() - began
    if is_drawn:
        is_only_one = len(chosen) == problem.allowed.sum()  # everybody eligible: there is no other sample
        return chosen, changed(_unproven("optimal" if is_only_one else "drawn"), seconds=seconds), None
    is_proven = solved.status == "optimal"
    bound = value if is_proven else solved.bound
    gap = None if bound is None else max(0.0, (bound - value) / abs(value)) if value else 0.0
    status = "optimal" if is_proven else "bounded" if bound is not None else "heuristic"
    return chosen, Proof(status, goal.measures[0], value, bound, gap, None, None, ties, seconds), None  # type: ignore[arg-type]


def _proof(answer: Answer, objective: str) -> Proof:
    return Proof(
        answer.status,
        objective,
        answer.value,
        answer.bound,
        answer.gap,
        answer.smallest,
        answer.smallest_bound,
        answer.ties,
        answer.seconds,
    )


def _unproven(status: str) -> Proof:
    return Proof(status, None, None, None, None, None, None, None, 0.0)  # type: ignore[arg-type]


def _out_of_time(design: Design) -> StudyError:
    return StudyError(
        f"no sample was found within {design.time_limit_s:g} seconds",
        where="the sampling design, time_limit_s",
        remedy="Allow more time, or simplify the rules.",
    )
