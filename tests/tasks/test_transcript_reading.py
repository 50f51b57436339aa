"""Which files are looked at again, and at what of them, after each change; what a dead reader or a killed run costs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from evidence.detectors import NOTHING_DECIDED, Decided, Entry
from evidence.isolated import ReaderDied
from evidence.reading import PARTS, Looker, Part
from study.protocol.material import GuideQuestion, Transcripts
from tasks import transcript_reading
from tasks.readings import Readings, flagged_strings, kept_readings
from tasks.request import StudyRequest
from tasks.transcript_files import Registers, transcript_files
from tasks.transcript_reading import CHANGED, Looked, Material, processes_for, read_files
from tasks.transcripts import _looker
from tasks.workspace import Workspace, opened

START = Path(__file__).parent.parent.parent / "cli/starting_study"
CONVENTIONS = Transcripts.model_validate({"speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]}})
GUIDES = {v: (GuideQuestion(id="Q1", text="How did you begin?", keywords=["begin"]),) for v in ("1", "2")}
TALK = "Interviewer: How did you begin?\n\nParticipant: Somebody brought me in, and then I stayed for {n} years.\n"
TIMED = "00:00:01{p}000 --> 00:00:04{p}000\nInterviewer: So?\n\n" + (
    "00:00:05{p}000 --> 00:00:09{p}000\nParticipant: {n} years.\n"
)
FILES = {
    "I0001.txt": TALK.format(n=1),
    "I0002.txt": TALK.format(n=2),
    "I0003.vtt": "WEBVTT\n\n" + TIMED.format(n=3, p="."),
    "I0004.srt": TIMED.format(n=4, p=","),
}
EVERY, LEAKS = frozenset(PARTS), frozenset({"leaks"})


@dataclass(frozen=True)
class Setting:
    """What a run is set up with."""

    conventions: Transcripts = CONVENTIONS
    entries: tuple[Entry, ...] = (Entry("name", "Heather Mockperson"),)
    decided: Decided = NOTHING_DECIDED
    guides: dict[str, tuple[GuideQuestion, ...]] = field(default_factory=lambda: GUIDES)


USUAL = Setting()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    study = shutil.copytree(START, tmp_path / "study")
    shutil.rmtree(study / "transcripts", ignore_errors=True)
    (study / "transcripts").mkdir()
    for name, text in FILES.items():
        (study / "transcripts" / name).write_text(text)
    with opened(StudyRequest(study=str(study)), "validate-transcripts", create=True) as place:
        yield place


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def call_each(function: Callable[..., Any], calls: Iterator[tuple[Any, ...]], **limits: Any) -> Iterator[Any]:
        return (function(*args) for args in calls)

    monkeypatch.setattr(transcript_reading, "call_each", call_each)


def read(place: Workspace, setting: Setting = USUAL) -> Looked:
    """A run that reads what it must; the first two files were held with guide 1, the others with guide 2."""
    files = transcript_files(place, setting.conventions)
    questions = {f.path: setting.guides["1" if f.name < "I0003" else "2"] for f in files}
    looker = Looker(setting.conventions, setting.entries, (), setting.decided, ())
    return read_files(place, Readings(place.restricted), Material(files, looker, questions))


def parts(looked: Looked) -> dict[str, frozenset[Part]]:
    return {path.removeprefix("transcripts/"): of_it for path, of_it in looked.parts.items()}


def test_a_first_run_reads_everything_and_a_second_nothing(place: Workspace) -> None:
    assert parts(read(place)) == dict.fromkeys(FILES, EVERY)
    assert read(place) == Looked()
    assert {path for path, _ in kept_readings(place)} == {f"transcripts/{name}" for name in FILES}


ALTERED = {
    "guide": (replace(USUAL, guides={**GUIDES, "2": ()}), {"I0003.vtt": {"guide"}, "I0004.srt": {"guide"}}),
    "registry": (replace(USUAL, entries=(Entry("alias", "Somebody"),)), dict.fromkeys(FILES, LEAKS)),
    "decisions": (replace(USUAL, decided=Decided(frozenset({"somebody"}))), dict.fromkeys(FILES, LEAKS)),
    "conventions": (
        replace(USUAL, conventions=CONVENTIONS.model_copy(update={"header": ["date"]})),
        dict.fromkeys(FILES, EVERY),
    ),
    "names of files": (
        replace(USUAL, conventions=CONVENTIONS.model_copy(update={"file_name": "{interview_id}x"})),
        {},
    ),
    "order of the registry": (replace(USUAL, entries=USUAL.entries * 2), {}),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_changed_setting_looks_again_only_at_what_rests_on_it(what: str, place: Workspace) -> None:
    read(place)
    setting, expected = ALTERED[what]
    assert parts(read(place, setting)) == expected
    assert read(place, setting) == Looked()


VERSIONS = {
    "READER_VERSIONS": ({"vtt": 99, "txt": 1, "srt": 1}, {"I0003.vtt": EVERY}),
    "DETECTORS_VERSION": (99, dict.fromkeys(FILES, LEAKS)),
    "MEASURE_VERSION": (99, dict.fromkeys(FILES, EVERY)),
    "READER_VERSION": (99, dict.fromkeys(FILES, EVERY)),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_newer_version_of_ours_looks_again_only_at_what_it_made(
    version: str, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = getattr(transcript_reading, version)
    monkeypatch.setattr(
        transcript_reading, version, {**now, "vtt": 1, "txt": 1, "srt": 1} if version.endswith("S") else now
    )
    read(place)
    newer, expected = VERSIONS[version]
    monkeypatch.setattr(transcript_reading, version, {**now, **newer} if isinstance(newer, dict) else newer)
    assert parts(read(place)) == expected


def test_one_changed_file_is_read_and_what_its_leaks_were_is_found_again(place: Workspace) -> None:
    read(place)
    place.files.put("transcripts/I0002.txt", TALK.replace("Somebody", "Heather Mockperson").encode())
    assert parts(read(place)) == {"I0002.txt": EVERY}
    flagged = flagged_strings(place)
    assert {one.shown for one in flagged["transcripts/I0002.txt"]} >= {"Heather Mockperson"}
    assert flagged["transcripts/I0001.txt"] == ()


def test_a_reader_that_dies_costs_one_file_which_is_tried_again(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(function: Callable[..., Any], calls: Iterator[tuple[Any, ...]], **limits: Any) -> Iterator[Any]:
        return (
            ReaderDied("crashed", "SIGSEGV") if name == "I0002.txt" else function(d, name, a) for d, name, a in calls
        )

    with monkeypatch.context() as patched:
        patched.setattr(transcript_reading, "call_each", dies)
        assert dict(read(place).died) == {"transcripts/I0002.txt": ReaderDied("crashed", "SIGSEGV")}
    assert parts(read(place)) == {"I0002.txt": EVERY}


def test_a_killed_run_keeps_what_it_read(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(function: Callable[..., Any], calls: Iterator[tuple[Any, ...]], **limits: Any) -> Iterator[Any]:
        for number, args in enumerate(calls):
            if number == 3:
                raise KeyboardInterrupt
            yield function(*args)

    monkeypatch.setattr(transcript_reading, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(transcript_reading, "call_each", killed)
        with pytest.raises(KeyboardInterrupt):
            read(place)
    assert len(parts(read(place))) == 1


def test_a_file_too_large_is_refused_by_its_size_and_never_taken_into_memory(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript_reading, "LARGEST", len(FILES["I0001.txt"]))
    place.files.put("transcripts/I0003.vtt", b"x" * 300)
    got: list[str] = []
    get = place.files.get
    monkeypatch.setattr(place.files, "get", lambda key, version_id=None: (got.append(key), get(key))[1])
    assert read(place).died == {}
    assert "transcripts/I0003.vtt" not in got
    assert "transcripts/I0001.txt" in got
    (large,) = [reading for path, reading in kept_readings(place) if path.endswith("I0003.vtt")]
    assert large.text is not None
    assert (large.is_readable, large.text.features["open_faults_count"]) == (False, 1)


def test_a_file_that_changes_while_it_is_read_is_read_by_the_next_run(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = place.files.get

    def changing(key: str, version_id: str | None = None) -> bytes:
        return get(key) + b"more" if key == "transcripts/I0002.txt" else get(key)

    with monkeypatch.context() as patched:
        patched.setattr(place.files, "get", changing)
        assert dict(read(place).died) == {"transcripts/I0002.txt": CHANGED}
    assert parts(read(place)) == {"I0002.txt": EVERY}


def test_a_second_process_begins_only_for_enough_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript_reading.os, "sched_getaffinity", lambda pid: set(range(4)), raising=False)
    assert [processes_for(files) for files in (0, 1, 10, 11, 25, 10_000)] == [1, 1, 1, 2, 3, 4]


def test_the_detectors_that_study_yaml_names_are_asked_and_only_what_may_identify_rests_on_them(place):
    registers = Registers(place)
    keys = []
    for residue in ([], ["gazetteer"]):
        looker = _looker(place, registers, CONVENTIONS.model_copy(update={"residue": residue}))
        assert ("Gazetteer" in {type(found).__name__ for found in looker.detectors}) == bool(residue)
        file = transcript_files(place, CONVENTIONS)[0]
        keys.append(Material([file], looker).keys(file, "txt"))
    assert {part for part in PARTS if keys[0][part] != keys[1][part]} == LEAKS
