"""A transcript in outline: who speaks, when, and where nobody does."""

from __future__ import annotations

import json

import pytest

from evidence.outline import PARTS, Gap, Outline, outline
from evidence.transcripts.transcript import Transcript, turn_table
from study.protocol.material import Transcripts

CONVENTIONS = Transcripts.model_validate({"speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]}})
NAN = float("nan")


def transcript(*rows: tuple[float, float, str, str]) -> Transcript:
    table = turn_table((*row, i) for i, row in enumerate(rows, 1))
    return Transcript(table, "0" * 64, "vtt")


def test_words_times_and_gaps_of_a_timed_transcript():
    drawn = outline(
        transcript(
            (10, 40, "Interviewer", "one two three"),
            (40, 70, "Participant", "four five six seven"),
            (100, 120, "Somebody", "eight nine"),
        ),
        CONVENTIONS,
    )
    assert drawn.words == {"interviewer": 3, "participant": 4, "other": 2}
    assert (drawn.turns, drawn.seconds) == (3, 120.0)
    assert drawn.course == "-" * 10 + "i" * 30 + "p" * 30 + "-" * 30 + "o" * 20
    assert drawn.gaps == (Gap(0.0, 10.0, 1), Gap(70.0, 30.0, 3))


def test_an_outline_survives_json_and_holds_no_label():
    drawn = outline(transcript((0, 5, "Heather Mockperson", "yes")), CONVENTIONS)
    written = json.dumps(drawn.document)
    assert "Heather" not in written
    assert Outline.of(json.loads(written)) == drawn


@pytest.mark.parametrize("rows", [(), ((NAN, NAN, "Interviewer", "so"),), ((5, 2, "Interviewer", "so"),)])
def test_without_times_that_hold_there_is_no_course(rows: tuple[tuple[float, float, str, str], ...]):
    drawn = outline(transcript(*rows), CONVENTIONS)
    assert (drawn.seconds, drawn.course, drawn.gaps) == (None, "", ())
    assert drawn.words["interviewer"] == len(rows)


def test_overlap_and_a_moment_are_drawn_within_the_recording():
    drawn = outline(transcript((0, 60, "Participant", "a"), (30, 30, "Interviewer", "b")), CONVENTIONS)
    assert drawn.course == "p" * PARTS
    assert drawn.gaps == ()
