"""Interviews as the files a transcriber sends: WebVTT, SubRip, Word and plain text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examples.generator.archive import document
from examples.generator.dialogue import Turn

INTERVIEWER = "Interviewer"


@dataclass(frozen=True, slots=True)
class Cue:
    """One stretch of speech: start and end in milliseconds, who, and the words."""

    start: int
    end: int
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """An interview as it was spoken: its header fields and its cues, one a sentence."""

    header: tuple[tuple[str, str], ...]
    cues: tuple[Cue, ...]


def timed(turns: Sequence[Turn], participant: str, header: Sequence[tuple[str, str]], seed: str) -> Spoken:
    """Give every sentence its time, at 125 to 165 words a minute with short pauses."""
    rng = random.Random(f"{seed}/clock")
    pace = rng.uniform(125, 165)
    clock, cues = rng.randint(800, 4000), []
    for turn in turns:
        speaker = INTERVIEWER if turn.by_interviewer else participant
        for sentence in turn.sentences:
            length = int(len(sentence.text.split()) / pace * 60_000)
            cues.append(Cue(clock, clock + length, speaker, sentence.text))
            clock += length + rng.randint(80, 350)
        clock += rng.randint(200, 1500)
    return Spoken(tuple(header), tuple(cues))


def vtt(spoken: Spoken) -> bytes:
    """WebVTT with voice tags and the header as a note."""
    note = "\n".join(f"{key}: {value}" for key, value in spoken.header)
    cues = [
        f"{i}\n{clock(c.start, '.')} --> {clock(c.end, '.')}\n<v {c.speaker}>{c.text}</v>" for i, c in numbered(spoken)
    ]
    return "\n\n".join(["WEBVTT", f"NOTE\n{note}", *cues, ""]).encode()


def srt(spoken: Spoken) -> bytes:
    """SubRip with the speaker before each line; the format has no place for a header."""
    cues = [f"{i}\n{clock(c.start, ',')} --> {clock(c.end, ',')}\n{c.speaker}: {c.text}" for i, c in numbered(spoken)]
    return "\n\n".join([*cues, ""]).encode()


def docx(spoken: Spoken) -> bytes:
    """A Word file: header lines, then a paragraph a turn."""
    return document([f"{k}: {v}" for k, v in spoken.header] + [f"{who}: {text}" for who, text in turns_of(spoken)])


def txt(spoken: Spoken) -> bytes:
    """Plain text: header lines, then a paragraph a turn, with an empty line between."""
    header = "\n".join(f"{k}: {v}" for k, v in spoken.header)
    return "\n\n".join([header, *(f"{who}: {text}" for who, text in turns_of(spoken)), ""]).encode()


WRITERS: dict[str, Callable[[Spoken], bytes]] = {"vtt": vtt, "srt": srt, "docx": docx, "txt": txt}


def numbered(spoken: Spoken) -> list[tuple[int, Cue]]:
    """The cues with their numbers from 1."""
    return list(enumerate(spoken.cues, 1))


def turns_of(spoken: Spoken) -> list[tuple[str, str]]:
    """Speaker and text, consecutive cues of one speaker joined."""
    turns: list[tuple[str, str]] = []
    for cue in spoken.cues:
        if turns and turns[-1][0] == cue.speaker:
            turns[-1] = (cue.speaker, f"{turns[-1][1]} {cue.text}")
        else:
            turns.append((cue.speaker, cue.text))
    return turns


def clock(ms: int, mark: str) -> str:
    """Milliseconds as HH:MM:SS and a mark before the thousandths."""
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{ms:03d}"
