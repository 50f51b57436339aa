"""The recordings of a study: how long they are, and which must be destroyed by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recruitment import fold_consent, fold_recruitment
from recruitment.recordings import Destruction, destructions, recorded_seconds
from recruitment.registers import INTERVIEWS, RECORDINGS
from study import Event
from tasks.read import read_table
from tasks.workspace import Workspace


def audio_seconds(place: Workspace) -> Mapping[str, float]:
    """Interview → the length of its recordings in seconds; none where the register of recordings does not say it."""
    rows = read_table(place, RECORDINGS.file)
    needed = {"interview_id", "recording_id", "step", "minutes"}
    return {} if rows is None or not needed <= set(rows.columns) else recorded_seconds(rows)


def destructions_owed(place: Workspace, events: Iterable[Event]) -> list[Destruction]:
    """Every recording named in a register and not destroyed although consent promised it, the first due first."""
    events = list(events)
    if all(form.audio_destroyed_within_days is None for form in place.protocol.consent_forms):
        return []
    spoke = {i.id: i.attended for i in fold_recruitment(events).interviews.values()}
    return destructions(_recordings(place), spoke, place.protocol, fold_consent(events), events)


def _recordings(place: Workspace) -> dict[str, str]:
    """Recording → interview, from the registers of interviews and of recordings."""
    found: dict[str, str] = {}
    for path, column in ((INTERVIEWS.file, "recording"), (RECORDINGS.file, "recording_id")):
        rows = read_table(place, path)
        if rows is not None and {column, "interview_id"} <= set(rows.columns):
            found |= {r: i for r, i in zip(rows[column], rows["interview_id"], strict=True) if r}
    return found
