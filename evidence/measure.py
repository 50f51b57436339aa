"""A transcript measured: every feature has a unit and is None where it does not apply. No threshold lives here.

It is measured in parts that can be kept apart, by what they rest on: the file and the conventions, the guide, the
names and detectors, the registers. `places` says where in the file a feature's value comes from (`turn 12`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from evidence.leaks import Leak
from evidence.measured import Features, Measured, Stated, note, together
from evidence.speech import measure_speakers, measure_times, measure_wording, untraced
from evidence.transcripts.transcript import CANNOT_OPEN, TIME_FAULTS, Transcript
from study.protocol.material import GuideQuestion, Transcripts

MEASURE_VERSION = 1
"""Raised whenever the same file may be measured differently; part of the digest of what a measurement rests on."""

_REGISTRY_KINDS = {"name", "alias", "site"}
_TRACES = ("property author", "property last", "author of", "comment", "deleted text", "hidden text", "text box")
_DATE_SHAPES = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the registers say about the interview a file belongs to.

    `name_faults` are the ways its name and id do not fit (0 to 2); dates are None where nothing is known;
    `consents_missing` and `uses_absent` are computed from the consent ledger by whoever calls; `audio_s` is the
    length of the recording in seconds where the register of recordings knows it.
    """

    interview_id: str
    name_faults: int = 0
    interview_day: date | None = None
    first_consent_day: date | None = None
    today: date | None = None
    questions: tuple[GuideQuestion, ...] = ()
    consents_missing: int | None = None
    uses_absent: int | None = None
    audio_s: float | None = None


def measure_text(transcript: Transcript, conventions: Transcripts) -> Measured:
    """All that rests on the file and the study's conventions alone."""
    places: dict[str, str] = {}
    features: Features = {**_file(transcript, places), **_header(transcript, conventions)}
    if transcript.readable:
        features |= measure_speakers(transcript, conventions, places)
        features |= measure_times(transcript, places)
        features |= measure_wording(transcript, places)
    return Measured(features, places, stated=_stated(transcript))


def measure_guide(transcript: Transcript, conventions: Transcripts, questions: Iterable[GuideQuestion]) -> Measured:
    """Which questions of the guide in force are traced in what the interviewer says."""
    return Measured({"questions_untraced_count": untraced(transcript, conventions, questions)})


def measure_leaks(transcript: Transcript, leaks: Iterable[Leak]) -> Measured:
    """What may identify somebody, counted by the check it belongs to."""
    places: dict[str, str] = {}
    return Measured(_leaks(transcript, leaks, places), places)


def measure_expected(text: Measured, expected: Expected) -> Measured:
    """What the file says of itself (`measure_text`) held against the registers and the consent ledger."""
    stated = text.stated
    return Measured(
        {
            "name_faults_count": expected.name_faults,
            "ids_disagreeing_count": sum(n != expected.interview_id for n in stated.ids)
            if stated.ids and expected.interview_id
            else None,
            "days_outside_study_count": _days_outside(stated.day, expected),
            "consents_missing_count": expected.consents_missing,
            "later_uses_absent_count": expected.uses_absent,
        }
    )


def measure(transcript: Transcript, conventions: Transcripts, expected: Expected, leaks: Iterable[Leak]) -> Measured:
    """Everything measured on one file alone; comparisons with other files are in `similarity`."""
    text = measure_text(transcript, conventions)
    parts = (
        text,
        measure_guide(transcript, conventions, expected.questions),
        measure_leaks(transcript, leaks),
        measure_expected(text, expected),
    )
    return together(parts, FEATURES)


FEATURES = (
    "open_faults_count",
    "undecodable_count",
    "letters_kept_share",
    "cues_lost_count",
    "name_faults_count",
    "ids_disagreeing_count",
    "header_missing_count",
    "days_outside_study_count",
    "speaking_roles_count",
    "unknown_labels_count",
    "unlabelled_share",
    "interviewer_share",
    "diarisation_labels_count",
    "time_faults_count",
    "backward_s",
    "gap_s",
    "words_per_minute",
    "inaudible_per_1000_words",
    "loop_repeats_count",
    "longest_turn_words",
    "unfinished_endings_count",
    "questions_untraced_count",
    "consents_missing_count",
    "later_uses_absent_count",
    "registry_hits_count",
    "identifier_hits_count",
    "email_hits_count",
    "document_traces_count",
)
"""Every feature `measure` gives."""


def _file(transcript: Transcript, places: dict[str, str]) -> Features:
    kinds = [fault.kind for fault in transcript.faults]
    times = [fault for fault in transcript.faults if fault.kind in TIME_FAULTS]
    note(places, "time_faults_count", [f"line {fault.line}" for fault in times])
    opened = not any(k in CANNOT_OPEN - {"format_mismatch"} for k in kinds)
    return {
        "open_faults_count": sum(k in CANNOT_OPEN for k in kinds),
        "undecodable_count": transcript.undecoded + kinds.count("encoding") if opened else None,
        "letters_kept_share": transcript.letters_kept / transcript.letters_in if transcript.letters_in else None,
        "cues_lost_count": transcript.arrows - transcript.cues if transcript.arrows else None,
        "time_faults_count": len(times) if transcript.arrows else None,
    }


def _stated(transcript: Transcript) -> Stated:
    header = transcript.header
    ids = tuple(header[f] for f in ("interview", "interview_id", "transcript", "id") if f in header)
    return Stated(ids, _day(header.get("date", "")))


def _header(transcript: Transcript, conventions: Transcripts) -> Features:
    header = transcript.header
    carries_header = transcript.readable and (bool(header) or transcript.format in ("txt", "docx"))
    missing = [f for f in conventions.header if not header.get(f)]
    if header.get("date") and _day(header["date"]) is None:
        missing.append("date")
    return {"header_missing_count": len(missing) if conventions.header and carries_header else None}


def _days_outside(day: date | None, expected: Expected) -> int | None:
    """Days by which the file's own date lies before the first consent, after today, or off the register's day."""
    if day is None:
        return None
    off = [0]
    if expected.first_consent_day:
        off.append((expected.first_consent_day - day).days)
    if expected.today:
        off.append((day - expected.today).days)
    if expected.interview_day:
        off.append(abs((day - expected.interview_day).days))
    return max(off)


def is_dated_ahead(transcript: Transcript, today: date) -> bool:
    """Whether the file's own date lies after today: a judgement of it holds for today only."""
    day = _day(transcript.header.get("date", ""))
    return day is not None and day > today


def _day(text: str) -> date | None:
    for shape in _DATE_SHAPES:
        try:
            return datetime.strptime(text.strip(), shape).date()
        except ValueError:
            continue
    return None


def _leaks(transcript: Transcript, leaks: Iterable[Leak], places: dict[str, str]) -> Features:
    found = list(leaks)
    registry = [leak.place for leak in found if leak.span.kind in _REGISTRY_KINDS]
    shapes = [leak.place for leak in found if leak.span.kind not in _REGISTRY_KINDS]
    traces = [p.place for p in transcript.beside if p.place.startswith(_TRACES) and p.text.strip()]
    note(places, "registry_hits_count", registry)
    note(places, "identifier_hits_count", shapes)
    note(places, "document_traces_count", traces)
    return {
        "registry_hits_count": len(registry),
        "identifier_hits_count": len(shapes),
        "email_hits_count": sum(leak.span.kind == "email" for leak in found),
        "document_traces_count": len(traces) if transcript.format == "docx" else None,
    }
