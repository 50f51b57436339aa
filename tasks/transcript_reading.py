"""Files read where something changed: in child processes under limits, in batches that are kept as they are done.

What a part of a reading rests on is a key of 16 hex: while the key stands the part is taken from restricted/readings/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from evidence.detectors import DETECTORS_VERSION
from evidence.isolated import ReaderDied, call_each
from evidence.measure import MEASURE_VERSION
from evidence.reading import (
    PARTS,
    READING_VERSION,
    Asked,
    Looker,
    Part,
    Reading,
    names_of,
    refused_for_size,
    rests_on_bytes,
)
from evidence.transcripts import LARGEST, READER_VERSION, READER_VERSIONS
from study.identifiers import digest, keyed_digest
from study.objects import NotStored
from study.protocol.material import GuideQuestion
from tasks.progress import step
from tasks.readings import Kept, Readings, shelf_of
from tasks.transcript_artifacts import BatchProgress
from tasks.transcript_files import TranscriptFile
from tasks.workspace import Workspace

SECONDS, MEGABYTES = 60.0, 1000
"""What one file may take to be read."""

BATCH = 50
"""Files read between two times at which what was read is kept, and progress said."""

MOST_PROCESSES, FEWEST_FILES = 8, 10
"""A process takes about a second to begin: another one is worth it for so many files."""

CHANGED = ReaderDied("failed", "changed while it was read")


@dataclass(frozen=True, slots=True)
class Looked:
    """Which files a run looked at, and at which parts of them (by path); and those that could not be read."""

    parts: Mapping[str, frozenset[Part]] = field(default_factory=dict)
    died: Mapping[str, ReaderDied] = field(default_factory=dict)


class Material:
    """Files that are read alike: all that is the same for them, and the questions of each file's guide by path."""

    def __init__(
        self,
        files: Sequence[TranscriptFile],
        looker: Looker,
        questions: Mapping[str, tuple[GuideQuestion, ...]] | None = None,
    ) -> None:
        self.files, self.looker = tuple(files), looker
        self.questions = questions or {}
        self._bytes = _short(READING_VERSION, MEASURE_VERSION, READER_VERSION, rests_on_bytes(looker.conventions))
        decided = [sorted(strings) for strings in looker.decided]
        self._names = _short(DETECTORS_VERSION, names_of(looker.entries), sorted(looker.known), decided, looker.residue)
        self._names = _short(self._names, sorted(looker.pseudonyms), looker.is_transcript)
        self._guides: dict[int, str] = {}

    def keys(self, file: TranscriptFile, format: str) -> dict[Part, str]:
        """What each part of a file's reading rests on, where the file is of this format."""
        text = _short(self._bytes, READER_VERSIONS.get(format, 0), file.reference.hmac)  # type: ignore[call-overload]
        return {"text": text, "guide": _short(text, self._guide(file)), "leaks": _short(text, self._names)}

    def stale(self, file: TranscriptFile, kept: Kept | None) -> frozenset[Part]:
        """The parts to look at again."""
        if kept is None:
            return frozenset(PARTS)
        return frozenset(part for part, key in self.keys(file, kept.format).items() if kept.keys.get(part) != key)

    def asked(self, file: TranscriptFile, parts: frozenset[Part]) -> Asked:
        return Asked(parts, self.questions.get(file.path, ()))

    def _guide(self, file: TranscriptFile) -> str:
        questions = self.questions.get(file.path, ())
        if id(questions) not in self._guides:
            self._guides[id(questions)] = _short([question.model_dump(mode="json") for question in questions])
        return self._guides[id(questions)]


def read_files(place: Workspace, readings: Readings, material: Material) -> Looked:
    """Read every file of which some part is not kept as it would be read now, and keep what was read."""
    stale = {file.path: material.stale(file, readings.kept.get(file.reference.ref)) for file in material.files}
    due = sorted((f for f in material.files if stale[f.path]), key=lambda f: (shelf_of(f.reference.ref), f.path))
    died: dict[str, ReaderDied] = {}
    done: dict[str, tuple[str, Mapping[str, str], Reading]] = {}
    show = BatchProgress(place.protocol.id, f"reading {material.files[0].kind}s" if material.files else "reading files")
    try:
        for number, (file, reading) in enumerate(_read(place, material, due, stale), start=1):
            if isinstance(reading, ReaderDied):
                died[file.path] = reading
            else:
                keys = material.keys(file, reading.format)
                done[file.reference.ref] = (file.path, {part: keys[part] for part in stale[file.path]}, reading)
            if number % BATCH == 0 or number == len(due):
                readings.keep(done)
                done = {}
                step("Reading files", number, len(due))
                show(number, len(due))
    finally:
        readings.keep(done)
    return Looked({path: parts for path, parts in stale.items() if parts}, died)


def _read(
    place: Workspace, material: Material, due: list[TranscriptFile], stale: Mapping[str, frozenset[Part]]
) -> Iterator[tuple[TranscriptFile, Reading | ReaderDied]]:
    """Each file's reading, in order; a file too large is refused by its size alone."""
    large = [file for file in due if file.reference.bytes > LARGEST]
    for file in large:
        yield file, refused_for_size(file.name, material.looker.conventions)
    rest = [file for file in due if file.reference.bytes <= LARGEST]
    changed: set[str] = set()

    def calls() -> Iterator[tuple[bytes, str, Asked]]:
        for file in rest:
            data = _bytes(place, file)
            if data is None:
                changed.add(file.path)
            yield data or b"", file.name, material.asked(file, stale[file.path])

    limits: dict[str, Any] = {"seconds": SECONDS, "megabytes": MEGABYTES, "processes": processes_for(len(rest))}
    for file, reading in zip(rest, call_each(material.looker.look, calls(), **limits), strict=True):
        yield file, CHANGED if file.path in changed else reading


def _bytes(place: Workspace, file: TranscriptFile) -> bytes | None:
    """The bytes that the file's reference names; None where others lie there by now, or none."""
    try:
        data = file.data
    except NotStored:
        return None
    same = keyed_digest(place.codes.key(file.reference.ref), data) == file.reference.hmac
    return data if same else None


def processes_for(files: int) -> int:
    """How many processes read so many files on this machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(cores, MOST_PROCESSES, ceil(files / FEWEST_FILES)))


def _short(*parts: Any) -> str:
    return digest(json.dumps(parts, sort_keys=True, default=str).encode())[:16]
