"""The matrix of criteria and Halpern's inventory: each cell points at its records, and says how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from pages.dossier_counts import named, of_kind, rounded
from pages.dossier_events import Listing, page_of
from trustworthiness.criteria import HalpernClass, Recorded, Technique


@dataclass(frozen=True, slots=True)
class Cell:
    """One technique or class: what is recorded, as a list, and what was looked for where nothing is.

    `artefacts` says of a class how many files and records its events name; a class's `looked_for` are the kinds it
    holds nothing of. `beside` are sources on record that nothing brings together.
    """

    name: str
    recorded: tuple[Markup, ...]
    looked_for: str
    artefacts: str = ""
    beside: tuple[Markup, ...] = ()


def cells(criteria: Iterable[Technique], listing: Listing, k: int) -> dict[str, list[Cell]]:
    """Each criterion's techniques."""
    found: dict[str, list[Cell]] = {}
    for row in criteria:
        looked_for = ", ".join(named(kind) for kind in row.looked_for)
        found.setdefault(row.criterion, []).append(
            Cell(
                row.technique,
                _recorded(row.recorded, listing, k),
                looked_for,
                beside=_recorded(row.beside, listing, k),
            )
        )
    return found


def deposits(classes: Iterable[HalpernClass], listing: Listing, k: int) -> list[Cell]:
    """Each of Halpern's classes."""
    return [
        Cell(
            one.label,
            _recorded(one.deposited, listing, k),
            ", ".join(named(kind) for kind in one.missing),
            rounded(one.artefacts, k),
        )
        for one in classes
    ]


def _recorded(recorded: Iterable[Recorded], listing: Listing, k: int) -> tuple[Markup, ...]:
    """Kinds with their counts, each a link to its records."""
    return tuple(
        Markup('<a href="{}">{}</a>: {}').format(page_of(one.kind), named(one.kind), of_kind(one.kind, one.count, k))
        if one.kind in listing.kinds
        else Markup("{}: {}").format(named(one.kind), of_kind(one.kind, one.count, k))
        for one in recorded
    )
