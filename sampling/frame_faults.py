"""What in a frame a design cannot read, every column in one pass, before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sampling.design import Design, is_interval
from sampling.frame import Frame, number_of
from sampling.frame_file import listed
from sampling.plan import eligible
from sampling.problem import fitting, is_value
from study.errors import Fault, StudyError


def design_columns(design: Design) -> tuple[str, ...]:
    """Every column of the frame that a design names besides the id, in alphabetical order."""
    named = {a.name for a in design.attributes} | set(design.criterion)
    for rule in design.rules:
        named |= {*rule.where, *([rule.sum_of] if rule.sum_of else [])}
    single = (
        design.score, design.observed, design.predicted, design.strata, design.referrer, design.wave, design.each,
    )  # fmt: skip
    return tuple(sorted(named | {c for c in single if c}))


def frame_faults(frame: Frame, design: Design) -> Iterator[Fault]:
    """Each column's faults for this design, with the rows: no number where one belongs, a level nobody declared, a
    missing value under `error`, a value asked for that no row has. Columns the frame lacks are passed over.

    Of a personal frame rows are named and never values.
    """
    there = set(frame.table.columns)
    numeric = sorted(_numeric(design) & there)
    for column in numeric:
        wrong = [i for i, text in zip(frame.ids, frame.texts(column), strict=True) if math.isinf(number_of(text))]
        yield from _cells(
            frame,
            column,
            wrong,
            "a finite number belongs here and something else stands",
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
