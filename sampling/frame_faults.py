"""What in a frame a design cannot read, every column in one pass, before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sampling.declared import check_design
from sampling.design import Design, is_interval
from sampling.frame import Frame, is_no_number
from sampling.frame_file import listed
from sampling.infeasible import explained, is_feasible
from sampling.plan import eligible
from sampling.problem import ORDER, fitting, is_value, known_ids, pose
from sampling.relaxation import relax
from sampling.strategies import plan
from study.errors import Fault, StudyError

SECONDS = 5.0
"""How long each question whether the rules can all hold may take."""


def design_columns(design: Design) -> tuple[str, ...]:
    """Every column of the frame that a design names besides the id, in alphabetical order."""
    named = {a.name for a in design.attributes} | set(design.criterion)
    for rule in design.rules:
        named |= {*rule.where, *([rule.sum_of] if rule.sum_of else [])}
    single = (
        design.score, design.observed, design.predicted, design.strata, design.referrer, design.wave, design.each,
    )  # fmt: skip
    return tuple(sorted(named | {c for c in single if c}))


def frame_faults(frame: Frame, design: Design, *, rests_on_others: bool = False) -> Iterator[Fault]:
    """Each column's faults for this design, with the rows: no number where one belongs, a level nobody declared, a
    missing value under `error`, a value asked for that no row has. Columns the frame lacks are passed over.

    Where there are none, what no sample could be proposed for: ids the frame does not have, a size over the eligible,
    rules that cannot all hold; of a design that `rests_on_others`, which leave it an unknown part of the frame, the
    ids only, and of a frame that has no rows yet nothing. Of a personal frame rows are named and never values.
    """
    found = list(_column_faults(frame, design))
    yield from found
    if frame.ids and not found and set(design_columns(design)) <= set(frame.table.columns):
        try:
            _pose(frame, design, rests_on_others)
        except StudyError as error:
            yield Fault(error.where, error.what, error.remedy)


def _pose(frame: Frame, design: Design, rests_on_others: bool) -> None:
    """Everything `propose` does before it solves."""
    known_ids(frame, design)
    if rests_on_others:
        return
    try:
        check_design(design)
    except StudyError:
        return  # a fault of the design itself, reported without the frame
    laid = plan(frame, design)
    problem = pose(frame, design, laid.population, rules=laid.rules, bonds=laid.bonds)
    if not is_feasible(problem, SECONDS) and relax(problem, SECONDS, within_floors=True) is None:
        raise explained(problem, SECONDS, frame.named)


def _column_faults(frame: Frame, design: Design) -> Iterator[Fault]:
    there = set(frame.table.columns)
    numeric = sorted(_numeric(design) & there)
    unordered = {a.name for a in design.attributes if a.kind == "ordinal" and not a.order}
    for column in numeric:
        wrong = [i for i, text in zip(frame.ids, frame.texts(column), strict=True) if is_no_number(text)]
        if column in unordered:
            yield from _cells(frame, column, wrong, "an ordinal attribute without a declared order has words", ORDER)
            continue
        yield from _cells(
            frame,
            column,
            wrong,
            "a number belongs here and something else stands",
            "Write the number with a decimal point, or leave the cell empty when it is missing.",
        )
    for attribute in design.attributes:
        if attribute.name in there and attribute.order:
            levels = attribute.order
            texts = zip(frame.ids, frame.texts(attribute.name), strict=True)
            wrong = [i for i, text in texts if text and not any(is_value(text, level) for level in levels)]
            what = f"the declared order is {', '.join(map(str, levels))} and something else stands"
            yield from _cells(frame, attribute.name, wrong, what, "Correct the cell, or add the level to `order`.")
    yield from _asked_for(frame, design, there)
    yield from _missing(frame, design, there)


def _numeric(design: Design) -> set[str]:
    """The columns a design reads as numbers."""
    named = {a.name for a in design.attributes if a.kind == "numeric" or (a.kind == "ordinal" and not a.order)}
    wheres = [design.criterion, *(r.where for r in design.rules)]
    named |= {column for where in wheres for column, wanted in where.items() if is_interval(wanted)}
    named |= {r.sum_of for r in design.rules if r.sum_of}
    return named | {c for c in (design.score, design.observed, design.predicted, design.wave) if c}


def _cells(frame: Frame, column: str, ids: list[str], what: str, remedy: str) -> Iterator[Fault]:
    """One fault for all wrong cells of a column: its rows, and the values unless they are people's."""
    if not ids:
        return
    values = dict(zip(frame.ids, frame.texts(column), strict=True))
    ordered = sorted(ids, key=lambda i: frame.rows[i])
    shown = [f"row {frame.rows[i]}" + ("" if frame.personal else f" ({values[i]!r})") for i in ordered]
    yield Fault(f"{frame.name}, column {column}", f"{what} in {listed(shown)}", remedy)


def _asked_for(frame: Frame, design: Design, there: set[str]) -> Iterator[Fault]:
    """Values of a criterion or rule that the column does not have."""
    asked = [("the criterion", design.criterion), *((f"the rule {r.name!r}", r.where) for r in design.rules)]
    for asker, where in asked:
        for column, wanted in where.items():
            if column in there and not is_interval(wanted):
                try:
                    fitting(frame, {column: wanted}, asker)
                except StudyError as error:
                    yield Fault(error.where, error.what, error.remedy)


def _missing(frame: Frame, design: Design, there: set[str]) -> Iterator[Fault]:
    """Empty cells where `missing: error` is declared, among those who fit the criterion."""
    try:
        population = eligible(frame, design).population
    except StudyError:
        return  # reported above
    for attribute in design.attributes:
        if attribute.missing == "error" and attribute.name in there:
            empty = population & np.array([not text for text in frame.texts(attribute.name)], dtype=bool)
            rows = sorted(frame.rows[i] for i, is_empty in zip(frame.ids, empty, strict=True) if is_empty)
            if rows:
                yield Fault(
                    f"{frame.name}, column {attribute.name}",
                    f"{attribute.name} is missing in {listed([f'row {n}' for n in rows])}",
                    "Complete the frame, or declare `missing: level` or `missing: drop` for this attribute.",
                )
