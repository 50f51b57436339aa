"""Where clean exports of surveys lie under restricted/, and which of them may hold answers of people we know."""

from __future__ import annotations

from collections.abc import Iterable

from study import Event
from tasks.workspace import Workspace

FOLDER = "exports/"


def export_folder(survey: str) -> str:
    """Where a survey's clean export lies, under restricted/."""
    return f"{FOLDER}{survey}/"


def exports_of_people(place: Workspace) -> tuple[str, ...]:
    """Every file under restricted/exports/ but those of surveys that are anonymous now; keys, sorted."""
    anonymous = {export_folder(s.name) for s in place.protocol.surveys if s.linkage == "anonymous"}
    keys = sorted({stored.key for stored in place.restricted.list_versions(FOLDER)})
    return tuple(key for key in keys if not key.startswith(tuple(anonymous)))


def exported_surveys(place: Workspace, events: Iterable[Event]) -> tuple[str, ...]:
    """Every survey that was ever exported, but those that are anonymous now: copies may have been handed on."""
    anonymous = {spec.name for spec in place.protocol.surveys if spec.linkage == "anonymous"}
    names = {e.subject_id("survey") or "" for e in events if e.kind == "survey.exported"}
    return tuple(sorted(names - anonymous))
