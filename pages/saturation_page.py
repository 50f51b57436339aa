"""The page on saturation, for the team: by sequence the curve, what the index says, how robust that is, what people
decided. It names interviews by their ids and quotes nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from analysis.francis import FrancisSaturation
from analysis.marks import Mark
from analysis.orders import Orders
from analysis.saturation import GuestSaturation
from pages.layout import plural, render
from pages.saturation_pictures import curve, ratios


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided on a sequence; `rests_on` is what the assessment said that stood that day ("": none)."""

    person: str
    day: str
    decision: str
    rests_on: str
    has_changed: bool


@dataclass(frozen=True, slots=True)
class SequencePart:
    """One sequence: its interviews with their days in order, what was found, and what stands beside it.

    `name` is what decisions call it, `title` what people do. `frozen` is the day the named version of the codebook was
    frozen ("" where nobody did); `since` says what differs from the assessment before, recorded on `before`.
    """

    name: str
    title: str
    interviews: tuple[tuple[str, date], ...]
    uncounted: int
    codebook: str
    frozen: str
    index: GuestSaturation
    orders: Orders | None
    francis: FrancisSaturation
    marks: tuple[Mark, ...] = ()
    decided: tuple[Decided, ...] = ()
    since: tuple[str, ...] = ()
    before: str = ""

    @property
    def verdict(self) -> tuple[str, str]:
        """What the index says in words, and how the page marks it: never as good, for people decide on stopping."""
        index = self.index
        return {
            "reached": (f"reached at {index.label}", "plain"),
            "not_reached": (f"not reached after {plural(len(index.new_codes), 'interview')}", "plain"),
            "too_few": (f"{plural(len(index.new_codes), 'interview')}: too few to say", "warn"),
            "undefined": ("undefined", "warn"),
        }[index.status]

    def rows(self) -> list[tuple[int, str, str, int, int, str]]:
        """By interview: number, id, day, new codes, codes known, and the ratio of the run that ends there."""
        found, rows = self.index, []
        for place, (id, day) in enumerate(self.interviews):
            ends = place - found.base - found.run + 1
            ratio = f"{100 * found.ratios[ends]:.1f}%" if 0 <= ends < len(found.ratios) else ""
            rows.append((place + 1, id, day.isoformat(), found.new_codes[place], found.cumulative[place], ratio))
        return rows


@dataclass(frozen=True, slots=True)
class SaturationPage:
    """Every sequence of a study; `gone` counts interviews left out because what the person gave was erased."""

    study: str
    synthetic: bool
    day: str
    by: str
    sequences: tuple[SequencePart, ...]
    gone: int = 0
    notes: tuple[str, ...] = ()


def saturation_page(page: SaturationPage) -> bytes:
    """The page as HTML, with its pictures."""
    return render("saturation.html", page=page, title=f"Saturation: {page.study}", drawn=_drawn)


def _drawn(part: SequencePart, key: str) -> list[Markup]:
    pictures = [curve(part.index, part.marks, f"{key}-c")] if part.index.new_codes else []
    return pictures + ([ratios(part.index, f"{key}-r")] if part.index.ratios else [])
