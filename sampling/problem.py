"""A design laid over a frame: the numbers a solver needs, after every check of the input has passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sampling.design import Attribute, Design, Interval, Rule, Value, Where, is_interval, plain
from sampling.distance import Floats, gower, nominal_coordinates, numeric_coordinates, weighted
from sampling.frame import Frame, is_no_number
from study.errors import StudyError

Mask = NDArray[np.bool_]
ORDER = "Write its levels from low to high under `order`."


@dataclass(frozen=True, slots=True)
class Bond(Rule):
    """A rule that a strategy brings and that never gives; `reason` is said of each row that it needs.

    In a link (`is_link`) those who came through somebody count against that person's positive amount; who left after
    having named others still counts, so that the others can stay.
    """

    reason: str = ""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """R side rules over n sites: what each site adds to each rule (R × n), and how much there must and may be."""

    rules: tuple[Rule, ...]
    amounts: Floats
    low: Floats
    high: Floats

    def holds(self, chosen: Sequence[int]) -> Mask:
        """Which rules a sample keeps (length R)."""
        total = self.amounts[:, list(chosen)].sum(axis=1)
        return np.asarray((total >= self.low - 1e-9) & (total <= self.high + 1e-9))

    def also(self, rule: Rule, amounts: Floats) -> Limits:
        """These limits and one more rule."""
        low = np.append(self.low, -np.inf if rule.min is None else rule.min)
        high = np.append(self.high, np.inf if rule.max is None else rule.max)
        return Limits((*self.rules, rule), np.vstack([self.amounts, amounts]), low, high)

    def only(self, kept: Iterable[int]) -> Limits:
        """These limits with only some of the rules."""
        at = list(kept)
        return Limits(tuple(self.rules[i] for i in at), self.amounts[at], self.low[at], self.high[at])


@dataclass(frozen=True, slots=True)
class Problem:
    """Choose `size` of n sites, sorted by id: `allowed` may be chosen, `required` must be.

    `coordinates` (n × K) give the distances; `limits` are the rules; `notes` are sentences for the reader.
    """

    ids: tuple[str, ...]
    size: int
    coordinates: Floats
    distance: Floats
    limits: Limits
    allowed: Mask
    required: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def index(self, ids: Iterable[str]) -> tuple[int, ...]:
        at = {id: i for i, id in enumerate(self.ids)}
        return tuple(at[i] for i in ids)

    def named(self, chosen: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.ids[i] for i in chosen)

    def total(self, chosen: Sequence[int]) -> float:
        """Sum of distances over all pairs of a sample."""
        at = list(chosen)
        return float(self.distance[np.ix_(at, at)].sum() / 2)

    def smallest(self, chosen: Sequence[int]) -> float:
        """The smallest distance within a sample; 0 for a sample of one."""
        at = list(chosen)
        inside = self.distance[np.ix_(at, at)][np.triu_indices(len(at), 1)]
        return float(inside.min()) if inside.size else 0.0


def pose(
    frame: Frame,
    design: Design,
    population: Mask,
    *,
    rules: Sequence[Rule] = (),
    bonds: Sequence[tuple[Bond, Floats]] = (),
    gone: Iterable[str] = (),
    may_be_alike: bool = False,
) -> Problem:
    """The problem over the population (a mask over the frame's rows in id order).

    `rules` are added to the design's own, then `bonds` with what each row adds to them; `gone` are ids that left and
    may not be chosen again; with `may_be_alike` rows that differ in no attribute are no fault. Raises StudyError for
    whatever makes the design unanswerable before any solving, naming ids, columns or rules.
    """
    ids = tuple(np.array(frame.ids, dtype=object)[population])
    coordinates, notes = coordinates_of(frame, design.attributes, population, may_be_alike=may_be_alike)
    gone = set(gone)
    barred = set(design.forbidden) | gone
    allowed = np.array([i not in barred for i in ids], dtype=bool)
    if design.size > allowed.sum():
        some, every = int(allowed.sum()), len(frame.ids)
        raise StudyError(
            f"the sample size is {design.size} and only {some} of {every} rows are eligible"
            if some
            else f"the sample size is {design.size} and none of {every} rows is eligible",
            where=frame.name,
            remedy="Lower the size, widen the criterion or complete the frame.",
        )
    lost = [i for i in design.required if i not in set(ids) or i in barred]
    if lost:
        raise StudyError(
            f"required but not eligible: {frame.named(sorted(lost))}",
            where=frame.name,
            remedy="Take them out of `required`, or change the criterion that excludes them.",
        )
    limits = limits_of(frame, (*design.rules, *rules), population)
    for bond, amounts in bonds:
        limits = limits.also(_after_leaving(bond, amounts, ids, gone), amounts)
    at = {id: i for i, id in enumerate(ids)}
    required = tuple(sorted(at[i] for i in design.required))
    _check_required(limits, required, frame, ids)
    return Problem(ids, design.size, coordinates, gower(coordinates), limits, allowed, required, tuple(notes))


def _after_leaving(bond: Bond, amounts: Floats, ids: Sequence[str], gone: set[str]) -> Bond:
    """A link as it is when some have left: what they gave to it stays given."""
    left = np.array([i in gone for i in ids], dtype=bool)
    given = float(np.maximum(amounts, 0.0)[left].sum())
    return replace(bond, min=(bond.min or 0.0) - given) if bond.is_link and given else bond


def known_ids(frame: Frame, design: Design) -> None:
    """Refuse ids in the design that the frame does not have."""
    for wish in ("required", "forbidden", "chosen"):
        unknown = sorted(set(getattr(design, wish)) - set(frame.ids))
        if unknown:
            shown = f"{len(unknown)} ids" if frame.personal else ", ".join(unknown)
            raise StudyError(
                f"`{wish}` names {shown}, and the frame has no such {'id' if len(unknown) == 1 else 'ids'}",
                where=frame.name,
                remedy="Correct the ids in the sampling design, or complete the frame.",
            )


def limits_of(frame: Frame, rules: Sequence[Rule], population: Mask) -> Limits:
    """The rules as rows over the population; StudyError for unknown columns, categories and costs."""
    count = int(population.sum())
    amounts = np.zeros((len(rules), count))
    for r, rule in enumerate(rules):
        fits = fitting(frame, rule.where, f"the rule {rule.name!r}")[population]
        amounts[r] = np.where(fits, _costs(frame, rule)[population] if rule.sum_of else 1.0, 0.0)
    low = np.array([-np.inf if r.min is None else r.min for r in rules], dtype=np.float64)
    high = np.array([np.inf if r.max is None else r.max for r in rules], dtype=np.float64)
    return Limits(tuple(rules), amounts, low, high)


def fitting(frame: Frame, where: Where, asker: str) -> Mask:
    """Which rows of the frame a where clause admits; a missing cell fits nothing."""
    frame.need(where)
    fits = np.ones(len(frame.ids), dtype=bool)
    for column, wanted in where.items():
        fits &= _in_range(frame, column, wanted) if is_interval(wanted) else _among(frame, column, wanted, asker)  # type: ignore[arg-type]
    return fits


def _in_range(frame: Frame, column: str, wanted: Interval) -> Mask:
    numbers = frame.numbers(column)
    low = -np.inf if wanted[0] is None else wanted[0]
    high = np.inf if wanted[1] is None else wanted[1]
    return np.asarray((numbers >= low) & (numbers <= high))


def _among(frame: Frame, column: str, wanted: Sequence[Value], asker: str) -> Mask:
    texts = frame.texts(column)
    categories = set(texts) - {""}
    unknown = [str(v) for v in wanted if not any(is_value(t, v) for t in categories)]
    if unknown:
        shown = "" if frame.personal else f"; it has {', '.join(sorted(categories)[:12])}"
        raise StudyError(
            f"{asker} asks for {', '.join(unknown)} and column {column!r} has no such value{shown}",
            where=frame.name,
            remedy="Correct the value in the sampling design, or the frame.",
        )
    return np.array([any(is_value(t, v) for v in wanted) for t in texts], dtype=bool)


def is_value(text: str, value: Value) -> bool:
    """Whether a cell is that value: text as written, numbers by size, true and false in any case."""
    if isinstance(value, bool):
        return text.casefold() == str(value).casefold()
    if isinstance(value, str):
        return text == value.strip() != ""
    try:
        return float(text) == float(value)
    except ValueError:
        return False


def _costs(frame: Frame, rule: Rule) -> Floats:
    column = rule.sum_of or ""
    frame.need([column])
    costs = frame.numbers(column)
    empty = [id for id, cost in zip(frame.ids, costs, strict=True) if np.isnan(cost)]
    if empty:
        raise StudyError(
            f"the rule {rule.name!r} sums column {column!r}, which is empty for {frame.named(empty)}",
            where=frame.name,
            remedy="Fill in the amount, 0 where there is none.",
        )
    return costs


def coordinates_of(
    frame: Frame, attributes: Sequence[Attribute], population: Mask, *, may_be_alike: bool = False
) -> tuple[Floats, list[str]]:
    """Coordinates of the population, and a note for each attribute that is constant there and therefore left out.

    StudyError when no attribute varies, unless the rows `may_be_alike`.
    """
    frame.need(a.name for a in attributes)
    blocks: list[tuple[float, Floats]] = []
    notes: list[str] = []
    for attribute in attributes:
        block = block_of(frame, attribute, population)
        if (block == block[:1]).all():
            notes.append(f"{attribute.name} has one value throughout the eligible frame and was left out.")
        elif attribute.weight > 0:
            blocks.append((attribute.weight, block))
    if attributes and not blocks and population.sum() > 1 and not may_be_alike:
        same = ", ".join(a.name for a in attributes if a.weight > 0)
        raise StudyError(
            f"no attribute varies among the eligible rows: {same} has one value throughout",
            where=frame.name,
            remedy="Name an attribute that differs between them.",
        )
    return (weighted(blocks) if blocks else np.zeros((int(population.sum()), 0))), notes


def block_of(frame: Frame, attribute: Attribute, population: Mask) -> Floats:
    """One attribute's own coordinates over the population, distances 0 to 1, before any weight."""
    texts = frame.texts(attribute.name)
    if attribute.missing == "error":
        empty = [id for id, text, here in zip(frame.ids, texts, population, strict=True) if here and not text]
        if empty:
            raise StudyError(
                f"{attribute.name} is missing for {frame.named(empty)}",
                where=f"{frame.name}, column {attribute.name}",
                remedy="Complete the frame, or declare `missing: level` or `missing: drop` for this attribute.",
            )
    if attribute.kind == "nominal":
        return nominal_coordinates([t for t, here in zip(texts, population, strict=True) if here])
    values = (_ranks(frame, attribute) if attribute.kind == "ordinal" else frame.numbers(attribute.name))[population]
    if np.isnan(values).all():
        return np.zeros((int(population.sum()), 1))
    return numeric_coordinates(values)


def _ranks(frame: Frame, attribute: Attribute) -> Floats:
    """An ordinal column as ranks 0, 1, … in the declared order; numbers order themselves when none is declared."""
    if attribute.order is None:
        words = [i for i, text in zip(frame.ids, frame.texts(attribute.name), strict=True) if is_no_number(text)]
        if words:
            raise StudyError(
                f"the ordinal attribute {attribute.name} has words and no declared order ({frame.named(words)})",
                where=f"{frame.name}, column {attribute.name}",
                remedy=ORDER,
            )
        numbers = frame.numbers(attribute.name)
        levels = np.unique(numbers[~np.isnan(numbers)])
        return np.where(np.isnan(numbers), np.nan, np.searchsorted(levels, numbers))
    found = np.full(len(frame.ids), np.nan)
    for i, (id, text) in enumerate(zip(frame.ids, frame.texts(attribute.name), strict=True)):
        rank = next((k for k, level in enumerate(attribute.order) if is_value(text, level)), None)
        if text and rank is None:
            shown = "" if frame.personal else f" ({text!r})"
            raise StudyError(
                f"the value{shown} is not in the declared order {', '.join(map(str, attribute.order))}",
                where=frame.at(id, attribute.name),
                remedy="Correct the cell, or add the level to `order`.",
            )
        found[i] = np.nan if rank is None else rank
    return found


def _check_required(limits: Limits, required: Sequence[int], frame: Frame, ids: Sequence[str]) -> None:
    """Refuse required ids that alone exceed a rule's maximum; sums with negative amounts are left to the solver."""
    for rule, amounts, high in zip(limits.rules, limits.amounts, limits.high, strict=True):
        spent = float(amounts[list(required)].sum())
        if (amounts >= 0).all() and spent > high + 1e-9:
            counting = frame.named(ids[i] for i in required if amounts[i] > 0)
            change = "Require fewer of them, or change" if isinstance(rule, Bond) else "Require fewer of them, or raise"
            raise StudyError(
                f"the required rows alone break the rule {rule.name!r}: {counting} have {plain(spent)} where at most "
                f"{plain(float(high))} is allowed",
                where="the sampling design, required",
                remedy=f"{change} {'what the strategy asks for' if isinstance(rule, Bond) else 'its max'}.",
            )
