"""JSON of speech recognition: the layouts that are known, words told twice, and every other string kept."""

from __future__ import annotations

import json
import math

import pytest

from evidence.transcripts import read_transcript

WHISPER = {
    "text": " How was it? Fine, thanks.",
    "segments": [
        {"id": 0, "seek": 0, "start": 0.0, "end": 1.5, "text": " How was it?", "tokens": [50364, 1012]},
        {"id": 1, "start": 2.0, "end": 3.25, "text": " Fine, thanks.", "speaker": "SPEAKER_01",
         "words": [{"word": " Fine,", "start": 2, "end": 2.5}, {"word": " thanks.", "start": 2.5, "end": 3}]},
    ],
    "language": "en",
}  # fmt: skip
WHISPER_CPP = {
    "systeminfo": "AVX = 1",
    "params": {"model": "models/zora.bin"},
    "transcription": [
        {"timestamps": {"from": "00:00:00,000", "to": "00:00:02,400"}, "offsets": {"from": 0, "to": 2400},
         "text": " Hello there.",
         "tokens": [{"text": "[_BEG_]"}, {"text": " Hel"}, {"text": "lo"}, {"text": " there."}]},
    ],
}  # fmt: skip
ASSEMBLYAI = {
    "id": "abc",
    "audio_url": "https://example.org/zora.mp3",
    "text": "Hi. Yes.",
    "words": [{"text": "Hi.", "start": 100, "end": 900, "speaker": "A"}, {"text": "Yes.", "speaker": "B"}],
    "utterances": [
        {"speaker": "A", "start": 100, "end": 900, "text": "Hi.", "words": [{"text": "Hi.", "speaker": "A"}]},
        {"speaker": "B", "start": 1000, "end": 1900, "text": "Yes.", "words": []},
    ],
    "entities": [{"entity_type": "person_name", "text": "Zora", "start": 100, "end": 200}],
}
UNDIARISED = {**ASSEMBLYAI, "utterances": None, "entities": None}
DEEPGRAM = {
    "metadata": {"request_id": "r-1"},
    "results": {
        "channels": [{"alternatives": [{
            "transcript": "Hello. Yes.",
            "words": [{"word": "hello", "punctuated_word": "Hello.", "speaker": 0},
                      {"word": "yes", "punctuated_word": "Yes."}],
        }]}],
        "utterances": [
            {"start": 0.1, "end": 1.0, "transcript": "Hello.", "speaker": 0, "id": "u-1"},
            {"start": 1.5, "end": 2.0, "transcript": "Yes.", "speaker": 1, "id": "u-2"},
        ],
    },
}  # fmt: skip
ZOOM = {
    "type": "zoom_transcript",
    "ver": 1,
    "recording_id": "rec",
    "timeline": [
        {"ts": "00:00:01.000", "end_ts": "00:00:04.120", "username": "Ann", "email_address": "ann@example.org",
         "text": "Hello", "word_items": [{"w": "Hello"}]},
        {"ts": "00:01:05.000", "end_ts": "00:01:06.000", "users": [{"username": "Bo"}], "text": "Yes"},
    ],
}  # fmt: skip


def read(whole, **options):
    transcript = read_transcript(json.dumps(whole).encode(), "I0001.json", **options)
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    assert transcript.problems == []
    return transcript


