"""Where clean exports of surveys lie under restricted/, and which of them may hold answers of people we know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence.survey import read_survey
from evidence.survey.linkage import Spellings
from study import Event, StudyError
from study.objects import NotStored
from tasks.workspace import Workspace

FOLDER = "exports/"


def export_folder(survey: str) -> str:
    """Where a survey's clean export lies, under restricted/."""
    return f"{FOLDER}{survey}/"


CODES_WITHIN = "SV049"
"""The check that an anonymous survey holds no participant codes."""


def with_codes(events: Iterable[Event]) -> frozenset[str]:
    """Surveys in which participant codes were ever found though they were declared anonymous: these know people too."""
    opened = (e for e in events if e.kind == "query.opened" and e.data["check"] == CODES_WITHIN)
    return frozenset(name for e in opened if (name := e.subject_id("survey")))


def _anonymous(place: Workspace, events: Iterable[Event]) -> set[str]:
    """The surveys that are anonymous now, and never were found to be otherwise."""
    return {spec.name for spec in place.protocol.surveys if spec.linkage == "anonymous"} - with_codes(events)


def undeclared_files(place: Workspace, participant: str) -> Iterator[str]:
    """Files of surveys that are declared anonymous and hold the participant's code, or that nobody can read now."""
    found = with_codes(place.events(["query.opened"]))
    spellings = Spellings({participant, *place.known_trail_codes()})
    for spec in place.protocol.surveys:
        if spec.linkage != "anonymous" or spec.name not in found:
            continue
        try:
            data = place.files.get(spec.file)
            frame = read_survey(data, name=spec.file, encoding=spec.encoding).frame
        except NotStored:
            continue
        except StudyError:
            yield spec.file
            continue
        if any(spellings.meant(cell) == participant for name in frame for cell in frame[name].dropna().unique()):
            yield spec.file


def exports_of_people(place: Workspace) -> tuple[str, ...]:
    """Every file under restricted/exports/ but those of surveys that know nobody; keys, sorted."""
    anonymous = {export_folder(name) for name in _anonymous(place, place.events(["query.opened"]))}
    keys = sorted({stored.key for stored in place.restricted.list_versions(FOLDER)})
    return tuple(key for key in keys if not key.startswith(tuple(anonymous)))


def exported_surveys(place: Workspace, events: Iterable[Event]) -> tuple[str, ...]:
    """Every survey that was ever exported, but those that know nobody: copies may have been handed on."""
    events = list(events)
    names = {e.subject_id("survey") or "" for e in events if e.kind == "survey.exported"}
    return tuple(sorted(names - _anonymous(place, events)))
