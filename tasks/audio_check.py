"""The check of transcripts against their audio: minutes drawn for a second person, and what that person found."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import PurePosixPath

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.audio_check import drawn_minutes, length_of, ranges, turns_heard
from evidence.detectors import key_of
from evidence.isolated import ReaderDied, call_each
from evidence.transcripts import Transcript, read_transcript
from evidence.versions import Standing, fold_versions
from recruitment.registers import INTERVIEWS, RECORDINGS
from study import Fact, StudyError, Subject
from study.objects import NotStored
from study.protocol.material import AudioCheck, Transcripts
from tasks.outcome import Outcome
from tasks.read import read_table
from tasks.recordings import audio_seconds
from tasks.transcript_files import TranscriptFile, transcript_files
from tasks.workspace import Workspace

FOLDER = "audio_checks/"
COLUMNS = ("minute", "from", "to", "turns")
KEY = "audio-check"
SECONDS, MEGABYTES = 60.0, 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """What a second person heard of one interview's audio: minutes and words heard, errors found in them; `whole` is
    the recording's length in minutes, where no register says it."""

    interview: str
    by: str
    day: date
    minutes: float
    words: int
    errors: int
    whole: float | None = None


@task(name="draw minutes to hear", cache_policy=NO_CACHE)
def draw_minutes(place: Workspace) -> Outcome:
    """Write which minutes to hear of every transcript that nobody has heard yet; one that is drawn stays drawn.

    StudyError where study.yaml declares no check against the audio.
    """
    conventions = place.protocol.transcripts
    if conventions is None or conventions.audio_check is None:
        raise StudyError(
            "the study declares no check of transcripts against their audio",
            where="study.yaml, transcripts.audio_check",
            remedy="Declare a share or minutes there, such as {share: 0.1}.",
        )
    standings = fold_versions(place.events())
    due = [f for f in _of_interviews(place, conventions) if not _is_checked(standings.get(f.interview_id), f)]
    lengths = audio_seconds(place)
    made: Counter[str] = Counter()
    paths = []
    for file, turns in zip(due, _turns(place, conventions, due), strict=True):
        seconds = lengths.get(file.interview_id) or (None if turns is None else length_of(turns))
        if seconds is None:
            made["unknown"] += 1
            continue
        body = _list(place, file, turns, seconds, conventions.audio_check)
        key = f"{FOLDER}{file.interview_id}.csv"
        made["new" if _stored(place, key) != body else "before"] += 1
        if _stored(place, key) != body:
            place.restricted.put(key, body)
        paths.append(f"restricted/{key}")
    said = [f"Minutes to hear: drawn now for {made['new']}, before for {made['before']} transcripts."]
    if made["unknown"]:
        said.append(
            f"Not drawn for {made['unknown']}, whose recording's length nobody knows: "
            f"enter it in {RECORDINGS.file} (step made, column minutes)."
        )
    return Outcome("draw-audio-check", tuple(said), made=tuple(paths))


@task(name="take down what was heard", cache_policy=NO_CACHE)
def heard_fact(place: Workspace, heard: Heard) -> Fact:
    """That somebody checked the transcript that lies there against its audio.

    StudyError for somebody outside the team or who held or transcribed the interview, for a transcript that has not
    arrived or was checked already, where the length of the recording is not known, and where it is known but no minutes
    were drawn.
    """
    conventions = place.protocol.transcripts
    files = [] if conventions is None else _of_interviews(place, conventions)
    file = next((f for f in files if f.interview_id == heard.interview), None)
    standing = fold_versions(place.events()).get(heard.interview)
    version = standing.version_of(file.reference) if standing and file else None
    if file is None or standing is None or version is None or conventions is None:
        raise StudyError(
            "no transcript of this interview has arrived, or not exactly one",
            where="the entry form, interview",
            remedy="Put it into the folder of transcripts and have it validated first.",
        )
    if version.check is not None:
        raise StudyError(
            "this version of the transcript was checked against the audio already",
            where="the entry form, interview",
            remedy="A corrected version can be checked again.",
        )
    _refuse_checker(place, heard)
    whole = _length(place, conventions, file, heard)
    share = min(1000, round(1000 * heard.minutes * 60 / whole))
    list_ = f"{FOLDER}{heard.interview}.csv"
    drawn = _stored(place, list_)
    if drawn is None and conventions.audio_check and audio_seconds(place).get(heard.interview):
        raise StudyError(
            "no minutes were drawn for this transcript, so what was heard may have been chosen",
            where=f"restricted/{list_}",
            remedy="Run draw-audio-check, and hear the minutes it lists.",
        )
    return Fact(
        "transcript.checked",
        heard.day.isoformat(),
        (Subject("transcript", file.id), Subject("person", heard.by)),
        used=() if drawn is None else (place.reference(f"restricted/{list_}", drawn, personal=True),),
        generated=(file.reference,),
        causes=(version.arrival,),
        data={
            "listened": share,
            "errors": round(1000 * heard.errors / heard.words),
            "minutes": math.floor(heard.minutes),
            "words": heard.words,
            "found": heard.errors,
        },
    )


