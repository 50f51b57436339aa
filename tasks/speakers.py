"""Who spoke in a transcript, and where they belonged on the day of the interview; how many hold a role at a site.

Joined in memory from the trail and restricted/participants.csv: neither the trail nor out/ says who belongs where.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from tasks.codings import Material
from tasks.read import read_restricted_table
from tasks.workspace import Workspace

PEOPLE = "participants.csv"
Column = Literal["role", "group", "site_id"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A participant of an interview (trail code) with what restricted/participants.csv says of that day ("" if not)."""

    person: str
    site_id: str
    role: str
    group: str

    def in_column(self, column: Column) -> str:
        return {"role": self.role, "group": self.group, "site_id": self.site_id}[column]


Speakers = Mapping[str, tuple[Speaker, ...]]


def speakers(place: Workspace, material: Material) -> Speakers | None:
    """Transcript → who spoke in it, for every interview held; None without restricted/participants.csv."""
    table = read_restricted_table(place, PEOPLE)
    if table is None:
        return None
    codes = place.known_trail_codes()
    belonged: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for participant, *row in _rows(table):
        if participant in codes:
            belonged[codes[participant]].append(tuple(row))
    return {
        id: tuple(_speaker(who, interview.day, belonged[who]) for who in interview.attended)
        for id, interview in material.recruitment.interviews.items()
        if interview.attended
    }


def belonging(found: Speakers, transcripts: Iterable[str], column: Column) -> dict[str, dict[str, str]]:
    """Transcript → person → group, role or site that day."""
    return {t: {s.person: s.in_column(column) for s in found[t]} for t in transcripts if t in found}


def places_of(found: Speakers) -> dict[str, set[tuple[str, str]]]:
    """Transcript → the sites and roles of its speakers; without those of whom one is not known."""
    known = {t: {(s.site_id, s.role) for s in speaking} for t, speaking in found.items()}
    return {t: held for t, held in known.items() if all(site and role for site, role in held)}


def holders(place: Workspace) -> dict[tuple[str, str], int]:
    """How many people ever held each role at each site: what small cells are counted over."""
    table = read_restricted_table(place, PEOPLE)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for participant, site, role, *_ in () if table is None else _rows(table):
        people[site, role].add(participant)
    return {held: len(who) for held, who in people.items()}


def _rows(table: pd.DataFrame) -> Iterable[tuple[str, ...]]:
    columns = ["participant_id", "site_id", "role", "group", "from", "to"]
    rows: Iterable[tuple[str, ...]] = table.reindex(columns=columns, fill_value="").itertuples(index=False, name=None)
    return rows


def _speaker(person: str, day: date, rows: Iterable[tuple[str, ...]]) -> Speaker:
    """The row in force that day, both ends included; the last where several are."""
    text = day.isoformat()
    held = [row for row in rows if (not row[3] or row[3] <= text) and (not row[4] or text <= row[4])]
    site, role, group = held[-1][:3] if held else ("", "", "")
    return Speaker(person, site, role, group)
