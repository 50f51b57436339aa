"""MC008: which themes a participant may be shown, so that no theme points at the people of one site, or at few.

A theme about one site, or that rests on the words of one site's people only, tells staff and director of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Place = tuple[str, str]
"""A site and the role held there."""


@dataclass(frozen=True, slots=True)
class Resting:
    """On whom a theme rests: each person (any code) with the places held when interviewed, none where nobody knows.

    `site` is the site the protocol says the theme is about, empty for a theme across sites; `one_site` says that the
    study has no more than one, so that resting on one site's people tells nothing.
    """

    people: Mapping[str, frozenset[Place]]
    site: str = ""
    one_site: bool = False

    @property
    def of_site(self) -> str:
        """The site it is about: as declared, or the one site of everybody behind it; empty where it crosses sites."""
        if self.site or self.one_site:
            return self.site
        sites = {site for places in self.people.values() for site, _ in places}
        return next(iter(sites)) if len(sites) == 1 and all(self.people.values()) else ""

    @property
    def unplaced(self) -> bool:
        """Whether it is declared to be about one site and nobody knows where somebody behind it belonged."""
        return bool(self.site) and not all(self.people.values())


def may_see(theme: Resting, own: Iterable[Place]) -> bool:
    """Whether somebody who holds or held these places may be shown the theme.

    A theme declared to be about a site goes to people of that site only. At the site that a theme is about it goes to
    those whose one role there is that of everybody behind it: never from staff to their director, nor the reverse.
    """
    site = theme.of_site
    if not site:
        return True
    roles = {role for where, role in own if where == site}
    if not roles:
        return not theme.site
    behind = {role for places in theme.people.values() for where, role in places if where == site}
    return len(roles) == 1 and behind <= roles and not theme.unplaced


def resting(people: Mapping[str, Iterable[Place]], site: str = "", *, one_site: bool = False) -> Resting:
    """On whom a theme rests, from everybody with a coding of it; of a theme about a site only who belonged there.

    Somebody whose place nobody knows stays, because they may have belonged there.
    """
    placed = {person: frozenset(places) for person, places in people.items()}
    theirs = {person: places for person, places in placed.items() if not site or not places or _at(site, places)}
    return Resting(theirs, site, one_site)


def _at(site: str, places: Iterable[Place]) -> bool:
    return any(where == site for where, _ in places)


def enough(theme: Resting, k: int) -> bool:
    """Whether a theme rests on the words of at least k people."""
    return len(theme.people) >= k
