"""What is kept of a file: parts by what they rest on, JSON and back, no sentence of what was said."""

from __future__ import annotations

import json

import pytest

from evidence.detectors import Decided, Entry
from evidence.measure import FEATURES
from evidence.reading import Asked, Looker, Reading, refused_for_size, rests_on_bytes
from study.protocol.material import AudioCheck, GuideQuestion, Transcripts

CONVENTIONS = Transcripts.model_validate({"speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]}})
ENTRIES = (Entry("name", "Heather Mockperson", "P001"), Entry("site", "Unreal Harbor", ""))
SAID = "Interviewer: How did you begin?\n\nParticipant: Heather Mockperson brought me in, and I stayed for years.\n"
GUIDE = (GuideQuestion(id="Q1", text="How did you begin?", keywords=["begin"], required=True),)
ALL = Asked(questions=GUIDE)
LOOKER = Looker(CONVENTIONS, ENTRIES)


def look(text: str = SAID, asked: Asked = ALL, looker: Looker = LOOKER) -> Reading:
    return looker.look(text.encode(), "I0001.txt", asked)


def test_a_reading_survives_json_with_everything_in_it() -> None:
    reading = look()
    kept = Reading.of(json.loads(json.dumps(reading.document(), allow_nan=False)))
    assert kept.document() == reading.document()
    assert kept.text == reading.text
    assert kept.is_readable
    assert kept.format == "txt"
    measured = {name for part in kept.parts for name in part.features}
    assert {"registry_hits_count", "speaking_roles_count", "weakest_question_score"} <= measured <= {*FEATURES}


def test_no_words_are_kept_but_the_strings_that_were_flagged() -> None:
    document = look().document()
    flagged = {shown for _, shown, *_ in document.pop("flagged")}
    assert "Heather Mockperson" in flagged
    words = json.dumps(document)
    assert not [word for word in ("Heather", "Mockperson", "brought", "stayed", "years") if word in words]


@pytest.mark.parametrize("part", ["guide", "leaks"])
def test_a_part_looked_at_again_takes_the_place_of_its_own_only(part: str) -> None:
    kept = look()
    none_found = Looker(CONVENTIONS, decided=Decided(not_names=frozenset({"heather mockperson"})), residue=())
    newer = look(asked=Asked(frozenset({part}), ()), looker=none_found)
    assert newer.text is None
    both = kept.renewed(newer)
    assert getattr(both, part) == getattr(newer, part) != getattr(kept, part)
    others = {"text", "guide", "leaks"} - {part}
    assert all(getattr(both, other) == getattr(kept, other) for other in others)
    assert (both.flagged == kept.flagged) is (part == "guide")
    assert both.sketch is kept.sketch


def test_a_file_too_large_is_refused_without_its_bytes() -> None:
    reading = refused_for_size("I0001.docx", CONVENTIONS)
    assert (reading.format, reading.is_readable) == ("docx", False)
    assert reading.text is not None
    assert reading.text.features["open_faults_count"] == 1


def test_which_files_are_transcripts_is_nothing_their_reading_rests_on() -> None:
    named = {"folder": "elsewhere", "file_name": "Interview {interview_id}"}
    other = CONVENTIONS.model_copy(update={**named, "audio_check": AudioCheck(share=0.1)})
    assert rests_on_bytes(other) == rests_on_bytes(CONVENTIONS)
    assert rests_on_bytes(CONVENTIONS.model_copy(update={"header": ["date"]})) != rests_on_bytes(CONVENTIONS)
