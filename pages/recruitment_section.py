"""The part of the study page on recruitment: the flow, targets with their projection, and each site's own flow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from pages.flow_picture import flow_picture
from pages.layout import plural
from pages.svg import Box
from recruitment.flow_diagram import Box as Step
from recruitment.projection import FEWEST_DAYS, FEWEST_INTERVIEWS, Projection


@dataclass(frozen=True, slots=True)
class Target:
    """A target and how far it is reached; `projection` says when it may be, in words."""

    label: str
    reached: int
    wanted: int
    projection: str = ""


@dataclass(frozen=True, slots=True)
class SiteDiagram:
    """A site's own flow of participants, for the team only."""

    site: str
    flow: tuple[Box, ...]

    @property
    def said(self) -> str:
        """The site in one line: who was identified and who was interviewed."""
        counts = {box.label: box.count for box in self.flow}
        return ", ".join(f"{counts[label]} {label.lower()}" for label in SUMMED if label in counts)


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites' diagrams, or why there are none; notes on what they leave out."""

    diagrams: tuple[SiteDiagram, ...] = ()
    note: str = ""
    notes: tuple[str, ...] = field(default=())


SUMMED = ("Identified", "Consented", "Interviewed", "Still in the study")


def drawn(steps: Iterable[Step]) -> tuple[Box, ...]:
    """The domain's boxes say who left after them; the picture shows it beside the arrow to the next."""
    left: tuple[tuple[str, int], ...] = ()
    shown = []
    for step in steps:
        shown.append(Box(step.label, step.count, left))
        left = tuple((reason.label, reason.count) for reason in step.reasons)
    return tuple(shown)


def site_pictures(sites: Sites) -> tuple[tuple[SiteDiagram, Markup], ...]:
    """Each site's diagram with its picture."""
    return tuple(
        (diagram, flow_picture(diagram.flow, key=f"flow-{place}", title=f"Flow of participants at {diagram.site}"))
        for place, diagram in enumerate(sites.diagrams)
    )


def projection_said(found: Projection, *, today: date, ends: date | None) -> str:
    """When a target will be reached, in one sentence with its uncertainty."""
    if found.status == "reached" and found.likely:
        return f"Reached on {_said(found.likely)}."
    if ends is not None and today > ends:
        return f"The field period ended on {_said(ends)}."
    if found.status == "too_few":
        return (
            f"Too few to project from: {plural(found.seen, 'interview')} in the last {plural(found.exposure, 'day')}; "
            f"at least {FEWEST_INTERVIEWS} in {FEWEST_DAYS} days are needed."
        )
    pace = f"At the pace of the last {found.exposure} days ({plural(found.seen, 'interview')})"
    if found.likely is None:
        return f"{pace} more than ten years away."
    late = _said(found.late) if found.late else "a day more than ten years away"
    early = _said(found.early) if found.early else "then"
    by = f" Chance by {_said(ends)}: {percent(found.chance)}." if ends and found.chance is not None else ""
    return f"{pace} around {_said(found.likely)}, four times in five between {early} and {late}.{by}"


def percent(share: float) -> str:
    """A probability for people: never certain, never impossible."""
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{share:.0%}".replace("%", " %")


def _said(day: date) -> str:
    return f"{day:%-d %B %Y}"
