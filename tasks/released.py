"""Transcripts released for coding: the version a release names, found again among the study's files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from evidence import read_transcript
from study import Event, Reference
from study.identifiers import digest
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Released:
    """A transcript released for coding: its turns, the event that released it, the reference of that version.

    `is_identifiable` is False for a version from restricted/deidentified/.
    """

    turns: pd.DataFrame
    event: str
    reference: Reference
    is_identifiable: bool = True


def released_transcripts(place: Workspace, events: Iterable[Event]) -> dict[str, Released]:
    """Every transcript whose released version lies in the study folder or in restricted/deidentified/.

    The masked copy that a withdrawal left of a released version stands for it.
    """
    released: dict[str, Released] = {}
    newest: dict[str, Event] = {}
    masked: dict[str, list[Reference]] = {}
    for event in events:
        transcript = event.subject_id("transcript")
        if event.kind == "transcript.deidentified" and transcript:
            masked.setdefault(transcript, []).extend(event.generated)
        if event.kind == "transcript.released" and transcript:
            newest[transcript] = max(newest.get(transcript, event), event, key=lambda e: int(e.data["version"]))
    files = _transcript_files(place)
    for transcript, event in sorted(newest.items()):
        for path, store_key in files.get(transcript, ()):
            data = place.restricted.get(store_key) if store_key else place.files.get(path)
            reference = place.reference(path, data, personal=True)
            named = (*event.generated, *masked.get(transcript, ()))
            if any(reference.hmac == g.hmac or digest(data) == g.sha256 for g in named):
                turns = _turns(place, data, path)
                released[transcript] = Released(turns, event.id, reference, is_identifiable=not store_key)
                break
    return released


def _turns(place: Workspace, data: bytes, path: str) -> pd.DataFrame:
    conventions = place.protocol.transcripts
    if conventions is None:
        return read_transcript(data, PurePosixPath(path).name).turns
    labels = [*conventions.speakers.interviewer, *conventions.speakers.participant]
    return read_transcript(
        data,
        PurePosixPath(path).name,
        labels=labels,
        header=conventions.header,
        legacy_encoding=conventions.legacy_encoding,
    ).turns


def _transcript_files(place: Workspace) -> dict[str, list[tuple[str, str]]]:
    """Transcript id → its files as (path in the study folder, key under restricted/ or ""); masked copies first."""
    conventions = place.protocol.transcripts
    if conventions is None:
        return {}
    before, _, after = conventions.file_name.partition("{interview_id}")
    found: dict[str, list[tuple[str, str]]] = {}
    masked = [(f"restricted/{stored.key}", stored.key) for stored in place.restricted.list("deidentified/")]
    raw = [(stored.key, "") for stored in place.files.list(f"{conventions.folder}/")]
    for path, key in [*masked, *raw]:
        stem = PurePosixPath(path).name.rsplit(".", 1)[0]
        if stem.startswith(before) and stem.endswith(after):
            found.setdefault(stem[len(before) : len(stem) - len(after)], []).append((path, key))
    return found
