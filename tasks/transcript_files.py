"""The transcripts that lie in the study folder, and what the registers say about each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

import pandas as pd

from evidence.detectors import Entry
from evidence.measure import Expected
from recruitment import fold_consent
from recruitment.consent import GATES
from recruitment.coverage import LATER_USES, uses_absent
from study import Fact, Reference, Subject
from study.identifiers import event_id
from study.objects import FolderStore
from study.protocol.material import GuideQuestion, Transcripts
from tasks.frames import frame_rows
from tasks.gates import Gatekeeper
from tasks.read import read_restricted_table, read_table
from tasks.recordings import audio_seconds
from tasks.workspace import Workspace

INTERVIEWS = "registers/interviews.csv"
_HELD = ("full", "part", "notes_only")
_FORMATS = {".vtt", ".srt", ".txt", ".docx", ".rtf", ".pdf", ".json", ".eaf", ".cha", ".doc", ".md"}


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """One file: its path in the study folder, the interview id its name gives ("" when none), and its id in the trail:
    the interview's, or the file's opaque ref when the name names no interview. Its bytes are read when asked for."""

    path: str
    interview_id: str
    id: str
    reference: Reference
    store: FolderStore = field(repr=False, compare=False)
    kind: Literal["transcript", "fieldnote"] = "transcript"

    @property
    def data(self) -> bytes:
        """The bytes as they lie there now; NotStored when the file went meanwhile."""
        return self.store.get(self.path)

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def subject(self) -> str:
        return f"{self.kind}:{self.id}"


def transcript_files(place: Workspace, conventions: Transcripts) -> list[TranscriptFile]:
    """Every file of the transcripts folder, by path; hidden files are the machine's own."""
    pattern = _name_pattern(conventions)
    files = []
    for path, reference in references_in(place, f"{conventions.folder}/"):
        match = pattern.fullmatch(PurePosixPath(path).stem)
        id = match["id"] if match else ""
        files.append(TranscriptFile(path, id, id or reference.ref, reference, place.files))
    return files


def references_in(place: Workspace, folder: str) -> Iterator[tuple[str, Reference]]:
    """Path and reference of every file of a folder, by path; each is read through once, in parts."""
    place.codes.read_refs()
    place.codes.read_keys()
    for stored in place.files.list(folder):
        if not PurePosixPath(stored.key).name.startswith((".", "~$")):
            yield stored.key, place.reference_to(stored.key)


def _name_pattern(conventions: Transcripts) -> re.Pattern[str]:
    before, _, after = conventions.file_name.partition("{interview_id}")
    return re.compile(f"{re.escape(before)}(?P<id>{conventions.interview_id_pattern}){re.escape(after)}")


def received_facts(place: Workspace, files: Iterable[TranscriptFile]) -> list[Fact]:
    """That files arrived in a version not recorded yet."""
    known = {e.id for e in place.events(["transcript.received", "fieldnote.received"])}
    facts = (received_fact(place, file) for file in files)
    return [fact for fact in facts if event_id(place.origin, fact.kind, fact.natural_key) not in known]


def received_fact(place: Workspace, file: TranscriptFile) -> Fact:
    """That a file arrived in this version."""
    return Fact(
        f"{file.kind}.received",
        place.instant,
        subject=(Subject(file.kind, file.id),),
        generated=(file.reference,),
        data={"format": format_of(file.path)},
    )


