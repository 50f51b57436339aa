"""Whose names the free text of surveys is searched for, and what people decided of strings already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from evidence.contexts import Context, context_in
from evidence.detectors import DETECTORS_VERSION, Decided, Detector, Entry, Registry
from evidence.detectors.near import NearMisses
from evidence.leaks import Flagged
from evidence.open_strings import Hit
from evidence.survey import read_survey
from study import StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.read import read_restricted_table
from tasks.readings import ENDING, SURVEY_STRINGS
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


def keep_strings(place: Workspace, spec: Survey, strings: Sequence[Flagged]) -> None:
    """Keep the strings that look like names for people to decide on; nothing is kept where there is none."""
    key = f"{SURVEY_STRINGS}{spec.name}{ENDING}"
    if strings:
        place.restricted.put(key, json.dumps({"path": spec.file, "flagged": [list(one) for one in strings]}).encode())
    else:
        place.restricted.erase_all_versions(key)


def contexts_in(place: Workspace, spec: Survey, asked: Sequence[tuple[str, Hit]], width: int) -> list[Context | None]:
    """The words around strings in a survey's free text, read from the file now; None where one is there no more."""
    columns = dict.fromkeys(hit.place.partition(", column ")[2] for _, hit in asked)
    try:
        read = read_survey(place.files.get(spec.file), name=spec.file, encoding=spec.encoding, columns=list(columns))
    except (StudyError, NotStored):
        return [None] * len(asked)
    return [_context(read.frame, key, hit, width) for key, hit in asked]


def _context(frame: pd.DataFrame, key: str, hit: Hit, width: int) -> Context | None:
    row, _, column = hit.place.removeprefix("row ").partition(", column ")
    if column not in frame.columns or not 0 < int(row) <= len(frame):
        return None
    cell = frame[column].iloc[int(row) - 1]
    return context_in(cell.strip(), key, hit, width) if isinstance(cell, str) else None


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
