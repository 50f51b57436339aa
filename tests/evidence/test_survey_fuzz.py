"""Damaged files of every format: the reader may die, the run may not, and no sentence holds a word of the file."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from evidence.survey import Asked, Survey, read_surveys
from study.errors import StudyError
from tests.evidence.survey_files import ROWS, SECRET, WRITERS, written

pytestmark = pytest.mark.real

FILES = 300


def damaged(number: int) -> tuple[str, bytes]:
    """The file of this number: cut, or with a few bytes flipped, dropped, doubled or zeroed; the same every time."""
    chance = random.Random(number)
    name = list(WRITERS)[number % len(WRITERS)]
    data = bytearray(written(name))
    at = chance.randrange(len(data))
    kind = chance.choice(["cut", "flip", "flip", "flip", "drop", "double", "zero"])
    if kind == "cut":
        del data[at:]
    elif kind == "drop":
        del data[at : at + chance.randint(1, 40)]
    elif kind == "double":
        data[at:at] = data[at : at + chance.randint(1, 400)]
    elif kind == "zero":
        data[at : at + 8] = bytes(len(data[at : at + 8]))
    else:
        for _ in range(chance.randint(1, 10)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return name, bytes(data)


def is_sound(outcome: Survey | StudyError, name: str) -> bool:
    """A survey, or one sentence that names the file and the remedy; neither says a word of an answer."""
    if isinstance(outcome, StudyError):
        return outcome.where == name and bool(outcome.what and outcome.remedy) and SECRET not in str(outcome)
    return not any(SECRET in sentence for sentence in (*outcome.problems, *outcome.notes))


def test_three_hundred_damaged_files_are_each_read_or_refused_with_a_remedy():
    files = [damaged(number) for number in range(FILES)]
    outcomes = list(read_surveys(Asked(data, name) for name, data in files))
    assert len(outcomes) == FILES
    wrong = [n for n, ((name, _), o) in enumerate(zip(files, outcomes, strict=True)) if not is_sound(o, name)]
    assert wrong == []
    read = Counter(name for (name, _), o in zip(files, outcomes, strict=True) if isinstance(o, Survey))
    assert 50 < read.total() < FILES
    assert len(set(read)) > len(WRITERS) // 2  # breaking is not so rough that nothing is left to read


def test_a_file_cut_at_any_tenth_is_refused_or_seen_to_be_short():
    cuts = [(name, tenth) for name in WRITERS for tenth in range(10)]
    asked = (Asked(written(name)[: len(written(name)) * tenth // 10], name) for name, tenth in cuts)
    silent = []
    for (name, tenth), outcome in zip(cuts, read_surveys(asked), strict=True):
        assert is_sound(outcome, name)
        if isinstance(outcome, Survey):
            declared = outcome.declared_rows
            is_told = bool(outcome.problems) or (declared is not None and declared != len(outcome.frame))
            if not is_told:
                silent.append((name, tenth))
            assert len(outcome.frame) < ROWS
    # nothing in a CSV, a .por or a version 5 .xpt says how many rows there are: study.yaml's `rows` does
    assert {name for name, _ in silent} <= {"survey.csv"}