def _refuse_checker(place: Workspace, heard: Heard) -> None:
    if heard.day > place.today:
        raise StudyError("the day has not come", where="the entry form, day", remedy="Enter it when it was done.")
    if place.protocol.person(heard.by) is None:
        raise StudyError(
            "who listened is not in the team",
            where="the entry form, checker",
            remedy="Use a code from the team list of study.yaml.",
        )
    if _codes_and_name(place, heard.by) & _at_work(place, heard.interview):
        raise StudyError(
            "who held or transcribed an interview cannot be the second person who hears it",
            where="the entry form, checker",
            remedy="Have somebody else of the team listen.",
        )


def _codes_and_name(place: Workspace, by: str) -> set[str]:
    """How registers may call somebody of the team, folded: by name, or by any code that the team list gives them."""
    names = {p.code: key_of(p.name) for p in place.protocol.team}
    return {names[by], *(key_of(code) for code, name in names.items() if name == names[by])}


def _at_work(place: Workspace, interview: str) -> set[str]:
    """Everybody the registers name as having held, recorded or transcribed an interview, folded."""
    found: set[str] = set()
    for path, column in ((INTERVIEWS.file, "interviewer"), (RECORDINGS.file, "party")):
        rows = read_table(place, path)
        if rows is not None and {column, "interview_id"} <= set(rows.columns):
            cells = rows.loc[rows["interview_id"] == interview, column]
            found |= {key_of(one) for cell in cells for one in cell.replace(",", ";").split(";")}
    return found - {""}


def _length(place: Workspace, conventions: Transcripts, file: TranscriptFile, heard: Heard) -> float:
    """The recording's length in seconds: by the register, else by the form or the transcript's last time, whichever is
    longer."""
    known = audio_seconds(place).get(heard.interview)
    if not known:
        turns = next(iter(_turns(place, conventions, [file])))
        said = (heard.whole * 60 if heard.whole else None, None if turns is None else length_of(turns))
        known = max((length for length in said if length), default=None)
    if known is None:
        raise StudyError(
            "the length of this interview's recording is not known",
            where="the entry form, whole",
            remedy=f"Enter it there, or in {RECORDINGS.file} (step made, column minutes).",
        )
    return known


def _of_interviews(place: Workspace, conventions: Transcripts) -> list[TranscriptFile]:
    """The files of interviews that have exactly one."""
    files = [file for file in transcript_files(place, conventions) if file.interview_id]
    often = Counter(file.interview_id for file in files)
    return [file for file in files if often[file.interview_id] == 1]


def _is_checked(standing: Standing | None, file: TranscriptFile) -> bool:
    version = standing.version_of(file.reference) if standing else None
    return version is not None and version.check is not None


def _turns(place: Workspace, conventions: Transcripts, files: list[TranscriptFile]) -> list[pd.DataFrame | None]:
    """The turn table of each file, read in a child process; None for a file that cannot be read."""
    read = partial(
        read_transcript,
        labels=[*conventions.speakers.interviewer, *conventions.speakers.participant],
        header=list(conventions.header),
        legacy_encoding=conventions.legacy_encoding,
    )
    calls = ((place.files.get(file.path), PurePosixPath(file.path).name) for file in files)
    found = call_each(read, calls, seconds=SECONDS, megabytes=MEGABYTES)
    return [one.turns if _is_read(one) else None for one in found]


def _is_read(one: Transcript | ReaderDied) -> bool:
    return isinstance(one, Transcript) and one.readable


def _list(place: Workspace, file: TranscriptFile, turns: pd.DataFrame | None, seconds: float, how: AudioCheck) -> bytes:
    """The minutes to hear, each with the turns that are spoken in it where the transcript has times."""
    key = place.codes.key(KEY)
    minutes = drawn_minutes(key, file.interview_id, file.reference.hmac or "", seconds, how)
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for minute in minutes:
        spoken = "" if turns is None else ranges(turns_heard(turns, minute))
        rows.writerow((minute + 1, _clock(60 * minute), _clock(min(60 * (minute + 1), seconds)), spoken))
    return written.getvalue().encode()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _stored(place: Workspace, key: str) -> bytes | None:
    try:
        return place.restricted.get(key)
    except NotStored:
        return None
