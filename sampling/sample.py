"""What comes out of sampling: a sample with its reasons, backups, diagnostics, proof and record."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from sampling.design import Design
from sampling.diagnostics import Diagnostics
from sampling.frame import Frame
from study.identifiers import digest

CAVEAT = (
    "A proof concerns the declared attributes, weights and rules; whether those chosen are information-rich is the "
    "investigators' judgement."
)
Status = Literal["optimal", "bounded", "heuristic", "decided_by_people", "drawn"]


@dataclass(frozen=True, slots=True)
class Backup:
    """Who would take a chosen one's place, the rest staying: each measure after, all rules kept."""

    id: str
    rank: int
    values_after: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """A chosen row: its reasons, and what the sample loses when its best backup takes its place (drop-one cost).

    `drop_one_cost` is in `cost_of`, the first measure that falls; None when people decided or nobody can follow.
    """

    id: str
    rank: int
    reasons: tuple[str, ...]
    drop_one_cost: float | None
    cost_of: str | None
    nearest: str | None
    nearest_distance: float | None
    backups: tuple[Backup, ...]

    @property
    def is_hard_to_replace(self) -> bool:
        """Whether nobody could take this place without breaking a rule."""
        return self.cost_of is not None and self.drop_one_cost is None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A row not chosen: the first reason that applies, what its best exchange would lose, the nearest chosen."""

    id: str
    reason: str
    loss: float | None = None
    loss_of: str | None = None
    nearest: str | None = None
    nearest_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven: never `optimal` without proof; value and bound of the objective, gap as a share of the value.

    For lexicographic `smallest` comes first and `value` is the sum of distances among the samples that reach it.
    `ties`: whether another sample is as good, and then the lowest ids won; `unsettled` when time ran out on that.
    """

    status: Status
    objective: str | None
    value: float | None
    bound: float | None
    gap: float | None
    smallest: float | None
    smallest_bound: float | None
    ties: Literal["unique", "lowest_ids", "unsettled"] | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Record:
    """What the sample was made from: digests of frame and design, versions of the software, the seed."""

    frame: str
    design: str
    versions: tuple[tuple[str, str], ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A proposed sample. `statuses` are those who left, by id; `replaced` who came for whom, in order.

    `kept` are those recruited under an earlier approval, who stay whatever the solver would choose.
    """

    frame: Frame = field(repr=False, compare=False)
    design: Design
    selected: tuple[Selected, ...]
    not_selected: tuple[PassedOver, ...]
    eligible: int
    diagnostics: Diagnostics
    proof: Proof
    record: Record
    notes: tuple[str, ...] = ()
    statuses: dict[str, str] = field(default_factory=dict)
    replaced: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()
    caveat: str = CAVEAT

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected ids, ascending."""
        return tuple(sorted(s.id for s in self.selected))

    @property
    def code(self) -> str:
        """The proposal code that an approval names."""
        return proposal_code(self.record.frame, self.record.design, self.ids)

    def as_document(self) -> dict[str, Any]:
        """The sample as plain JSON values without the frame, for a record file or a page."""
        plain = asdict(replace(self, frame=None)) | {"ids": list(self.ids), "proposal": self.code}  # type: ignore[arg-type]
        del plain["frame"]
        plain["design"] = json.loads(self.design.canonical())
        if self.design.chosen:
            plain["chosen_by"], plain["chosen_on"] = self.design.chosen_by, self.design.chosen_on
        for written, site in zip(plain["selected"], self.selected, strict=True):
            written["is_hard_to_replace"] = site.is_hard_to_replace
        return dict(json.loads(json.dumps(plain)))


def proposal_code(frame: str, design: str, selected: tuple[str, ...]) -> str:
    """First 12 hex of SHA-256 over frame digest, design digest and sorted selected ids, one a line."""
    return digest("\n".join([frame, design, *sorted(selected)]).encode())[:12]
