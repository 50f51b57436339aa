"""Transcripts released for coding: the version a release names, found again among the study's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from evidence import read_transcript
from study import Event, Reference
from study.identifiers import digest
from tasks.masking import FOLDER, LIST
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Released:
    """A transcript released for coding: its turns, the event that released it, the reference of that version.

    `is_identifiable` is False for a version from restricted/deidentified/; `path` is where that version lies.
    """

    turns: pd.DataFrame
    event: str
    reference: Reference
    is_identifiable: bool = True
    path: str = ""


def released_transcripts(place: Workspace, events: Iterable[Event]) -> dict[str, Released]:
    """Every transcript whose released version lies in the study folder or in restricted/deidentified/.

    A copy stands for the version it was made of where that version is gone, as after a withdrawal.
    """
    released: dict[str, Released] = {}
    newest: dict[str, Event] = {}
    masked: dict[str, list[Event]] = {}
    for event in events:
        transcript = event.subject_id("transcript")
        if event.kind == "transcript.deidentified" and transcript:
            masked.setdefault(transcript, []).append(event)
        if event.kind == "transcript.released" and transcript:
            newest[transcript] = max(newest.get(transcript, event), event, key=lambda e: int(e.data["version"]))
    files = _transcript_files(place)
    for transcript, event in sorted(newest.items()):
        stands_for = [e.generated[0] for e in masked.get(transcript, ()) if _is_of(e, event)]
        for path, store_key in _named_first(place, files.get(transcript, ()), event, stands_for):
            data = place.restricted.get(store_key) if store_key else place.files.get(path)
            reference = place.reference(path, data, personal=True)
            turns = _turns(place, data, path)
            released[transcript] = Released(turns, event.id, reference, is_identifiable=not store_key, path=path)
            break
    return released


def _is_of(copy: Event, release: Event) -> bool:
    """Whether a copy was made of what was released; one that a withdrawal left names no original."""
    return not copy.used or bool({*copy.used, *copy.generated[:1]} & {*release.generated, *release.used})


def _named_first(
    place: Workspace, files: Iterable[tuple[str, str]], release: Event, copies: list[Reference]
) -> Iterator[tuple[str, str]]:
    """The files that are what was released, then the copies that stand for it where it is gone."""
    found: list[tuple[int, tuple[str, str]]] = []
    for path, key in files:
        data = place.restricted.get(key) if key else place.files.get(path)
        reference = place.reference(path, data, personal=True)
        named = [
            n
            for n, of in enumerate((release.generated, copies))
            if any(reference.hmac == g.hmac or digest(data) == g.sha256 for g in of)
        ]
        found += [(named[0], (path, key))] if named else []
    yield from (one for _, one in sorted(found))


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
    kept = (stored.key for stored in place.restricted.list(FOLDER) if not stored.key.endswith(LIST))
    masked = [(f"restricted/{key}", key) for key in kept]
    raw = [(stored.key, "") for stored in place.files.list(f"{conventions.folder}/")]
    for path, key in [*masked, *raw]:
        stem = PurePosixPath(path).name.rsplit(".", 1)[0]
        if stem.startswith(before) and stem.endswith(after):
            found.setdefault(stem[len(before) : len(stem) - len(after)], []).append((path, key))
    return found
