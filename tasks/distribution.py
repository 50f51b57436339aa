"""The distribution list of a survey: where it lies, how it reads, and which of its rows are somebody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evidence.survey import read_survey
from evidence.survey.linkage import Spellings, each, plain_key, plain_keys
from evidence.survey.responses import Invitations, contact_columns, invitations
from study import StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.erasing import RESTRICTED, at
from tasks.read import read_restricted_table
from tasks.survey_links import People
from tasks.workspace import Workspace

_MISSING = "The distribution list is not there"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution list as read: `listed` None where it cannot be used, and `why` it cannot, with the remedy."""

    listed: Invitations | None
    why: str = ""
    is_exposed: bool = False


def distribution(place: Workspace, spec: Survey, known: People) -> Distribution | None:
    """The distribution list study.yaml names for a survey, read once a run; None where it names none.

    `is_exposed` when it holds contacts of people and lies outside restricted/.
    """
    if not spec.distribution:
        return None
    asked = ("distribution", spec.name)
    if asked not in known.kept:
        known.kept[asked] = _read(place, spec)
    found: Distribution = known.kept[asked]
    return found


def _read(place: Workspace, spec: Survey) -> Distribution:
    path = spec.distribution or ""
    data = stored(place, path)
    if data is None:
        return Distribution(
            None, "The distribution list is not there: put it there, or correct its name in study.yaml."
        )
    try:
        frame = read_survey(data, name=path.rpartition("/")[2]).frame
        listed = invitations(frame, key=spec.key, today=place.today)
    except StudyError as error:
        return Distribution(None, f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}")
    return Distribution(listed, is_exposed=listed.has_contacts and not path.startswith(RESTRICTED))


def digest_of(place: Workspace, spec: Survey) -> str:
    """The SHA-256 of the distribution list, "" without one."""
    data = stored(place, spec.distribution) if spec.distribution else None
    return digest(data) if data is not None else ""


def stored(place: Workspace, path: str) -> bytes | None:
    """A file of the study folder or of restricted/."""
    store, key = at(place, path)
    try:
        return store.get(key)
    except NotStored:
        return None


def cells_of(place: Workspace, path: str, participant: str) -> dict[str, tuple[str, ...]]:
    """The columns of a table in which somebody is named by code or e-mail address, with the cells that do.

    Codes count however they are spelled. A table that cannot be read names nobody.
    """
    data = stored(place, path)
    if data is None:
        return {}
    try:
        frame = read_survey(data, name=path.rpartition("/")[2]).frame
    except StudyError:
        return {}
    wanted = {plain_key(participant)}
    contacts = contact_columns([str(column) for column in frame.columns])
    mails = {plain_key(mail) for mail in _mails(place, participant)} - {""}
    found = {}
    for column in map(str, frame.columns):
        theirs = plain_keys(frame[column]).isin(mails if column in contacts else wanted)
        if theirs.any():
            found[column] = tuple(dict.fromkeys(_written(cell) for cell in frame.loc[theirs, column]))
    return found


def spelled_in(place: Workspace, spec: Survey, participant: str) -> tuple[str, ...]:
    """How a survey file spells a participant code, the code itself first."""
    column = spec.key or ""
    try:
        read = read_survey(place.root / spec.file, encoding=spec.encoding, columns=[column])
    except StudyError:
        return (participant,)
    if column not in read.frame.columns:
        return (participant,)
    registry = read_restricted_table(place, "participants.csv")
    known = {participant, *(registry["participant_id"] if registry is not None else ())}
    meant = each(read.frame[column], Spellings(known).meant)
    theirs = read.frame.loc[meant == participant, column]
    return tuple(dict.fromkeys([participant, *(_written(cell) for cell in theirs)]))


def _mails(place: Workspace, participant: str) -> list[str]:
    table = read_restricted_table(place, "identities.csv")
    if table is None or not {"participant_id", "email"} <= set(table.columns):
        return []
    cells = table.loc[table["participant_id"] == participant, "email"]
    return [mail.strip() for cell in cells for mail in cell.split(";")]


def _written(cell: Any) -> str:
    """A cell as the editor of people's files reads it."""
    return plain_key(cell) if isinstance(cell, float) else str(cell).strip()
