"""A site left: the best replacement, with those who stay fixed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace as changed
from typing import get_args

from sampling.design import Design
from sampling.diagnostics import ReplacementCost
from sampling.frame import Frame
from sampling.override import Exchange, exchange
from sampling.propose import propose_with
from sampling.sample import Sample
from sampling.solve import Clock
from study.errors import StudyError
from study.identifiers import digest
from study.kinds.sites import Leaving

LEFT: tuple[str, ...] = get_args(Leaving)


def replace(
    sample: Sample,
    left: Mapping[str, str],
    *,
    recruited: Collection[str] | None = None,
    digest_of: Callable[[bytes], str] = digest,
    clock: Clock = time.perf_counter,
) -> Sample:
    """The sample after some left (id to why), the recruited fixed and the rest chosen again under the same rules.

    `recruited` are the ids that stay whatever comes (default: all others of the sample). Everyone who ever left keeps
    that status and is not chosen again. Raises StudyError for an unknown reason or an id outside the sample, and
    Infeasible when nobody can follow under the rules.
    """
    again = replacement(
        sample.frame,
        sample.design,
        sample.ids,
        left,
        before=sample.statuses,
        recruited=recruited,
        digest_of=digest_of,
        clock=clock,
    )
    return changed(again, replaced=(*sample.replaced, *again.replaced))


def replacement(
    frame: Frame,
    design: Design,
    selected: Collection[str],
    left: Mapping[str, str],
    *,
    before: Mapping[str, str],
    recruited: Collection[str] | None = None,
    naming: str | None = None,
    digest_of: Callable[[bytes], str] = digest,
    clock: Clock = time.perf_counter,
) -> Sample:
    """`replace` from a selection as the trail knows it; `before` are those who left earlier and their status.

    `naming` is one that people want to come, who then does where the rules allow it.

    `diagnostics.replacements` shows what each replacement cost, one after the other.
    """
    _check(frame, design, selected, left)
    gone = {**before, **left}
    stay = set(selected) - set(left)
    fixed = tuple(sorted((stay if recruited is None else stay & set(recruited)) | ({naming} if naming else set())))
    again = propose_with(frame, design, gone, fixed, digest_of=digest_of, clock=clock)
    replaced = _pairs(frame, design, [*sorted(left), *sorted(stay - set(again.ids))], set(again.ids) - set(selected))
    costs = _costs(frame, design, selected, replaced)
    return changed(again, replaced=replaced, diagnostics=changed(again.diagnostics, replacements=costs))


def _pairs(frame: Frame, design: Design, leaving: list[str], entering: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Who came for whom, in the order of those who left; in a nested sample within the same part."""
    part = dict.fromkeys(frame.ids, "")
    if design.each is not None:
        part = dict(zip(frame.ids, frame.texts(design.each), strict=True))
    came = sorted(entering)
    found = []
    for one in leaving:
        other = next(i for i in came if part[i] == part.get(one, ""))
        came.remove(other)
        found.append((one, other))
    return tuple(found)


def _costs(
    frame: Frame, design: Design, selected: Collection[str], replaced: Collection[tuple[str, str]]
) -> tuple[ReplacementCost, ...]:
    """What each replacement cost of the first measure that changed, with those before it done."""
    found = []
    standing = set(selected)
    for leaving, entering in replaced:
        try:
            done = exchange(frame, design, standing, entering, leaving)
        except StudyError:  # who left is no longer in the frame, or no longer eligible: nothing to compare with
            done = Exchange(None, None, ())
        found.append(ReplacementCost(leaving, entering, done.cost, done.cost_of))
        standing = standing - {leaving} | {entering}
    return tuple(found)


def _check(frame: Frame, design: Design, selected: Collection[str], left: Mapping[str, str]) -> None:
    strangers = sorted(set(left) - set(selected))
    if strangers:
        raise StudyError(
            f"not in the sample: {', '.join(strangers) if not frame.personal else f'{len(strangers)} named'}",
            where="the replacement",
            remedy="Name one of the selected ids.",
        )
    unknown = sorted(set(left.values()) - set(LEFT))
    if unknown:
        raise StudyError(
            f"{unknown[0]!r} is not a reason to leave", where="the replacement", remedy=f"Use one of {', '.join(LEFT)}."
        )
    if design.chosen:
        raise StudyError(
            "people chose this sample, so people choose who follows",
            where="the replacement",
            remedy="Change `chosen` in the sampling design and approve the new proposal.",
        )
