"""A transcript measured: every feature has a unit and is None where it does not apply. No threshold lives here.

It is measured in parts that can be kept apart, by what they rest on: the file and the conventions, the guide, the
names and detectors, the registers. `places` says where in the file a feature's value comes from (`turn 12`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from evidence.guide import traces
from evidence.leak_features import NOBODY, KnownPeople, leak_features, self_named
from evidence.leaks import Leak
from evidence.measured import Features, Measured, Stated, TurnColumns, note, together
from evidence.speech import last_times, measure_speakers, measure_times
from evidence.talk import Talk
from evidence.transcripts.transcript import CANNOT_OPEN, TIME_FAULTS, Transcript
from evidence.wording import measure_wording
from study.protocol.material import GuideQuestion, Transcripts

MEASURE_VERSION = 2
"""Raised whenever the same file may be measured differently; part of the digest of what a measurement rests on."""

_INTERVIEW_FIELDS = ("interview", "interview_id", "transcript", "id")
_PERSON_FIELDS = ("participant", "participant_id", "participant_code", "respondent", "interviewee")
_PROPERTIES = ("property", "metadata")
_CODE = re.compile(r"[A-Za-z]{1,6}[-_]?\d{1,8}")
_DATE_SHAPES = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the registers say about the interview a file belongs to.

    `name_faults` are the ways its name and id do not fit (0 to 2); dates are None where nothing is known;
    `consents_missing` and `uses_absent` are computed from the consent ledger by whoever calls; `audio_s` is the
    length of the recording in s where the register of recordings knows it; `participants` are the codes of those who
    were interviewed, empty where nobody knows.
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
    participants: tuple[str, ...] = ()


def measure_text(transcript: Transcript, conventions: Transcripts) -> Measured:
    """All that rests on the file and the study's conventions alone, with a row a turn."""
    places: dict[str, str] = {}
    features: Features = {**_file(transcript, places), **_header(transcript, conventions)}
    if not transcript.readable:
        return Measured(features, places, stated=_stated(transcript, conventions, None))
    talk = Talk.of(transcript, conventions)
    turns: TurnColumns = {"turn": [float(number) for number in talk.numbers]}
    features |= measure_speakers(talk, places)
    features |= measure_times(talk, turns)
    features |= measure_wording(talk, conventions, places, turns)
    return Measured(features, places, turns, _stated(transcript, conventions, talk))


def measure_guide(transcript: Transcript, conventions: Transcripts, questions: Iterable[GuideQuestion]) -> Measured:
    """How each question of the guide in force is traced in what the interviewer says; see `evidence.guide`."""
    listed = list(questions)
    if not listed or not transcript.readable:
        return Measured({"weakest_question_score": None})
    found = traces(Talk.of(transcript, conventions), listed, conventions.language)
    scores = [trace.score for trace in found if trace.is_required]
    return Measured({"weakest_question_score": min(scores, default=None)}, traces=found)


def measure_leaks(
    transcript: Transcript,
    leaks: Iterable[Leak],
    conventions: Transcripts | None = None,
    *,
    name: str = "",
    people: KnownPeople = NOBODY,
    is_declared: bool = False,
) -> Measured:
    """What may identify somebody, counted by the check it belongs to.

    With `conventions` and `people` also who a participant says they are, and pseudonyms where they may not stand;
    `is_declared` says that the file is offered as de-identified, as its own words or name may.
    """
    places: dict[str, str] = {}
    features = leak_features(transcript, list(leaks), conventions, places, name=name, people=people)
    if not is_declared and not features.pop("is_declared"):
        features["open_identifier_kinds_count"] = None
    features.pop("is_declared", None)
    named = self_named(transcript, conventions, people) if conventions else ()
    return Measured(features, places, self_named=named)


def measure_expected(text: Measured, expected: Expected, leaks: Measured | None = None) -> Measured:
    """What the file says of itself (`measure_text`) and who its participant says they are (`measure_leaks`) held
    against the registers and the consent ledger."""
    stated = text.stated
    places: dict[str, str] = {}
    return Measured(
        {
            "name_faults_count": expected.name_faults,
            "ids_disagreeing_count": _disagreeing(stated, expected),
            "days_outside_study_count": _days_outside(stated.day, expected),
            "consents_missing_count": expected.consents_missing,
            "later_uses_absent_count": expected.uses_absent,
            "self_names_elsewhere_count": _elsewhere(leaks, expected, places),
            **_audio(stated.end_s, expected.audio_s),
        },
        places,
    )