def rows(transcript):
    return list(transcript.turns[["start", "end", "speaker", "text"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("whole", "turns", "beside"),
    [
        (WHISPER, [(0.0, 1.5, "", "How was it?"), (2.0, 3.25, "SPEAKER_01", "Fine, thanks.")], ["en"]),
        (WHISPER["segments"], [(0.0, 1.5, "", "How was it?"), (2.0, 3.25, "SPEAKER_01", "Fine, thanks.")], []),
        (WHISPER_CPP, [(0.0, 2.4, "", "Hello there.")], ["AVX = 1", "models/zora.bin"]),
        (
            ASSEMBLYAI,
            [(0.1, 0.9, "A", "Hi."), (1.0, 1.9, "B", "Yes.")],
            ["abc", "https://example.org/zora.mp3", "person_name", "Zora"],
        ),
        (DEEPGRAM, [(0.1, 1.0, "Speaker 0", "Hello."), (1.5, 2.0, "Speaker 1", "Yes.")], ["r-1", "u-1", "u-2"]),
        (ZOOM, [(1.0, 4.12, "Ann", "Hello"), (65.0, 66.0, "Bo", "Yes")], ["zoom_transcript", "rec", "ann@example.org"]),
    ],
    ids=["whisper", "bare segments", "whisper.cpp", "assemblyai", "deepgram", "zoom"],
)
def test_a_known_layout_gives_its_turns_and_keeps_the_rest(whole, turns, beside):
    t = read(whole)
    assert rows(t) == turns
    assert [p.text for p in t.beside] == beside


def test_assemblyai_without_speakers_is_one_turn_without_times():
    (row,) = rows(read(UNDIARISED))
    assert row[2:] == ("", "Hi. Yes.")
    assert math.isnan(row[0])


def test_words_that_tell_something_else_than_their_segment_are_kept():
    t = read({"segments": [{"start": 0, "end": 1, "text": "Hello", "words": [{"word": "Zora"}]}]})
    assert [(p.place, p.text) for p in t.beside] == [("metadata field", "Zora")]


def test_names_of_fields_that_are_no_plain_words_are_kept_for_the_leak_check():
    t = read({"segments": [{"start": 0, "end": 1, "text": "Hello"}], "speakers": {"Ann Lee": 1}})
    assert [(p.place, p.text) for p in t.beside] == [("metadata key", "Ann Lee")]


def test_a_half_character_is_replaced_and_counted():
    t = read_transcript(b'[{"start": 0, "end": 1, "text": "a\\ud83d"}]', "I0001.json")
    assert list(t.turns["text"]) == ["a\ufffd"]
    assert t.undecoded == 1


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (3, 2, "line 1: the end is before the start"),
        ("soon", 2, "line 1: the times cannot be read"),
        (True, 2, "line 1: the times cannot be read"),
        (float("nan"), 2, "line 1: the times cannot be read"),
    ],
)
def test_wrong_times_are_named_and_their_words_kept(start, end, problem):
    data = json.dumps([{"start": start, "end": end, "text": "Hello"}]).encode()
    t = read_transcript(data, "I0001.json")
    assert t.problems == [problem]
    assert list(t.turns["text"]) == ["Hello"]


LAYOUT = (
    "this .json has a layout nobody has taught us (known: Whisper, whisper.cpp, AssemblyAI, Deepgram, Zoom); export "
    ".vtt or .txt"
)
NESTED = "the document is nested deeper than any transcript; save it anew"
DAMAGED = "the document is damaged and cannot be opened; ask for it again"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"cells": []}', LAYOUT),
        (b'{"segments": []}', LAYOUT),
        (b'{"segments": [{"text": "a"}, {"start": 1}]}', LAYOUT),
        (b'"only words"', LAYOUT),
        (b"[" * 100_000, NESTED),
        (b'{"a":' * 100_000, NESTED),
        (b'{"segments": [{"text": "a"', DAMAGED),
        (b'[{"text": "a", "text": "b", "start": 1, "end": 2}]', DAMAGED),
        (b'[{"text": "a", "start": 1e999, "end": ' + b"9" * 5000 + b"}]", DAMAGED),
        (b"I: hello", DAMAGED),
    ],
    ids=["unknown", "empty", "mixed", "string", "lists", "objects", "cut", "twice", "number", "text"],
)
def test_what_is_wrong_is_said(data, problem):
    assert read_transcript(data, "I0001.json").problems == [problem]


def test_text_that_opens_with_a_bracket_is_text():
    t = read_transcript(b'{"quoted" he said}\n\nI: hello\n', "I0001.txt", labels={"I"})
    assert list(t.turns["text"]) == ['{"quoted" he said}', "hello"]
    assert t.problems == []
