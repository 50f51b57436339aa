"""The audio check: which minutes are heard cannot be chosen, and a release knows whether enough was heard."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evidence.audio_check import SENTENCES, drawn_minutes, length_of, ranges, turns_heard, unmet
from evidence.transcripts.transcript import turn_table
from evidence.versions import Check, Standing, Version
from study import Reference
from study.protocol.material import AudioCheck

KEY = b"k" * 32
TENTH = AudioCheck(share=0.1)
NAN = math.nan


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 20_000), st.floats(0.01, 1))
def test_a_draw_is_its_share_of_minutes_and_always_the_same(seconds: float, share: float) -> None:
    how = AudioCheck(share=share)
    drawn = drawn_minutes(KEY, "I0001", "f" * 64, seconds, how)
    assert drawn == drawn_minutes(KEY, "I0001", "f" * 64, seconds, how)
    there = math.ceil(seconds / 60)
    assert len(drawn) == len(set(drawn)) == max(1, math.ceil(there * share))
    assert list(drawn) == sorted(drawn)
    assert set(drawn) <= set(range(there))


def test_another_file_key_or_interview_gives_other_minutes_and_none_is_favoured() -> None:
    def drawn(key: bytes = KEY, interview: str = "I0001", file: str = "f") -> tuple[int, ...]:
        return drawn_minutes(key, interview, file, 3600, TENTH)

    assert len({drawn(), drawn(key=b"x" * 32), drawn(interview="I0002"), drawn(file="g")}) == 4
    counts = pd.Series([m for n in range(400) for m in drawn(file=str(n))]).value_counts()
    assert set(counts.index) == set(range(60))
    assert counts.max() < 80  # 40 expected; the chance of one over 79 among 60 is below 1 in 100,000


def test_minutes_instead_of_a_share_and_never_more_than_there_are() -> None:
    assert len(drawn_minutes(KEY, "I0001", "f", 3600, AudioCheck(minutes=5))) == 5
    assert drawn_minutes(KEY, "I0001", "f", 150, AudioCheck(minutes=5)) == (0, 1, 2)


@pytest.mark.parametrize("said", [{}, {"share": 0.1, "minutes": 5}, {"share": 0}, {"minutes": 0}, {"share": 1.5}])
def test_a_study_says_one_measure(said: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        AudioCheck.model_validate(said)


def test_the_turns_of_a_minute_are_those_spoken_in_it() -> None:
    table = turn_table([(0, 50, "I", "a", 1), (50, NAN, "P", "b", 2), (70, 120, "I", "c", 3), (NAN, NAN, "", "d", 4)])
    assert [turns_heard(table, minute) for minute in (0, 1, 2)] == [(1, 2), (2, 3), ()]
    assert length_of(table) == 120
    assert length_of(table.assign(start=NAN, end=NAN)) is None
    assert ranges((3, 4, 5, 9)) == "3-5, 9"


def version(number: int, check: Check | None = None) -> Version:
    return Version(number, Reference("a1", 1, hmac=str(number) * 64), "", check)


def checked(listened: int = 100, errors: int = 0, minutes: int = 6) -> Check:
    return Check("e", "RA1", listened, errors, minutes)


STRICT = AudioCheck(share=0.1, errors=5)


@pytest.mark.parametrize(
    ("how", "versions", "why"),
    [
        (None, [version(1)], None),
        (TENTH, [version(1)], "not_checked"),
        (TENTH, [version(1, checked())], None),
        (TENTH, [version(1, checked(99))], "too_little_heard"),
        (AudioCheck(minutes=7), [version(1, checked())], "too_little_heard"),
        (AudioCheck(minutes=7), [version(1, checked(1000))], None),
        (TENTH, [version(1, checked()), version(2)], None),
        (STRICT, [version(1, checked(errors=5)), version(2)], None),
        (STRICT, [version(1, checked(errors=6))], "too_many_errors"),
        (STRICT, [version(1, checked(errors=6)), version(2)], "corrected_since"),
        (STRICT, [version(1, checked(errors=6)), version(2, checked())], None),
    ],
)
def test_a_release_knows_why_it_waits(how: AudioCheck | None, versions: list[Version], why: str | None) -> None:
    standing = Standing("I0001", tuple(versions), versions[-1])
    assert unmet(how, standing, versions[-1]) == why
    assert why is None or why in SENTENCES
