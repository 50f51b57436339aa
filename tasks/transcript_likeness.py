"""Transcripts compared with each other by the sketches that are kept of them; only few files are read again for it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from evidence.isolated import ReaderDied, call_each
from evidence.measure import MEASURE_VERSION
from evidence.similarity import Hashes, Likeness, likenesses
from study.identifiers import digest
from study.objects import NotStored
from tasks.readings import FOLDER, Readings
from tasks.transcript_reading import MEGABYTES, SECONDS, Looked, Material
from tasks.workspace import Workspace

KEY = f"{FOLDER}likeness.json"


def likeness_of(place: Workspace, readings: Readings, material: Material, looked: Looked) -> dict[str, Likeness]:
    """Each file that could be read against all others, by path; as it was kept, where no words have changed since."""
    refs = {
        f.reference.ref: f for f in material.files if f.path not in looked.died and f.reference.ref in readings.kept
    }
    words = sorted((ref, readings.kept[ref].words) for ref in refs)
    state = digest(json.dumps([MEASURE_VERSION, words]).encode())
    found = _kept(place, state)
    if found is None:
        with _in_full(material) as exact:
            found = likenesses(readings.sketches(refs), lambda ref: exact(refs[ref].data, refs[ref].name))
        _keep(place, state, found)
    paths = {ref: file.path for ref, file in refs.items()}
    return {
        paths[ref]: Likeness(one.same_text_count, one.containment_share, tuple(sorted(paths[o] for o in one.others)))
        for ref, one in found.items()
    }


@contextmanager
def _in_full(material: Material) -> Iterator[Callable[[bytes, str], Hashes]]:
    """Reads single files whole in one child process, begun when the first is asked for; none of one that cannot be."""
    asked: deque[tuple[bytes, str]] = deque()

    def calls() -> Iterator[tuple[bytes, str]]:
        while True:
            yield asked.popleft()

    answers = call_each(material.looker.grams, calls(), seconds=SECONDS, megabytes=MEGABYTES)

    def exact(data: bytes, name: str) -> Hashes:
        asked.append((data, name))
        grams = next(answers)
        return np.array([], dtype=np.uint64) if isinstance(grams, ReaderDied) else grams

    try:
        yield exact
    finally:
        answers.close()  # type: ignore[attr-defined]


def _kept(place: Workspace, state: str) -> dict[str, Likeness] | None:
    with suppress(NotStored, ValueError, KeyError, TypeError):
        document = json.loads(place.restricted.get(KEY))
        if document["state"] == state:
            return {
                ref: Likeness(same, share, tuple(others)) for ref, (same, share, others) in document["alike"].items()
            }
    return None


def _keep(place: Workspace, state: str, found: dict[str, Likeness]) -> None:
    alike: dict[str, Any] = {
        ref: (one.same_text_count, one.containment_share, one.others) for ref, one in found.items()
    }
    place.restricted.put(KEY, json.dumps({"state": state, "alike": alike}).encode())
    place.restricted.erase_old_versions(KEY)
