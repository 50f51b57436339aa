"""Whose names the free text of surveys is searched for, and what people decided of strings already."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.detectors import DETECTORS_VERSION, Decided, Detector, Entry, Registry
from evidence.detectors.near import NearMisses
from study.identifiers import digest
from tasks.read import read_restricted_table
from tasks.string_decisions import decided
from tasks.survey_links import People
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Names:
    """The detectors of one study, and a digest of what they know; `is_known` when the registry holds any name."""

    detectors: tuple[Detector, ...]
    decided: Decided
    is_known: bool
    digest: str


def names(place: Workspace, known: People) -> Names:
    """Names, aliases and ways of mishearing of the study's people; made once a run."""
    if "names" not in known.kept:
        known.kept["names"] = _names(place)
    found: Names = known.kept["names"]
    return found


def _names(place: Workspace) -> Names:
    entries, choices = list(_entries(place)), decided(place)
    team = [name for person in place.protocol.team for name in (person.name, person.code)]
    registry = Registry(entries)
    near = NearMisses(entries, registry.words, (*team, place.protocol.title))
    rests_on = [DETECTORS_VERSION, entries, team, sorted(choices.names), sorted(choices.not_names)]
    made_of = digest(json.dumps(rests_on).encode())
    return Names((registry, near), choices, bool(entries or choices.names), made_of)


def _entries(place: Workspace) -> Iterator[Entry]:
    table = read_restricted_table(place, "identities.csv")
    for row in [] if table is None else table.to_dict("records"):
        person = str(row.get("participant_id", ""))
        if row.get("name"):
            yield Entry("name", str(row["name"]), person)
        called = (alias.strip() for column in ("aliases", "heard_as") for alias in str(row.get(column, "")).split(";"))
        yield from (Entry("alias", alias, person) for alias in called if alias)
