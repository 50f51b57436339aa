"""The page on saturation put together: what was found, what changed in between, what was said before, who decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from analysis.francis import FrancisSaturation
from analysis.marks import frozen_marks, guide_marks
from analysis.orders import Orders
from analysis.reassessed import changes
from analysis.saturation import GuestSaturation
from pages.saturation_page import Decided, SaturationPage, SequencePart, saturation_page
from recruitment.withdrawal import without_erased
from study import Event, Fact
from study.event import local_day
from tasks.codings import Material
from tasks.read import read_table
from tasks.workspace import Workspace

PAGE = "analysis/saturation.html"


@dataclass(frozen=True)
class Assessment:
    """One sequence as assessed: the transcripts that count, in their order, and what was found."""

    name: str
    transcripts: tuple[str, ...]
    uncounted: int
    codebook: str
    index: GuestSaturation
    orders: Orders | None
    francis: FrancisSaturation


def write_saturation(
    place: Workspace,
    material: Material,
    found: Mapping[str, Assessment],
    facts: Mapping[str, Fact],
    decided: Mapping[str, tuple[Decided, ...]],
    frozen_now: Iterable[Fact] = (),
) -> tuple[SaturationPage, str]:
    """Write the page for the team to out/; the page and its path in the study folder.

    `frozen_now` are versions of the codebook frozen in this run, not recorded yet.
    """
    claimed = place.protocol.analysis.saturation
    assert claimed is not None  # asked for before
    events = place.events()
    versions = tuple(_guides(place, events))
    used = _guide_versions(place)
    frozen = _frozen(place, (*(e for e in events if e.kind == "codebook.frozen"), *frozen_now))
    parts = tuple(
        _part(place, material, one, facts[name], decided.get(name, ()), events, versions, used, frozen)
        for name, one in found.items()
    )
    kept = without_erased(material.recruitment, events)
    page = SaturationPage(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=place.today.isoformat(),
        by=claimed.by,
        sequences=parts,
        gone=len(material.recruitment.interviews) - len(kept.interviews),
    )
    place.out.put(PAGE, saturation_page(page))
    return page, f"{place.protocol.storage.out}/{PAGE}"


def forget_saturation(place: Workspace) -> None:
    """Take the page away where the protocol claims no saturation any more."""
    if any(place.out.list(PAGE)):
        place.out.erase_all_versions(PAGE)


def _part(
    place: Workspace,
    material: Material,
    found: Assessment,
    fact: Fact,
    decided: tuple[Decided, ...],
    events: list[Event],
    versions: tuple[tuple[str, str, date], ...],
    used: Mapping[str, str],
    frozen: Mapping[str, date],
) -> SequencePart:
    days = [material.recruitment.interviews[t].day for t in found.transcripts]
    before = _before(events, fact)
    return SequencePart(
        name=found.name,
        title=_title(place, found.name),
        interviews=tuple(zip(found.transcripts, days, strict=True)),
        uncounted=found.uncounted,
        codebook=found.codebook,
        frozen=frozen[found.codebook].isoformat() if found.codebook in frozen else "",
        index=found.index,
        orders=found.orders,
        francis=found.francis,
        marks=tuple(
            sorted(
                (
                    *guide_marks(days, [used.get(t, "") for t in found.transcripts], versions),
                    *frozen_marks(days, frozen),
                ),
                key=lambda mark: mark.after,
            )
        ),
        decided=decided,
        since=changes(before.data, fact.data) if before else (),
        before=_day(place, before.recorded_at) if before else "",
    )


def _frozen(place: Workspace, acts: Iterable[Event | Fact]) -> dict[str, date]:
    """The day each version of the codebook was frozen."""
    return {str(act.data["version"]): local_day(act.occurred, place.protocol.zone) for act in acts}


def _title(place: Workspace, name: str) -> str:
    """What people call a sequence: the label of its role or group."""
    members = place.protocol.participants
    labels = {**{r.id: r.label for r in members.roles}, **{g.id: g.label for g in members.groups}}
    return labels.get(name, "All interviews")


def _before(events: list[Event], fact: Fact) -> Event | None:
    """The assessment of the same sequence that stood before this one: the latest with other inputs."""
    same = [e for e in events if e.kind == "saturation.assessed" and e.data["sequence"] == fact.data["sequence"]]
    others = [e for e in same if e.data["inputs"] != fact.data["inputs"]]
    return max(others, key=lambda e: e.recorded_at, default=None)


def _day(place: Workspace, recorded_at: str) -> str:
    return datetime.fromisoformat(recorded_at).astimezone(place.protocol.zone).date().isoformat()


def _guides(place: Workspace, events: list[Event]) -> list[tuple[str, str, date]]:
    """Guide, version and the day it took effect, for every version on record."""
    return [
        (str(e.data["guide"]), str(e.data["version"]), local_day(e.occurred, place.protocol.zone))
        for e in events
        if e.kind == "guide.changed"
    ]


def _guide_versions(place: Workspace) -> dict[str, str]:
    """The guide version each interview says it used, where the register has them."""
    register = read_table(place, "registers/interviews.csv")
    if register is None or not {"interview_id", "guide_version"} <= set(register.columns):
        return {}
    return dict(zip(register["interview_id"], register["guide_version"], strict=True))