def format_of(path: str) -> str:
    """The ending of a known format without its dot, else `unknown`: an ending is a file's own text."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix.removeprefix(".") if suffix in _FORMATS else "unknown"


class Registers:
    """What registers, trail and registry of names say, read once a run."""

    def __init__(self, place: Workspace) -> None:
        self._protocol = place.protocol
        self._today = place.today
        self._codes = place.known_trail_codes()
        self.gates = Gatekeeper(place, fold_consent(place.events()))
        table = read_table(place, INTERVIEWS)
        self._interviews, self._sittings = _by_interview(table), _sittings(table)
        self._participants = _rows(read_restricted_table(place, "participants.csv"))
        self._identities = _rows(read_restricted_table(place, "identities.csv"))
        self._frame = frame_rows(place)
        self._audio = audio_seconds(place)
        self._guides: dict[str, tuple[GuideQuestion, ...]] = {}

    @property
    def real_names(self) -> list[str]:
        """Every name of a participant the registry knows."""
        return [row["name"] for row in self._identities if row.get("name")]

    @property
    def transcripts(self) -> set[str]:
        """The subject of every interview's transcript, whether it has arrived or not."""
        return {f"transcript:{id}" for id in self._interviews}

    def entries(self) -> list[Entry]:
        """Names, aliases and ways of mishearing of participants, and the names of sites."""
        people = [
            Entry("name", row["name"], row.get("participant_id", "")) for row in self._identities if row.get("name")
        ]
        aliases = [
            Entry("alias", alias.strip(), row.get("participant_id", ""))
            for row in self._identities
            for column in ("aliases", "heard_as")
            for alias in row.get(column, "").split(";")
            if alias.strip()
        ]
        sites = [Entry("site", row[c]) for row in self._frame for c in ("name", "site_name") if row.get(c)]
        return [*people, *aliases, *sites]

    def pseudonyms(self) -> tuple[tuple[str, str], ...]:
        """Participant code and pseudonym of everybody who has one."""
        rows = (row for row in self._participants if row.get("pseudonym"))
        return tuple((row.get("participant_id", ""), row["pseudonym"]) for row in rows)

    def strangers(self) -> tuple[str, ...]:
        """Names that hint at nobody: of the team, the study, those the team made up, pseudonyms permitted in texts."""
        team = (name for person in self._protocol.team for name in (person.name, person.code))
        conventions = self._protocol.transcripts
        if conventions is None:
            return (*team, self._protocol.title)
        permitted = (name for _, name in self.pseudonyms()) if "text" in conventions.pseudonyms_in else ()
        return (*team, *conventions.invented_names, *permitted, self._protocol.title)

    def expected(self, file: TranscriptFile) -> Expected:
        """What the registers lead one to expect of a file."""
        row = self._interviews.get(file.interview_id)
        if row is None:
            return Expected(file.interview_id, name_faults=1 if not file.interview_id else 2, today=self._today)
        day = _day(row.get("occurred", ""))
        people = [p.strip() for p in row.get("participant_ids", "").split(";") if p.strip()]
        first = [d for p in people if (d := self._first_consent(p)) is not None]
        return Expected(
            file.interview_id,
            interview_day=day,
            first_consent_day=max(first, default=None),
            today=self._today,
            questions=self._questions(row.get("guide_version", "")),
            consents_missing=self.consents_missing("validate_transcript", file.interview_id),
            uses_absent=sum(self._uses_absent(*speaker) for speaker in self._speakers(file.interview_id)),
            audio_s=self._audio.get(file.interview_id),
            participants=tuple(person for person, _ in self._speakers(file.interview_id) if person),
        )

    def consents_missing(self, step: str, interview: str) -> int:
        """How many consents (speaker of a sitting × scope) refuse a step; all of them for a speaker or day unknown."""
        missing = 0
        for person, day in self._speakers(interview):
            code = self._codes.get(person)
            if code is None or day is None:
                missing += len(GATES[step].scopes)
            else:
                missing += len(self.gates.ask(step, code, interview_day=day))
        return missing

    def _uses_absent(self, person: str, day: date | None) -> int:
        code = self._codes.get(person)
        if code is None or day is None:
            return sum(use in self._offered() for use in LATER_USES)
        return len(uses_absent(self.gates.ledger, code, day))

    def _speakers(self, interview: str) -> list[tuple[str, date | None]]:
        """Who spoke when: every participant of every sitting held, or of the last row where none was; never empty."""
        rows = self._sittings.get(interview) or [self._interviews.get(interview, {})]
        pairs = [
            (person.strip(), _day(row.get("occurred", "")))
            for row in rows
            for person in row.get("participant_ids", "").split(";")
            if person.strip()
        ]
        return list(dict.fromkeys(pairs)) or [("", None)]

    def _first_consent(self, person: str) -> date | None:
        given = self.gates.ledger.given.get(self._codes.get(person, ""), ())
        return min((consent.at.day for consent in given), default=None)

    def _offered(self) -> set[str]:
        return {scope for versions in self.gates.ledger.forms.values() for form in versions for scope in form.scopes}

    def _questions(self, version: str) -> tuple[GuideQuestion, ...]:
        if version not in self._guides:
            guides = (guide for guide in self._protocol.guides if guide.version == version)
            self._guides[version] = tuple(question for guide in guides for question in guide.questions)
        return self._guides[version]


def _by_interview(table: pd.DataFrame | None) -> dict[str, dict[str, str]]:
    """The register's row of each interview: the one that was held, else the last."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows(table):
        id = row.get("interview_id", "")
        if id and (row.get("outcome") in _HELD or found.get(id, {}).get("outcome") not in _HELD):
            found[id] = row
    return found


def _sittings(table: pd.DataFrame | None) -> dict[str, list[dict[str, str]]]:
    """The register's rows of each interview that were held."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows(table):
        if row.get("outcome") in _HELD:
            found.setdefault(row.get("interview_id", ""), []).append(row)
    return found


def _rows(table: pd.DataFrame | None) -> list[dict[str, str]]:
    return [] if table is None else [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
