"""Propose a sample: check the input, solve, explain, diagnose."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from functools import cache
from importlib.metadata import version

import pandas as pd

from sampling import explain, nested
from sampling.choose import choose
from sampling.declared import check_design
from sampling.design import Design
from sampling.diagnose import diagnose
from sampling.diagnostics import RuleMet
from sampling.frame import Frame, frame_of
from sampling.infeasible import explained, is_feasible
from sampling.problem import Problem, known_ids, pose
from sampling.relaxation import given_way, relax
from sampling.sample import Record, Sample
from sampling.solve import Clock
from sampling.strategies import plan
from study.identifiers import digest

FEASIBILITY_S = 20.0
LIBRARIES = ("fieldtrail", "numpy", "scipy", "ortools")


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
    record = Record(whole.fingerprint(digest_of), design.fingerprint(digest_of), _versions(), design.seed)
    if design.each is None:
        return _one(whole, design, gone, fixed, record, clock)
    found = {}
    for name, part in nested.parts(whole, design).items():
        with nested.named(name):
            found[name] = _one(whole, part, gone, fixed, record, clock, is_part=True)
    return nested.joined(whole, design, found, gone, record)


def _one(
    whole: Frame,
    design: Design,
    gone: dict[str, str],
    fixed: tuple[str, ...],
    record: Record,
    clock: Clock,
    *,
    is_part: bool = False,
) -> Sample:
    """One sample of a frame; of a part of it (`is_part`) those fixed elsewhere are no matter, and rows may be alike."""
    laid = plan(whole, design)
    here = {i for i, inside in zip(whole.ids, laid.population, strict=True) if inside} if is_part else set(whole.ids)
    required = tuple(sorted({*design.required, *(here & set(fixed))} - set(gone)))
    problem = pose(
        whole,
        changed(design, required=required),
        laid.population,
        rules=laid.rules,
        bonds=laid.bonds,
        gone=gone,
        may_be_alike=is_part,
    )
    problem, gave = _keepable(problem, design, whole)
    chosen, proof, runner_up = choose(problem, laid, design, whole, clock)
    diagnostics = diagnose(whole, design, problem, laid.goal, chosen, runner_up)
    return Sample(
        frame=whole,
        design=design,
        selected=explain.selected(whole, design, problem, laid.goal, chosen),
        not_selected=explain.passed_over(whole, problem, laid.goal, chosen, laid.excluded, gone),
        eligible=int(problem.allowed.sum()),
        diagnostics=changed(diagnostics, rules=_told_once(diagnostics.rules)),
        proof=proof,
        record=record,
        notes=(*laid.notes, *problem.notes, *gave),
        statuses=dict(gone),
    )


def _told_once(rules: Sequence[RuleMet]) -> tuple[RuleMet, ...]:
    """Rules of one name, as a snowball has for each recruiter, as one: how many of them hold."""
    found: dict[str, list[RuleMet]] = {}
    for rule in rules:
        found.setdefault(rule.name, []).append(rule)
    return tuple(
        same[0]
        if len(same) == 1
        else RuleMet(
            name, f"to hold for all {len(same)}", float(sum(r.is_met for r in same)), all(r.is_met for r in same)
        )
        for name, same in found.items()
    )


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    """The software a sample was made with."""
    return tuple((name, version(name)) for name in LIBRARIES)


def _keepable(problem: Problem, design: Design, frame: Frame) -> tuple[Problem, tuple[str, ...]]:
    """The problem as it is when its rules can hold, else with rules given way within their floors and ceilings."""
    seconds = min(FEASIBILITY_S, design.time_limit_s)
    if is_feasible(problem, seconds):
        return problem, ()
    relaxed = relax(problem, seconds, within_floors=True)
    if relaxed is None:
        raise explained(problem, seconds, frame.named)
    gave = "; ".join(given_way(problem.limits, relaxed))
    note = f"Not all rules can hold together. As far as the design lets them give, the smallest change is: {gave}."
    return changed(problem, limits=relaxed), (note,)