def measure(
    transcript: Transcript,
    conventions: Transcripts,
    expected: Expected,
    leaks: Iterable[Leak],
    *,
    name: str = "",
    people: KnownPeople = NOBODY,
) -> Measured:
    """Everything measured on one file alone; comparisons with other files are in `similarity`."""
    text = measure_text(transcript, conventions)
    names = measure_leaks(transcript, leaks, conventions, name=name, people=people)
    guide = measure_guide(transcript, conventions, expected.questions)
    return together((text, guide, names, measure_expected(text, expected, names)), FEATURES)


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
    "audio_difference_s",
    "audio_difference_share",
    "words_per_minute",
    "inaudible_per_1000_words",
    "extra_notations_count",
    "fillers_in_full_per_1000_words",
    "fillers_in_intelligent_per_1000_words",
    "loop_repeats_count",
    "declared_language_share",
    "longest_turn_words",
    "unfinished_endings_count",
    "weakest_question_score",
    "self_names_elsewhere_count",
    "consents_missing_count",
    "later_uses_absent_count",
    "registry_hits_count",
    "near_hits_count",
    "identifier_hits_count",
    "email_hits_count",
    "unreviewed_strings_count",
    "disguised_hits_count",
    "document_traces_count",
    "open_identifier_kinds_count",
    "misplaced_pseudonyms_count",
)
"""Every feature `measure` gives."""

TURN_FEATURES = ("backward_s", "gap_s", "unclosed_brackets_count", "loop_repeats_count", "turn_words_count")
"""Every feature of the table with a row a turn (`Measured.turns`), beside `turn`, the turn's number."""


def _file(transcript: Transcript, places: dict[str, str]) -> Features:
    kinds = [fault.kind for fault in transcript.faults]
    times = [fault for fault in transcript.faults if fault.kind in TIME_FAULTS]
    note(places, "time_faults_count", [f"line {fault.line}" for fault in times])
    unopened = [str(fault._replace(line=0)) for fault in transcript.faults if fault.kind in CANNOT_OPEN]
    if unopened:
        places["open_faults_count"] = unopened[0]
    opened = not any(k in CANNOT_OPEN - {"format_mismatch"} for k in kinds)
    return {
        "open_faults_count": sum(k in CANNOT_OPEN for k in kinds),
        "undecodable_count": transcript.undecoded + kinds.count("encoding") if opened else None,
        "letters_kept_share": transcript.letters_kept / transcript.letters_in if transcript.letters_in else None,
        "cues_lost_count": transcript.arrows - transcript.cues if transcript.arrows else None,
        "time_faults_count": len(times) if transcript.arrows else None,
    }


def _stated(transcript: Transcript, conventions: Transcripts, talk: Talk | None) -> Stated:
    """What the header block and, of interview ids, the document's properties say."""
    header = transcript.header
    interview = re.compile(conventions.interview_id_pattern)
    ids = [header[f] if interview.fullmatch(header[f]) else "?" for f in _INTERVIEW_FIELDS if f in header]
    within = re.compile(rf"(?<![\w-])(?:{conventions.interview_id_pattern})(?![\w-])")
    for passage in transcript.beside:
        if passage.place.startswith(_PROPERTIES):
            ids += [match[0] for match in within.finditer(passage.text)]
    people = [header[f] for f in _PERSON_FIELDS if header.get(f)]
    start, end = last_times(talk) if talk else (None, None)
    codes = tuple(code for code in people if _CODE.fullmatch(code))
    return Stated(tuple(dict.fromkeys(ids)), codes, _day(header.get("date", "")), start, end)


def _header(transcript: Transcript, conventions: Transcripts) -> Features:
    header = transcript.header
    carries_header = transcript.readable and (bool(header) or transcript.format in ("txt", "docx", "rtf", "pdf"))
    missing = [f for f in conventions.header if not header.get(f)]
    if header.get("date") and _day(header["date"]) is None:
        missing.append("date")
    return {"header_missing_count": len(missing) if conventions.header and carries_header else None}


def _disagreeing(stated: Stated, expected: Expected) -> int | None:
    """Ids in the file of another interview, and codes of people who were not interviewed; None without any."""
    ids = stated.ids if expected.interview_id else ()
    codes = stated.participants if expected.participants else ()
    if not ids and not codes:
        return None
    return sum(id != expected.interview_id for id in ids) + sum(code not in expected.participants for code in codes)


def _elsewhere(leaks: Measured | None, expected: Expected, places: dict[str, str]) -> int | None:
    """Self-names that stand for other participants only; None without a self-name or somebody to hold it against."""
    if leaks is None or not leaks.self_named or not expected.participants:
        return None
    others = [turn for turn, people in leaks.self_named if not set(people) & set(expected.participants)]
    note(places, "self_names_elsewhere_count", [f"turn {turn}" for turn in others])
    return len(others)


def _audio(end_s: float | None, audio_s: float | None) -> Features:
    """How far the last time lies from the end of the recording, in s and as a share of its length."""
    if end_s is None or not audio_s or audio_s <= 0:
        return {}
    off = abs(end_s - audio_s)
    return {"audio_difference_s": off, "audio_difference_share": off / audio_s}


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
