"""The distribution list of a survey: where it lies, how it reads, and which of its rows are somebody's."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.survey import read_survey
from evidence.survey.responses import Invitations, invitations
from study import StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.erasing import RESTRICTED, at
from tasks.survey_links import People
from tasks.workspace import Workspace

_MISSING = "The distribution list is not there"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution list as read: `listed` None where it cannot be used, and `why` it cannot, with the remedy.

    `is_ahead` when a day in it has not come: another day judges otherwise.
    """

    listed: Invitations | None
    why: str = ""
    is_exposed: bool = False
    is_ahead: bool = False


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
    is_exposed = listed.has_contacts and not path.startswith(RESTRICTED)
    if listed.unknown:
        why = (
            f"The distribution list holds words under {' and '.join(listed.unknown)} that are neither yes nor no nor a "
            "day, so nothing was counted: write yes, no, a day as YYYY-MM-DD, or leave the cell empty."
        )
        return Distribution(None, why, is_exposed, listed.is_ahead)
    return Distribution(listed, is_exposed=is_exposed, is_ahead=listed.is_ahead)


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
