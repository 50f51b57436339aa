"""Features of a transcript: values with units, null where they do not apply, and the place they come from."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.detectors import Entry, Patterns, Registry
from evidence.leaks import find_leaks
from evidence.measure import FEATURES, Expected, measure
from evidence.similarity import grams, likenesses, sketch
from evidence.transcripts import read_transcript
from study.protocol.material import Transcripts

CONVENTIONS = Transcripts.model_validate(
    {"header": ["interview", "date"], "speakers": {"interviewer": ["I"], "participant": ["P"]}}
)
WORDS = "one two three four five six seven eight nine ten."


def measured(text: str, name: str = "I0001.txt", expected: Expected | None = None):
    transcript = read_transcript(text.encode(), name, labels={"I", "P"}, header=CONVENTIONS.header)
    detectors = [Registry([Entry("name", "Heather Stone")]), Patterns()]
    leaks = find_leaks(transcript, detectors, name=name, labels={"I", "P"})
    return measure(transcript, CONVENTIONS, expected or Expected("I0001"), leaks)


def feature(name: str, text: str, file: str = "I0001.txt", **expected):
    return measured(text, file, Expected("I0001", **expected)).features[name]


def cue(start: str, end: str, text: str) -> str:
    return f"{start} --> {end}\n{text}\n\n"


def vtt(*cues: str) -> str:
    return "WEBVTT\n\n" + "".join(cues)


def test_every_feature_is_always_there_and_unreadable_files_have_only_what_applies():
    found = measured("", "I0001.txt").features
    assert tuple(found) == FEATURES
    assert found["open_faults_count"] == 1
    assert {name for name, value in found.items() if value is not None} == {
        "open_faults_count", "name_faults_count", "registry_hits_count", "identifier_hits_count", "email_hits_count",
        "near_hits_count", "unreviewed_strings_count", "disguised_hits_count",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("speaking_roles_count", "I: How?\n\nP: So.", 2),
        ("speaking_roles_count", "I: How?\n\nI: Well?", 1),
        ("speaking_roles_count", "Just words.", 0),
        ("interviewer_share", "I: a b.\n\nP: a b c d e f.", 0.25),
        ("interviewer_share", "I: a b.", None),
        ("unknown_labels_count", "I: a\n\nMo: a\n\nMo: b\n\nZoe: a\n\nZoe: b", 2),
        ("unknown_labels_count", "I: a\n\nSpeaker 1: a\n\nSpeaker 1: b", 0),
        ("diarisation_labels_count", "I: a\n\nSpeaker 1: a\n\nSpeaker 1: b", 1),
        ("unlabelled_share", "I: a\n\nb\n\nP: c\n\nP: d", 0.25),
        ("inaudible_per_1000_words", "P: a [inaudible] b (unclear)", 500.0),
        ("inaudible_per_1000_words", "P: it was unclear to me", 0.0),
        ("loop_repeats_count", "P: " + "a b c d e " * 6, 6),
        ("loop_repeats_count", "P: very very very very very very good.", 1),
        ("loop_repeats_count", "P: " + WORDS, 1),
        ("longest_turn_words", "P: a b c.\n\nI: a.", 3),
        ("unfinished_endings_count", "I: How?\n\nP: So.\n\nI: And?\n\nP: I.\n\nI: Now?\n\nP: and then", 1),
        ("unfinished_endings_count", "I: How?\n\nP: So.", 0),
        ("unfinished_endings_count", "I: how\n\nP: so\n\nI: and", None),
        ("header_missing_count", "Interview: I0001\n\nI: Hi.", 1),
        ("header_missing_count", "Interview: I0001\nDate: one day\n\nI: Hi.", 1),
        ("header_missing_count", "Interview: I0001\nDate: 2016-01-02\n\nI: Hi.", 0),
        ("ids_disagreeing_count", "Interview: I0002\n\nI: Hi.", 1),
        ("ids_disagreeing_count", "I: Hi.", None),
        ("letters_kept_share", "I: Hi.", 1.0),
        ("undecodable_count", "I: H\ufffd.", 1),
        ("registry_hits_count", "I: Heather, write to h@example.org.", 1),
        ("identifier_hits_count", "I: Heather, write to h@example.org.", 1),
        ("email_hits_count", "I: Heather, write to h@example.org.", 1),
        ("document_traces_count", "I: Hi.", None),
        ("backward_s", "I: Hi.\n\nP: So.", None),
        ("cues_lost_count", "I: Hi.", None),
    ],
)  # fmt: skip
def test_features_of_plain_text(name, text, value):
    assert feature(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("time_faults_count", vtt(cue("00:01.000", "00:75.000", "I: a"), cue("00:09.000", "00:03.000", "P: a")), 2),
        ("backward_s", vtt(cue("00:10.000", "00:11.000", "I: a"), cue("00:07.500", "00:12.000", "P: a")), 2.5),
        ("backward_s", vtt(cue("00:10.000", "00:11.000", "I: a"), cue("00:11.000", "00:12.000", "P: a")), 0.0),
        ("gap_s", vtt(cue("00:10.000", "00:11.000", "I: a"), cue("03:11.000", "03:12.000", "P: a")), 180.0),
        ("gap_s", vtt(cue("00:10.000", "00:11.000", "I: a [pause]"), cue("03:11.000", "03:12.000", "P: a")), 0.0),
        (
            "words_per_minute",
            vtt(cue("00:00.000", "00:30.000", "I: a b"), cue("00:30.000", "02:00.000", "P: c d")),
            2.0,
        ),
        (
            "words_per_minute",
            vtt(cue("00:00.000", "00:30.000", "I: a b"), cue("00:30.000", "00:40.000", "P: c d")),
            None,
        ),
        ("unfinished_endings_count", vtt(cue("00:10.000", "00:11.000", "I: A."), "00:12.000 --> 00:13.000\n"), 1),
        ("header_missing_count", vtt(cue("00:10.000", "00:11.000", "I: A.")), None),
        ("cues_lost_count", vtt(cue("00:10.000", "00:11.000", "I: A.")), 0),
    ],
)
def test_features_of_times(name, text, value):
    assert feature(name, text, "I0001.vtt") == value


@pytest.mark.parametrize(
    ("day", "expected", "value"),
    [
        ("2016-01-02", {"interview_day": date(2016, 1, 2), "first_consent_day": date(2016, 1, 2)}, 0),
        ("2016-01-02", {"interview_day": date(2016, 1, 5)}, 3),
        ("2016-01-02", {"first_consent_day": date(2016, 1, 4)}, 2),
        ("2016-01-02", {"today": date(2016, 1, 1)}, 1),
        ("January 2, 2016", {"today": date(2016, 1, 2)}, 0),
        ("soon", {"today": date(2016, 1, 2)}, None),
    ],
)
def test_the_days_a_header_date_is_off(day, expected, value):
    assert feature("days_outside_study_count", f"Date: {day}\n\nI: Hi.", **expected) == value


def test_places_say_where_without_words():
    found = measured("I: Hi.\n\nP: Heather said.\n\nMo: a\n\nMo: b\n\nP: Heather, h@example.org").places
    assert found["registry_hits_count"] == "turn 2 and 1 more"
    assert found["identifier_hits_count"] == "turn 5"
    assert found["unknown_labels_count"] == "turn 3 and 1 more"


def compared(**given: str):
    read = {key: read_transcript(text.encode(), f"{key}.txt", labels={"P"}) for key, text in given.items()}
    return likenesses({key: sketch(t) for key, t in read.items()}, lambda key: grams(read[key]))


def numbered(start: int, stop: int) -> str:
    return "P: " + " ".join(f"w{i}" for i in range(start, stop))


def test_the_same_words_under_two_ids_and_shared_runs_are_found():
    found = compared(a=numbered(0, 108), b=numbered(0, 108), c=numbered(50, 157), d="P: short", e=numbered(500, 600))
    assert [found[k].same_text_count for k in "abcde"] == [1, 1, 0, 0, 0]
    assert found["a"].containment_share == 1.0
    assert found["c"].containment_share == pytest.approx(51 / 100)
    assert found["d"].containment_share is None
    assert found["e"].containment_share == 0.0
    assert found["c"].others == ("a", "b")


def test_nothing_is_like_nothing():
    assert likenesses({}) == {}
    assert compared(a="")["a"].same_text_count == 0
