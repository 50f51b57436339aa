"""Sketches find what whole comparisons find, in a few kilobytes a file, the same on every machine."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.similarity import Likeness, Sketch, grams, likenesses, sketch
from evidence.transcripts import Transcript, read_transcript


def said(words: list[str]) -> Transcript:
    return read_transcript(f"P: {' '.join(words)}".encode(), "I0001.txt", labels={"P"})


def words(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [f"w{rng.randrange(5000)}" for _ in range(count)]


def compared(**texts: list[str]) -> dict[str, Likeness]:
    read = {key: said(text) for key, text in texts.items()}
    return likenesses({key: sketch(t) for key, t in read.items()}, lambda key: grams(read[key]))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_passage_copied_into_a_long_interview_is_found_exactly(share: float) -> None:
    one, other = words(1, 5000), words(2, 5000)
    copied = int(5000 * share)
    other[1000 : 1000 + copied] = one[2000 : 2000 + copied]
    found = compared(a=one, b=other, c=words(3, 5000))
    assert found["a"].containment_share == found["b"].containment_share == pytest.approx(share, abs=0.005)
    assert found["a"].others == ("b",)
    assert found["c"].containment_share == 0.0


def test_a_short_text_within_a_long_one_is_found() -> None:
    long = words(1, 8000)
    found = compared(long=long, short=long[3000:3120])
    assert found["short"].containment_share == 1.0


def test_without_the_whole_text_containment_is_estimated() -> None:
    one, other = words(1, 5000), words(2, 5000)
    other[:2000] = one[:2000]
    drawn = {"a": sketch(said(one)), "b": sketch(said(other))}
    assert likenesses(drawn)["a"].containment_share == pytest.approx(0.4, abs=0.12)


@pytest.mark.slow
def test_a_text_in_many_files_is_found_in_each_though_all_share_the_guides_questions() -> None:
    guide = words(99, 40)
    texts = {f"f{i:03d}": [*guide, *words(i, 400)] for i in range(60)}
    copied = words(1000, 600)
    texts |= {f"g{i:03d}": [*guide, *copied, f"last{i}"] for i in range(40)}
    found = compared(**texts)
    assert all((found[key].containment_share or 0) > 0.95 for key in texts if key.startswith("g"))
    assert max(found[key].containment_share or 0 for key in texts if key.startswith("f")) < 0.2


def test_a_sketch_is_small_and_survives_json() -> None:
    drawn = sketch(said(words(1, 10_000)))
    assert drawn.sample.nbytes < 4_000
    again = Sketch.of(json.loads(json.dumps(drawn.document())))
    assert (again.words, again.grams_count) == (drawn.words, drawn.grams_count)
    assert (again.sample == drawn.sample).all()


def test_a_sketch_is_the_same_on_every_machine() -> None:
    drawn = sketch(said([f"w{i}" for i in range(9)]))
    assert drawn.grams_count == 2
    assert drawn.document()["sample"] == "86b3f9d21ce58e863d278f87a9024afa"


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=8, max_size=60), st.integers(0, 3))
def test_containment_is_that_of_the_words_whatever_repeats(row: list[str], cut: int) -> None:
    other = row[cut:]
    found = compared(a=row, b=other)
    mine = {tuple(row[i : i + 8]) for i in range(len(row) - 7)}
    theirs = {tuple(other[i : i + 8]) for i in range(len(other) - 7)}
    fewest = min(len(mine), len(theirs))
    expected = len(mine & theirs) / fewest if fewest else 0.0
    assert (found["a"].containment_share or 0.0) == pytest.approx(expected if expected >= 0.025 else 0.0)
