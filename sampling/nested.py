"""Nested sampling: a sample of its own within each value of a column, as people within each selected site.

Each part is proposed apart, by the same rules, so that a change at one site changes no other site's people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from sampling.design import Design
from sampling.diagnostics import Covered, Diagnostics, RuleMet
from sampling.frame import Frame
from sampling.plan import eligible
from sampling.sample import PassedOver, Proof, Record, Sample, Selected
from study.errors import StudyError

WEAKEST = ("decided_by_people", "heuristic", "bounded", "drawn", "optimal")
"""Statuses from the weakest claim to the strongest: all parts together are proven no better than the weakest."""


def parts(frame: Frame, design: Design) -> dict[str, Design]:
    """The design of each part, by the value of the column `each`, in order of the values."""
    column = design.each or ""
    frame.need([column])
    values = dict(zip(frame.ids, frame.texts(column), strict=True))
    fits = dict(zip(frame.ids, eligible(frame, design).population, strict=True))
    empty = [i for i, value in values.items() if not value]
    if empty:
        raise StudyError(
            f"{column} is missing for {frame.named(empty)}",
            where=f"{frame.name}, column {column}",
            remedy="Complete the frame: everybody belongs somewhere.",
        )
    names = sorted({values[i] for i, fit in fits.items() if fit} | _wanted(design, column))
    if not names:
        raise StudyError(
            f"nobody is eligible within any value of {column!r}", where=frame.name, remedy="Widen the criterion."
        )
    return {name: _part(design, column, name, values) for name in names}


@contextmanager
def named(name: str) -> Iterator[None]:
    """Errors about one part say which part it is."""
    try:
        yield
    except StudyError as error:
        error.what = f"at {name}: {error.what}"
        raise


def joined(
    frame: Frame, design: Design, samples: Mapping[str, Sample], gone: Mapping[str, str], record: Record
) -> Sample:
    """All parts as one sample: reasons kept, counts summed, proven no better than the weakest part."""
    chosen = [s for name in samples for s in samples[name].selected]
    inside = {s.id for s in chosen}
    passed: dict[str, PassedOver] = {}
    for sample in samples.values():
        for other in sample.not_selected:
            known = passed.get(other.id)
            if other.id not in inside and (known is None or known.reason.startswith("not eligible")):
                passed[other.id] = other
    return Sample(
        frame=frame,
        design=design,
        selected=tuple(_ranked(s, rank) for rank, s in enumerate(chosen, start=1)),
        not_selected=tuple(passed[i] for i in sorted(passed)),
        eligible=sum(s.eligible for s in samples.values()),
        diagnostics=_diagnostics(samples),
        proof=_proof([s.proof for s in samples.values()]),
        record=record,
        notes=tuple(f"{name}: {note}" for name, sample in samples.items() for note in sample.notes),
        statuses=dict(gone),
    )


def _wanted(design: Design, column: str) -> set[str]:
    """Values that the criterion lists: a selected site without anybody eligible is a fault, not a gap."""
    wanted = design.criterion.get(column, ())
    return {str(w) for w in wanted} if isinstance(wanted, list) else set()


def _part(design: Design, column: str, name: str, values: Mapping[str, str]) -> Design:
    def here(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(i for i in ids if values.get(i) == name)

    part = replace(
        design,
        each=None,
        criterion={**design.criterion, column: [name]},
        required=here(design.required),
        forbidden=here(design.forbidden),
        chosen=here(design.chosen),
    )
    if design.chosen and len(part.chosen) != design.size:
        raise StudyError(
            f"at {name} `chosen` has {len(part.chosen)} ids, the size is {design.size}",
            where="the sampling design",
            remedy="List exactly the ids that were chosen, each once.",
        )
    return part


def _diagnostics(samples: Mapping[str, Sample]) -> Diagnostics:
    """Coverage summed over the parts and every part's rules; what compares with random samples is left out."""
    cells: dict[tuple[str, str], list[int]] = {}
    first: dict[tuple[str, str], Covered] = {}
    for sample in samples.values():
        for c in sample.diagnostics.coverage:
            first.setdefault((c.attribute, c.part), c)
            counts = cells.setdefault((c.attribute, c.part), [0, 0])
            counts[0] += c.frame_count
            counts[1] += c.sample_count
    whole = {a: sum(n for (b, _), (n, _) in cells.items() if b == a) for a, _ in cells}
    coverage = tuple(
        replace(first[a, p], frame_count=n, frame_share=n / whole[a], sample_count=k)
        for (a, p), (n, k) in cells.items()
    )
    rules = tuple(
        RuleMet(f"{name}: {r.name}", r.wanted, r.got, r.is_met)
        for name, sample in samples.items()
        for r in sample.diagnostics.rules
    )
    return Diagnostics(coverage=coverage, rules=rules, compared=())


def _proof(proofs: Sequence[Proof]) -> Proof:
    """Values and bounds summed where every part has one."""
    status = min((p.status for p in proofs), key=WEAKEST.index)
    value, bound = _sum([p.value for p in proofs]), _sum([p.bound for p in proofs])
    gap = None
    if value is not None and bound is not None:
        gap = max(0.0, (bound - value) / abs(value)) if value else 0.0
    ties = [p.ties for p in proofs]
    return Proof(
        status,
        proofs[0].objective,
        value,
        bound,
        gap,
        _least([p.smallest for p in proofs]),
        _least([p.smallest_bound for p in proofs]),
        next((t for t in ("unsettled", "lowest_ids", "unique") if t in ties), None),
        float(np.sum([p.seconds for p in proofs])),
    )


def _sum(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) else None


def _least(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return min(known) if len(known) == len(values) else None


def _ranked(site: Selected, rank: int) -> Selected:
    return replace(site, rank=rank)
