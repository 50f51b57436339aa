"""The leak check: what in a transcript, its labels, notes, ids, properties or file name may identify a person.

What is returned says where and of which kind, never the words found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from evidence.detectors import Detector, Span
from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript


class Leak(NamedTuple):
    """One hit: the place (`turn 12`, `speaker label in turn 3`, `note in line 2`, `file name`) and the span there."""

    place: str
    span: Span


def find_leaks(
    transcript: Transcript, detectors: Sequence[Detector], *, name: str = "", labels: Collection[str] = ()
) -> list[Leak]:
    """Every hit of every detector in the whole file and its file name, in the file's order.

    `labels` are the declared speaker labels, which are codes and not scanned.
    """
    return [
        Leak(place, span)
        for place, text in _texts(transcript, name, {folded(label) for label in labels})
        for detector in detectors
        for span in detector.find(text)
    ]


def _texts(transcript: Transcript, name: str, labels: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every text of the file with its place; a speaker label once, where it is first used."""
    if name:
        yield "file name", name.rpartition(".")[0].replace("_", " ").replace(".", " ")
    for passage in transcript.beside:
        yield f"{passage.place} in line {passage.line}" if passage.line else passage.place, passage.text
    seen = set(labels)
    turns = transcript.turns
    for number, speaker, text in zip(turns["turn"], turns["speaker"], turns["text"], strict=True):
        if speaker and folded(speaker) not in seen:
            seen.add(folded(speaker))
            yield f"speaker label in turn {number}", speaker
        yield f"turn {number}", text
