"""A transcript measured: every feature has a unit and is None where it does not apply. No threshold lives here.

`places` says where in the file a feature's value comes from (`turn 12`), for the features that have a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from evidence.leaks import Leak
from evidence.speech import Features, measure_speakers, measure_times, measure_wording, note
from evidence.transcripts.transcript import CANNOT_OPEN, TIME_FAULTS, Transcript
from study.protocol.material import GuideQuestion, Transcripts

_REGISTRY_KINDS = {"name", "alias", "site"}
_TRACES = ("property author", "property last", "author of", "comment", "deleted text", "hidden text", "text box")
_DATE_SHAPES = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the registers say about the interview a file belongs to.

    `name_faults` are the ways its name and id do not fit (0 to 2); dates are None where nothing is known;
    `consents_missing` and `uses_absent` are computed from the consent ledger by whoever calls.
    """

    interview_id: str
    name_faults: int = 0
    interview_day: date | None = None
    first_consent_day: date | None = None
    today: date | None = None
    questions: tuple[GuideQuestion, ...] = ()
    consents_missing: int | None = None
    uses_absent: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Features by name, and the place of those that have one."""

    features: Features
    places: dict[str, str] = field(default_factory=dict)


def measure(transcript: Transcript, conventions: Transcripts, expected: Expected, leaks: Iterable[Leak]) -> Measured:
    """Everything measured on one file alone; comparisons with other files are in `similarity`."""
    places: dict[str, str] = {}
    features: Features = {
        **_file(transcript, places),
        **_identity(transcript, conventions, expected),
        **_consent(expected),
        **_leaks(transcript, leaks, places),
    }
    if transcript.readable:
        features |= measure_speakers(transcript, conventions, places)
        features |= measure_times(transcript, places)
        features |= measure_wording(transcript, conventions, expected.questions, places)
    return Measured({name: features.get(name) for name in FEATURES}, places)


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


def _identity(transcript: Transcript, conventions: Transcripts, expected: Expected) -> Features:
    header = transcript.header
    id = expected.interview_id
    named = [header[f] for f in ("interview", "interview_id", "transcript", "id") if f in header]
    carries_header = transcript.readable and (bool(header) or transcript.format in ("txt", "docx"))
    day = _day(header.get("date", ""))
    missing = [f for f in conventions.header if not header.get(f)]
    if header.get("date") and day is None:
        missing.append("date")
    return {
        "name_faults_count": expected.name_faults,
        "ids_disagreeing_count": sum(n != id for n in named) if named and id else None,
        "header_missing_count": len(missing) if conventions.header and carries_header else None,
        "days_outside_study_count": _days_outside(day, expected),
    }


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


def _consent(expected: Expected) -> Features:
    return {"consents_missing_count": expected.consents_missing, "later_uses_absent_count": expected.uses_absent}


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
