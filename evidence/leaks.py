"""The leak check: what in a transcript, its labels, notes, ids, properties or file name may identify a person.

What is returned says where and of which kind, never the words found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from evidence.detectors import FAMILY, NOTHING_DECIDED, Decided, Detector, Entry, Registry, Span, key_of
from evidence.detectors.joined import Joined
from evidence.detectors.overlaps import surest
from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript


class Leak(NamedTuple):
    """One hit: the place (`turn 12`, `speaker label in turn 3`, `note in line 2`, `file name`) and the span there."""

    place: str
    span: Span


class Flagged(NamedTuple):
    """The string behind a hit: its folded form, as it stands in the file, and where. For restricted/ only."""

    key: str
    shown: str
    kind: str
    place: str
    start: int
    end: int


def find_leaks(
    transcript: Transcript,
    detectors: Sequence[Detector],
    *,
    name: str = "",
    labels: Collection[str] = (),
    decided: Decided = NOTHING_DECIDED,
) -> list[Leak]:
    """What the detectors find in the whole file and its file name, in its order; of hits that overlap the surest.

    `labels` are the declared speaker labels, which are codes and not scanned. What was `decided` to be a name is found
    as an alias, what was decided to be none is left out, except whole registered names of two words or more, and what
    identifies by its shape.
    """
    asked = [*detectors, _aliases(decided.names)] if decided.names else list(detectors)
    places, texts = _listed(_texts(transcript, name, {folded(label) for label in labels}))
    joined = Joined(texts)
    found: list[list[Span]] = [[] for _ in texts]
    for detector in asked:
        for number, span in joined.parted(detector.find(joined.text)):
            if not _is_none(texts[number], span, decided):
                found[number].append(span)
    return [
        Leak(place, span)
        for place, text, spans in zip(places, texts, found, strict=True)
        for span in (surest(spans, text) if spans else ())
    ]


def flagged(transcript: Transcript, leaks: Iterable[Leak], name: str = "") -> tuple[Flagged, ...]:
    """The strings behind the leaks of this transcript, in the same order."""
    texts = dict(_texts(transcript, name, set()))
    found = []
    for place, span in leaks:
        shown = texts[place][span.start : span.end]
        found.append(Flagged(key_of(shown), shown, span.kind, place, span.start, span.end))
    return tuple(found)


def text_by_place(transcript: Transcript, name: str = "") -> dict[str, str]:
    """Every text of the file by the place that a `Leak` or `Flagged` names."""
    return dict(_texts(transcript, name, set()))


def _is_none(text: str, span: Span, decided: Decided) -> bool:
    if not decided.not_names:
        return False
    key, family = key_of(text[span.start : span.end]), FAMILY.get(span.kind)
    whole_name = family == "registry" and len(key.split()) > 1
    return key in decided.not_names and family != "shape" and not whole_name


def _listed(texts: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Places, and the texts there."""
    pairs = list(texts)
    return [place for place, _ in pairs], [text for _, text in pairs]


@lru_cache(maxsize=4)
def _aliases(names: frozenset[str]) -> Registry:
    return Registry(Entry("alias", name) for name in sorted(names))


def _texts(transcript: Transcript, name: str, labels: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every text of the file with its place, which is unique; a speaker label once, where it is first used."""
    if name:
        yield "file name", name.rpartition(".")[0].replace("_", " ").replace(".", " ")
    met: Counter[str] = Counter()
    for passage in transcript.beside:
        place = f"{passage.place} in line {passage.line}" if passage.line else passage.place
        met[place] += 1
        yield _numbered(place, met[place]), passage.text
    spoken = set(labels)
    turns = transcript.turns
    for number, speaker, text in zip(turns["turn"], turns["speaker"], turns["text"], strict=True):
        if speaker and folded(speaker) not in spoken:
            spoken.add(folded(speaker))
            yield f"speaker label in turn {number}", speaker
        yield f"turn {number}", text


def _numbered(place: str, number: int) -> str:
    return place if number == 1 else f"{place} ({number})"
