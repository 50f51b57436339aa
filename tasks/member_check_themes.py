"""MC008: on whom each theme rests, and which themes a participant may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recruitment import Affiliation, Recruitment
from study import Query
from study.query import place as query_place
from tasks.read import read_restricted_table
from tasks.workspace import Workspace
from trustworthiness.audience import Place, Resting, enough, may_see, resting
from trustworthiness.gates import thin_themes

PARTICIPANTS = "participants.csv"


@dataclass(frozen=True, slots=True)
class Audience:
    """The themes that may be shown to anybody, with what they rest on; where people (trail codes) belonged."""

    themes: Mapping[str, Resting]
    places: Mapping[str, tuple[Affiliation, ...]]

    def of(self, participant: str, *days: date) -> tuple[str, ...]:
        """The themes this participant may be shown, given the places they held on any of these days."""
        own = {spot for day in days for spot in _held(self.places.get(participant, ()), day)}
        return tuple(id for id, theme in self.themes.items() if may_see(theme, own))


def audience_of(place: Workspace, recruitment: Recruitment, codings: pd.DataFrame) -> tuple[Audience, list[Query]]:
    """The themes that rest on at least k people, and MC008 for the others; none while nothing is coded."""
    plan, k = place.protocol.member_checking, place.protocol.disclosure.k
    assert plan is not None  # the caller looked
    places = _places(place)
    if codings.empty:
        return Audience({}, places), []
    one_site = len({a.site for held in places.values() for a in held}) < 2
    themes = {
        theme.id: resting(
            _behind(recruitment, places, codings, theme.codes), theme.site or "", one_site=one_site and not theme.site
        )
        for theme in plan.themes
    }
    thin = thin_themes({id: len(theme.people) for id, theme in themes.items()}, k, study=place.protocol.id)
    unplaced = [_unplaced(place, id) for id, theme in themes.items() if enough(theme, k) and theme.unplaced]
    return Audience({id: theme for id, theme in themes.items() if enough(theme, k)}, places), [*thin, *unplaced]


def _behind(
    recruitment: Recruitment, places: Mapping[str, tuple[Affiliation, ...]], codings: pd.DataFrame, codes: Iterable[str]
) -> dict[str, set[Place]]:
    """Everybody whose interview holds one of these codes, with the places they held that day."""
    behind: dict[str, set[Place]] = {}
    for interview in codings["transcript"][codings["code"].isin(list(codes))].unique():
        held = recruitment.interviews.get(interview)
        for participant in held.participants if held else ():
            spots = _held(places.get(participant, ()), held.day) if held else ()
            behind.setdefault(participant, set()).update(spots)
    return behind


def _held(affiliations: Iterable[Affiliation], day: date) -> Iterator[Place]:
    """The sites and roles held that day; those held last where they had left by then."""
    began = [a for a in affiliations if a.start <= day]
    now = [a for a in began if a.holds(day)]
    last = max((a.end for a in began if a.end), default=None)
    yield from ((a.site, a.role) for a in now or [a for a in began if a.end == last])


def _places(place: Workspace) -> dict[str, tuple[Affiliation, ...]]:
    """Where participants belonged, by trail code, from restricted/participants.csv; rows without a first day not."""
    table = read_restricted_table(place, PARTICIPANTS)
    codes = place.known_trail_codes()
    found: dict[str, list[Affiliation]] = {}
    for row in () if table is None else table.to_dict("records"):
        start = _day(row.get("from", ""))
        if row.get("participant_id") in codes and start is not None and row.get("site_id"):
            code = codes[row["participant_id"]]
            about = (row["site_id"], row.get("role", ""), row.get("group", ""))
            found.setdefault(code, []).append(Affiliation(code, *about, start, _day(row.get("to", ""))))
    return {code: tuple(rows) for code, rows in found.items()}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _unplaced(place: Workspace, theme: str) -> Query:
    return Query.raised(
        "MC008",
        "block",
        study=place.protocol.id,
        subject=f"theme:{theme}",
        place=query_place(f"theme.{theme}", "places"),
        where=f"restricted/{PARTICIPANTS}",
        message=f"The theme {theme} is about one site, and of somebody whose words it rests on nobody knows where they "
        "belonged on the day of the interview. It stays out of every packet until their rows have site_id, role and "
        "from.",
    )
