"""One file looked at: parsed, measured, searched for names, sketched; what of it may be kept, without a sentence.

It runs in a child process (`evidence.isolated`): neither the words nor the turn table ever leave that. What is kept
comes in parts by what they rest on, so that a change measures again only what it touches: `text` on the bytes and the
conventions, `guide` also on its questions, `leaks` also on names, detectors and decisions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple, get_args

from evidence.detectors import NOTHING_DECIDED, Decided, Detector, Entry, Registry, detectors_for
from evidence.leak_features import KnownPeople
from evidence.leaks import Flagged, find_leaks, flagged
from evidence.measure import measure_guide, measure_leaks, measure_text
from evidence.measured import Measured
from evidence.outline import Outline, outline
from evidence.similarity import Hashes, Sketch, grams, sketch
from evidence.transcripts import LARGEST, Transcript, read_transcript
from evidence.transcripts.transcript import Fault, Format, turn_table
from study.protocol.material import GuideQuestion, Transcripts

Part = Literal["text", "guide", "leaks"]
PARTS: tuple[Part, ...] = ("text", "guide", "leaks")

READING_VERSION = 1
"""Raised whenever a reading is kept in another form or holds something else."""

NO_CONVENTIONS = Transcripts.model_validate(
    {"speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]}}
)
"""For documents that are no transcripts: nothing that rests on speakers is looked at in them."""


class Asked(NamedTuple):
    """What to look at in one file, and the questions of the guide it was held with."""

    parts: frozenset[Part] = frozenset(PARTS)
    questions: tuple[GuideQuestion, ...] = ()


EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class Reading:
    """What is kept of one file: its parts that were asked for (None for the others), by what they rest on.

    `sketch` and `outline` come with `text`, `flagged` with `leaks`: the strings themselves, for restricted/ only.
    """

    format: Format
    is_readable: bool
    text: Measured | None = None
    guide: Measured | None = None
    leaks: Measured | None = None
    sketch: Sketch | None = None
    outline: Outline | None = None
    flagged: tuple[Flagged, ...] = ()

    @property
    def parts(self) -> tuple[Measured, ...]:
        """The parts there are."""
        return tuple(part for part in (self.text, self.guide, self.leaks) if part is not None)

    def renewed(self, newer: Reading) -> Reading:
        """This reading with what a newer one of the same file looked at in place of its own."""
        if newer.text is not None:
            kept = replace(newer, guide=newer.guide or self.guide, leaks=newer.leaks or self.leaks)
        else:
            kept = replace(self, guide=newer.guide or self.guide, leaks=newer.leaks or self.leaks)
        return replace(kept, flagged=self.flagged if newer.leaks is None else newer.flagged)

    def document(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "format": self.format,
            "is_readable": self.is_readable,
            **{part: measured.document() for part in PARTS if (measured := getattr(self, part)) is not None},
            "sketch": self.sketch.document() if self.sketch is not None else None,
            "outline": self.outline.document if self.outline is not None else None,
            "flagged": [tuple(one) for one in self.flagged],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Reading:
        """The inverse of `document`; what is missing in it was not looked at."""
        drawn, sketched = document.get("outline"), document.get("sketch")
        return cls(
            document["format"],
            document["is_readable"],
            **{part: Measured.of(document[part]) for part in PARTS if part in document},
            sketch=Sketch.of(sketched) if sketched else None,
            outline=Outline.of(drawn) if drawn else None,
            flagged=tuple(Flagged(*one) for one in document.get("flagged", ())),
        )


@dataclass(eq=False)
class Looker:
    """What is the same for every file of a run; sent to a child once, which makes the detectors once.

    `known` are strings that are no hint at anybody, such as the names of the team; `residue` names the detectors of
    what nobody registered; `pseudonyms` are pairs of participant code and pseudonym. In what is no transcript nobody
    speaks, so that nothing is asked of speakers.
    """

    conventions: Transcripts = field(default_factory=lambda: NO_CONVENTIONS)
    entries: tuple[Entry, ...] = ()
    known: tuple[str, ...] = ()
    decided: Decided = NOTHING_DECIDED
    residue: tuple[str, ...] = ("gazetteer",)
    pseudonyms: tuple[tuple[str, str], ...] = ()
    is_transcript: bool = True

    def look(self, data: bytes, name: str, asked: Asked = EVERYTHING) -> Reading:
        """Everything asked of the file called `name`."""
        return self._looked(self.transcript(data, name), name, asked)

    def grams(self, data: bytes, name: str) -> Hashes:
        """The file's 8-grams, for the few that are compared in full."""
        return grams(self.transcript(data, name))

    def transcript(self, data: bytes, name: str) -> Transcript:
        """The file read by the study's conventions."""
        return read_transcript(
            data,
            name,
            labels=self.labels,
            header=self.conventions.header,
            legacy_encoding=self.conventions.legacy_encoding,
        )

    @property
    def labels(self) -> list[str]:
        """The declared speaker labels."""
        return [*self.conventions.speakers.interviewer, *self.conventions.speakers.participant]

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """Made on first use, in the process that uses them."""
        return detectors_for(self.entries, residue=self.residue, known=self.known)

    @cached_property
    def people(self) -> KnownPeople:
        """Whom names and pseudonyms stand for."""
        registry = next((found for found in self.detectors if isinstance(found, Registry)), None)
        return KnownPeople.of(self.entries if registry is None else registry, self.pseudonyms)

    def _looked(self, transcript: Transcript, name: str, asked: Asked) -> Reading:
        reading = Reading(transcript.format, transcript.readable)
        if "text" in asked.parts:
            reading = replace(
                reading,
                text=measure_text(transcript, self.conventions),
                sketch=sketch(transcript),
                outline=outline(transcript, self.conventions),
            )
        if "guide" in asked.parts:
            reading = replace(reading, guide=measure_guide(transcript, self.conventions, asked.questions))
        if "leaks" in asked.parts:
            leaks = find_leaks(transcript, self.detectors, name=name, labels=self.labels, decided=self.decided)
            found = flagged(transcript, leaks, name)
            conventions = self.conventions if self.is_transcript else None
            measured = measure_leaks(transcript, leaks, conventions, name=name, people=self.people)
            reading = replace(reading, leaks=measured, flagged=found)
        return reading


def refused_for_size(name: str, conventions: Transcripts = NO_CONVENTIONS) -> Reading:
    """The reading of a file too large to be read at all; its bytes are never looked at."""
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    format: Format = next((known for known in get_args(Format) if known == ending), "unknown")
    nothing = Transcript(turn_table([]), "", format, faults=(Fault("too_large", found=f"{LARGEST // 1_000_000} MB"),))
    return Looker(conventions)._looked(nothing, name, EVERYTHING)


def rests_on_bytes(conventions: Transcripts) -> dict[str, Any]:
    """The conventions that decide how bytes are read and measured; the others say which files are
    transcripts, what is looked for in them, and how much of the audio is heard again."""
    which: Collection[str] = {"folder", "file_name", "interview_id_pattern"}
    beside: Collection[str] = {*which, "residue", "invented_names", "audio_check"}
    return {k: v for k, v in conventions.model_dump(mode="json").items() if k not in beside}


def names_of(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    """Entries in an order of their own, whatever order the registers give them in."""
    return sorted({tuple(entry) for entry in entries})
