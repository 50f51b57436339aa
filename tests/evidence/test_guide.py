"""The interview guide traced by its keywords and its own wording, each with the place and the reason."""

from __future__ import annotations

import pytest

from evidence.guide import stems_of
from evidence.measure import measure_guide
from evidence.measured import Measured, Trace
from evidence.transcripts import read_transcript
from study.protocol.material import GuideQuestion, Transcripts

CONVENTIONS = Transcripts.model_validate({"speakers": {"interviewer": ["I"], "participant": ["P"]}})


def question(id: str, text: str, *keywords: str, required: bool = True) -> GuideQuestion:
    return GuideQuestion.model_validate({"id": id, "text": text, "keywords": list(keywords), "required": required})


def guide(text: str, *questions: GuideQuestion) -> Measured:
    transcript = read_transcript(text.encode(), "I0001.txt", labels={"I", "P"})
    return measure_guide(transcript, CONVENTIONS, questions)


CHANGE = question("q1", "What would you change about the supervision of peers?", "change")


def test_a_keyword_gives_half_and_the_questions_own_words_the_rest() -> None:
    (keyword,) = guide("I: Anything to change?\n\nP: No.", CHANGE).traces
    assert keyword.turn == 1
    assert keyword.keywords == ("change",)
    assert 0.5 < keyword.score < 1
    (whole,) = guide("I: So.\n\nP: Yes.\n\nI: What would you change about supervision of the peers?", CHANGE).traces
    assert whole == Trace("q1", 3, 1.0, ("change",), True)
    (worded,) = guide("I: How are peers supervised? What is supervision like?", CHANGE).traces
    assert worded.keywords == ()
    assert 0.3 < worded.score < 0.8


def test_what_the_participant_says_traces_nothing() -> None:
    found = guide("I: So?\n\nP: I would change the supervision of peers.", CHANGE)
    assert found.traces == (Trace("q1", 0, 0.0, (), True),)
    assert found.features == {"weakest_question_score": 0.0}
    assert guide("P: I would change everything.", CHANGE).traces == ()


def test_a_question_over_several_cues_is_one_and_the_first_of_equal_places_stands() -> None:
    text = "I: What would you change\n\nI: about the supervision of peers?\n\nP: No.\n\nI: What would you change?"
    (trace,) = guide(text, CHANGE).traces
    assert (trace.turn, trace.score) == (1, 1.0)
    (first,) = guide("I: Change?\n\nP: No.\n\nI: Change?", question("q1", "Change?", "change")).traces
    assert first.turn == 1


def test_only_required_questions_count_and_empty_ones_are_left_out() -> None:
    found = guide("I: And pay?\n\nP: So.", question("q1", "Pay?", "pay"), question("q2", "Rent?", required=False))
    assert [(t.question, t.is_required) for t in found.traces] == [("q1", True), ("q2", False)]
    assert found.features["weakest_question_score"] == 1.0
    assert guide("I: So?", question("q1", "What was it?")).traces == ()
    assert guide("I: So?").features["weakest_question_score"] is None


@pytest.mark.parametrize(
    ("text", "language", "stems"),
    [
        ("Tell me how you work here.", "en", {"work"}),
        ("Works, worked, working: the worker’s", "en", {"work", "worker"}),
        ("Wie wohnen Sie in der Wohnung?", "de", {"wohn"}),
        ("Ничего", "ru", {"ничего"}),
    ],
)
def test_words_of_content_without_their_endings(text: str, language: str, stems: set[str]) -> None:
    assert stems_of(text, language) == stems
