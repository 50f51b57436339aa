"""Broken files of every format are read: none raises, hangs or loses words in silence. Ten thousand: `benchmarks/`."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from benchmarks import transcripts_fuzz
from benchmarks.transcripts_fuzz import LABELS, Tried, broken, lost_words, main, sound, tried
from benchmarks.transcripts_written import WRITERS
from evidence.transcripts import Transcript, read_transcript
from evidence.transcripts.transcript import turn_table


def without_fault(results: list[Tried]) -> list[str]:
    assert [(one.number, one.format, one.wrong) for one in results if one.wrong] == []
    return [one.format for one in results if not one.faults]


@pytest.mark.slow
def test_the_first_broken_files_of_every_format() -> None:
    without_fault([tried(number) for number in range(40)])


@pytest.mark.slow
def test_five_hundred_broken_files() -> None:
    results = [tried(number) for number in range(40, 540)]
    read = Counter(name.rpartition(".")[2] for name in without_fault(results))
    assert read.total() > 100  # breaking is not so rough that nothing is left to lose
    assert set(read) == set(WRITERS)
    assert len({fault for one in results for fault in one.faults}) >= 8


@pytest.mark.parametrize("format", WRITERS)
def test_a_sound_file_reads_whole(format: str) -> None:
    data = sound(format, 1)
    transcript = read_transcript(data, f"I0001.{format}", labels=LABELS)
    assert transcript.faults == ()
    assert transcript.format == format
    assert transcript.letters_kept == transcript.letters_in > 100
    assert list(transcript.turns["speaker"]) == [LABELS[n % 2] for n in range(len(transcript.turns))]
    assert lost_words(data, transcript) == Counter()


def test_the_same_number_is_the_same_file() -> None:
    assert [broken(n) for n in range(30)] == [broken(n) for n in range(30)]
    assert len({broken(n)[1] for n in range(30)}) == 30


def test_what_is_lost_in_silence_is_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def forgetful(data: bytes, name: str, **_: object) -> Transcript:
        return Transcript(turn_table([(0.0, 1.0, "I", "garden", 1)]), "", "txt", letters_in=6, letters_kept=6)

    said = forgetful(b"", "")
    assert lost_words(b"garden kettle kettle", said) == {"kettle": 2}
    assert isinstance(said.turns, pd.DataFrame)
    monkeypatch.setattr(transcripts_fuzz, "read_transcript", forgetful)
    monkeypatch.setattr(transcripts_fuzz, "broken", lambda number: ("I0001.txt", b"garden kettle"))
    assert tried(3).wrong == "lost words in silence: {'kettle': 1}"
    monkeypatch.setattr(transcripts_fuzz, "run", lambda numbers: (tried(number) for number in numbers))
    assert main(["--files", "2"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("2 broken files: 2 read without a fault, 0 with one;")
