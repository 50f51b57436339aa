"""A proposal after an earlier one: who left is not chosen again, who is recruited stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace as changed

from sampling.declared import check_design
from sampling.design import Design
from sampling.frame import Frame
from sampling.frame_file import listed
from sampling.plan import eligible
from sampling.problem import known_ids
from sampling.propose import propose_with
from sampling.sample import Sample
from sampling.solve import Clock
from sampling.strategies import plan
from study.errors import StudyError
from study.identifiers import digest


def propose_again(
    frame: Frame,
    design: Design,
    *,
    gone: Mapping[str, str],
    staying: Mapping[str, str],
    digest_of: Callable[[bytes], str] = digest,
    clock: Clock = time.perf_counter,
) -> Sample:
    """A proposal after an earlier one: nobody who is `gone` (id to why) is chosen, and those `staying` (id to why) are.

    Who is no longer eligible cannot stay; the notes say so, and who was kept and who is out. Without anybody gone or
    staying it is `propose`. Raises StudyError when more stay than the size, when people chose somebody who left, and
    Infeasible when the rules cannot hold with those kept who stay.
    """
    check_design(design)
    known_ids(frame, design)
    out = {i: why for i, why in gone.items() if i in frame.ids}
    if design.chosen:
        _not_gone(design, gone)
        return propose_with(frame, design, dict(gone), (), digest_of=digest_of, clock=clock)
    kept, lost = _keepable(frame, design, set(staying) - set(gone))
    if design.each is None and len(kept) > design.size:
        raise StudyError(
            f"{len(kept)} stay ({_with(staying, kept)}), and the size is {design.size}",
            where="the sampling design",
            remedy="Raise the size, or let somebody leave by `replace-site` first.",
        )
    try:
        sample = propose_with(frame, design, dict(gone), kept, digest_of=digest_of, clock=clock)
    except StudyError as error:
        if kept:
            error.what = f"with those kept who stay, {_with(staying, kept)}: {error.what}"
        raise
    notes = (
        *([f"Kept: {_with(staying, kept)}."] if kept else []),
        *(f"{i} ({staying[i]}) cannot be kept: {why}." for i, why in lost.items()),
        *([f"Not chosen again: {_with(out, sorted(out))}."] if out else []),
    )
    chosen = tuple(
        changed(s, reasons=(f"{staying[s.id]} under the approved sample: it stays", *s.reasons)) if s.id in kept else s
        for s in sample.selected
    )
    return changed(sample, selected=chosen, kept=kept, notes=(*sample.notes, *notes))


def _with(why: Mapping[str, str], ids: Sequence[str]) -> str:
    return listed([f"{i} ({why[i]})" for i in ids])


def _keepable(frame: Frame, design: Design, ids: Collection[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Those who are still eligible, and why the others are not."""
    if not ids:
        return (), {}
    laid = plan(frame, design) if design.each is None else eligible(frame, design)
    inside = {i for i, fits in zip(frame.ids, laid.population, strict=True) if fits} - set(design.forbidden)
    why = dict.fromkeys(ids, "it is not in the frame any more")
    why |= {i: "the design forbids it" for i in ids if i in design.forbidden}
    why |= {i: laid.excluded[i] for i in ids if i in laid.excluded}
    return tuple(sorted(i for i in ids if i in inside)), {i: why[i] for i in sorted(set(ids) - inside)}


def _not_gone(design: Design, gone: Mapping[str, str]) -> None:
    left = [f"{i} ({gone[i]})" for i in sorted(set(design.chosen) & set(gone))]
    if left:
        raise StudyError(
            f"chosen by people, and left since: {', '.join(left)}",
            where="the sampling design",
            remedy="Write another id into `chosen` and approve the new proposal.",
        )
