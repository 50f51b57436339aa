"""A study folder in memory: its files by path, and what every study's folder needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from evidence.transcripts import read_transcript
from examples.generator.dialogue import Speech, Turn, converse, phrases
from examples.generator.people import INTERVIEWS, Person, Row
from examples.generator.tables import csv_bytes
from examples.generator.transcripts import INTERVIEWER, WRITERS, Spoken, timed

PROTOCOLS = Path(__file__).parent / "protocols"
CODINGS = ("transcript_id", "coder", "code", "start", "end", "quote")


@dataclass
class Interview:
    """One made-up interview: who, where, when, under which guide, written in which format."""

    id: str
    person: Person
    day: date
    interviewer: str
    guide: str
    format: str
    mode: str = "in_person"
    outcome: str = "full"
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)

    @property
    def is_recorded(self) -> bool:
        return self.outcome in ("full", "part")

    @property
    def recording(self) -> str:
        return f"R{self.id[1:]}" if self.is_recorded else ""

    @property
    def file(self) -> str:
        return f"transcripts/{self.id}.{self.format}"

    @property
    def row(self) -> Row:
        """Its row of the interview register."""
        return {
            "interview_id": self.id,
            "participant_ids": self.person.code,
            "site_id": self.person.site,
            "occurred": self.day.isoformat(),
            "mode": self.mode,
            "outcome": self.outcome,
            "guide_version": self.guide,
            "recording": self.recording,
        }


def protocol_bytes(name: str, **values: str) -> bytes:
    """The study.yaml of an example: its guides from the phrase list, each @NAME@ replaced by its value."""
    text = (PROTOCOLS / f"{name}.yaml").read_text(encoding="utf-8")
    first_day = re.search(r"approvals:\s+- \{from: ([\d-]+)", text)
    assert first_day
    for key, value in {"GUIDES": _guides(name, first_day[1]), **values}.items():
        text = text.replace(f"@{key}@", value)
    return text.encode()


def speak(study: str, interview: Interview, *, words: int, slots: Mapping[str, str] | None = None) -> Spoken:
    """Make the interview up and time it; the turns stay with the interview."""
    speech = Speech(f"{study}/{interview.id}", study, slots or {})
    questions = phrases(study)["questions"][interview.guide.rpartition("-")[0]]
    interview.turns = converse(speech, questions, lambda q: interview.codes.get(q, ()), words=words)
    header = [("Interview", interview.id), ("Date", interview.day.isoformat()), ("Interviewer", interview.interviewer)]
    return timed(interview.turns, "Participant", header, f"{study}/{interview.id}")


def transcript(spoken: Spoken, format: str) -> bytes:
    """The interview as a file of that format."""
    return WRITERS[format](spoken)


def codings(interviews: Iterable[Interview], files: Mapping[str, bytes], coder_of: Callable[[str], str]) -> list[Row]:
    """One coded segment for every sentence that carries a code, at the turn where the reader finds it."""
    rows: list[Row] = []
    for interview in (i for i in interviews if i.is_recorded):
        name = f"{interview.id}.{interview.format}"
        table = read_transcript(files[interview.file], name, labels=SPEAKERS, header=HEADER).turns
        spoken = list(zip(table["turn"], table["text"], strict=True))
        for sentence in (s for turn in interview.turns for s in turn.sentences if s.code):
            number = next(int(n) for n, text in spoken if sentence.text in text)
            rows.append(
                {
                    "transcript_id": interview.id,
                    "coder": coder_of(interview.id),
                    "code": sentence.code,
                    "start": number,
                    "end": number,
                    "quote": sentence.text,
                }
            )
    return rows


SPEAKERS = (INTERVIEWER, "Participant")
HEADER = ("interview", "date", "interviewer")


def coding_id(row: Mapping[str, object]) -> str:
    """transcript/coder/code/start."""
    return "/".join(str(row[key]) for key in ("transcript_id", "coder", "code", "start"))


def interview_register(interviews: Iterable[Interview], others: Iterable[Row] = ()) -> bytes:
    """registers/interviews.csv by day."""
    rows = [*(i.row for i in interviews), *others]
    return csv_bytes(INTERVIEWS, sorted(rows, key=lambda r: (str(r["occurred"]), str(r["interview_id"]))))


def codebook(study: str, version: str = "1") -> bytes:
    """analysis/codebook.csv from the phrase list."""
    rows = [{**entry, "version": version} for entry in phrases(study)["codes"]]
    return csv_bytes(("code", "definition", "parent", "origin", "version"), rows)


def instruments(study: str) -> dict[str, bytes]:
    """Each interview guide as a text file."""
    return {
        f"instruments/{role}.txt": "\n".join(
            [
                f"Interview guide: {role.replace('_', ' ')} (made up)",
                "",
                *(f"{q['id']}. {q['text']}" for q in questions),
                "",
            ]
        ).encode()
        for role, questions in phrases(study)["questions"].items()
    }


def _guides(study: str, first_day: str) -> str:
    lines: list[str] = []
    questions: list[dict[str, Any]]
    for role, questions in phrases(study)["questions"].items():
        id = role.replace("_", "-")
        lines += [f"  - id: {id}", f"    version: {role}-1", f"    file: instruments/{role}.txt"]
        lines += [f"    from: {first_day}", "    questions:"]
        for q in questions:
            words = ", ".join(q["keywords"])
            required = str(q["required"]).lower()
            lines += [f'      - {{id: {q["id"]}, text: "{q["text"]}", keywords: [{words}], required: {required}}}']
    return "\n".join(lines)
