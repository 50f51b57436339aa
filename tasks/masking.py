"""The copy of a transcript that stays when its speaker asked for de-identification.

What the leak check finds is masked: every name the registries know, however written, and what identifies by its shape
(e-mail, phone, address, day of birth, numbers). That is as sure as the leak check is: a person must still read the
copy. Turns keep their numbers and labels, so that codings go on pointing at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from evidence import read_transcript
from evidence.detectors import Detector, Patterns, Registry
from evidence.leaks import find_leaks
from evidence.transcripts import Transcript
from evidence.transcripts.decode import decoded
from study.protocol.material import Transcripts
from tasks.people_rows import masked
from tasks.transcript_files import Registers
from tasks.workspace import Workspace

FOLDER = "deidentified/"
PASSES = 3
"""Masking a long name may lay bare a shorter one beside it; after this many looks a person must do it."""


@dataclass(frozen=True, slots=True)
class MaskedCopy:
    """A transcript masked: where it goes under restricted/, its bytes, what was replaced by what."""

    key: str
    data: bytes
    masks: tuple[tuple[str, str], ...]


class Masking:
    """Masks transcripts of one study."""

    def __init__(self, place: Workspace) -> None:
        self._conventions = place.protocol.transcripts
        self._detectors: Sequence[Detector] = (Registry(Registers(place).entries()), Patterns())

    def copy(self, path: str, data: bytes) -> MaskedCopy | None:
        """The masked copy of a transcript; None where it cannot be made so that nothing is found in it any more."""
        if self._conventions is None:
            return None
        name = PurePosixPath(path).name
        before = _read(self._conventions, data, name)
        if not before.readable:
            return None
        if before.format == "docx":
            name, text = f"{PurePosixPath(path).stem}.txt", _as_text(before)
        else:
            text = decoded(data, self._conventions.legacy_encoding).text
        masks: dict[str, str] = {}
        for _ in range(PASSES):
            found = {**self.masks(text), **self._within(_read(self._conventions, text.encode(), name))}
            if not found:
                break
            masks |= found
            text = masked(text, tuple(found.items()))
        body = text.encode()
        after = _read(self._conventions, body, name)
        labels = [*self._conventions.speakers.interviewer, *self._conventions.speakers.participant]
        if _shape(after) != _shape(before) or find_leaks(after, self._detectors, labels=labels):
            return None
        return MaskedCopy(f"{FOLDER}{name}", body, tuple(sorted(masks.items())))

    def masks(self, text: str) -> dict[str, str]:
        """What is found in a text, each with what stands in its place: `[name]`, `[phone]`."""
        spans = [span for detector in self._detectors for span in detector.find(text)]
        return {text[s.start : s.end]: f"[{s.kind.replace('_', ' ')}]" for s in spans}

    def _within(self, transcript: Transcript) -> dict[str, str]:
        """The same turn by turn: what a line's end hides in the file shows there, as far as the file holds it whole."""
        return {words: mask for text in transcript.turns["text"] for words, mask in self.masks(str(text)).items()}


def _read(conventions: Transcripts, data: bytes, name: str) -> Transcript:
    labels = [*conventions.speakers.interviewer, *conventions.speakers.participant]
    legacy = conventions.legacy_encoding
    return read_transcript(data, name, labels=labels, header=conventions.header, legacy_encoding=legacy)


def _as_text(transcript: Transcript) -> str:
    """A word-processor file as plain text: its header block, then each turn as a paragraph behind its label."""
    header = "".join(f"{field.capitalize()}: {value}\n" for field, value in transcript.header.items())
    said = zip(transcript.turns["speaker"], transcript.turns["text"], strict=True)
    turns = [f"{speaker}: {text}" if speaker else str(text) for speaker, text in said]
    return "\n\n".join([*([header.strip()] if header else []), *turns]) + "\n"


def _shape(transcript: Transcript) -> list[tuple[int, str]]:
    """The turns' numbers and labels."""
    turns = transcript.turns
    return [(int(n), str(s)) for n, s in zip(turns["turn"], turns["speaker"], strict=True)]
