"""WebVTT and SubRip as people really send them: no cue and no letter is lost."""

from __future__ import annotations

import math

import pytest

from evidence.transcripts import read_transcript


def read(text: str, name: str = "I0001.vtt", **options):
    transcript = read_transcript(text.encode(), name, **options)
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    return transcript


def rows(transcript, *columns):
    return list(transcript.turns[list(columns)].itertuples(index=False, name=None))


VTT = "WEBVTT\n\n"


def test_a_cue_is_a_turn_with_times_speaker_text_and_line():
    t = read(
        VTT + "1\n00:00:01.000 --> 00:00:02.500\nI: How are you?\n\n2\n00:03.000 --> 00:04.000\nP: Fine.\n",
        labels={"I", "P"},
    )
    assert rows(t, "turn", "start", "end", "speaker", "text", "source_line") == [
        (1, 1.0, 2.5, "I", "How are you?", 5),
        (2, 3.0, 4.0, "P", "Fine.", 9),
    ]
    assert t.problems == []
    assert t.format == "vtt"


@pytest.mark.parametrize(
    ("timing", "start", "end"),
    [
        ("00:00:01,500 --> 00:00:02,000", 1.5, 2.0),
        ("00:00:01 --> 00:00:02", 1.0, 2.0),
        ("0:01.5 --> 0:02", 1.5, 2.0),
        ("100:00:01.000 --> 100:00:02.000", 360001.0, 360002.0),
        ("00:00:01.000 --> 00:00:02.000 align:start position:0%", 1.0, 2.0),
        ("00:00:01.000-->00:00:02.000", 1.0, 2.0),
    ],
)
def test_times_are_read_in_every_shape(timing, start, end):
    t = read(VTT + f"{timing}\nHello there\n")
    assert rows(t, "start", "end", "text") == [(start, end, "Hello there")]
    assert t.problems == []


@pytest.mark.parametrize(
    ("timing", "problem"),
    [
        ("00:00:60.000 --> 00:01:02.000", "line 3: minutes or seconds of 60 or more"),
        ("00:61:00.000 --> 01:02:00.000", "line 3: minutes or seconds of 60 or more"),
        ("00:00:05.000 --> 00:00:02.000", "line 3: the end is before the start"),
        ("00:00:05:00 --> 00.06", "line 3: the times cannot be read"),
    ],
)
def test_wrong_times_are_named_and_their_words_kept(timing, problem):
    t = read(VTT + f"{timing}\nHello there\n")
    assert t.problems == [problem]
    assert rows(t, "text") == [("Hello there",)]


def test_a_blank_line_inside_a_cue_loses_nothing():
    t = read(VTT + "00:01.000 --> 00:02.000\nfirst\n\nsecond part\n\n00:03.000 --> 00:04.000\nthird\n")
    assert rows(t, "text") == [("first second part",), ("third",)]


def test_words_after_a_blank_line_right_above_a_timing_line_are_speech_not_an_id():
    t = read(VTT + "00:01.000 --> 00:02.000\nfirst\n\nsecond part\n00:03.000 --> 00:04.000\nthird\n")
    assert rows(t, "text") == [("first second part",), ("third",)]


def test_an_arrow_in_speech_is_speech():
    t = read(VTT + "00:01.000 --> 00:02.000\nfrom here --> there\n-->\n")
    assert rows(t, "text") == [("from here --> there -->",)]


def test_two_voices_in_one_cue_are_two_turns():
    t = read(VTT + "00:01.000 --> 00:02.000\n<v Ann Lee>Yes.</v> <v.loud Bo>No &amp; no.\nNever.</v>\n")
    assert rows(t, "speaker", "text", "start") == [("Ann Lee", "Yes.", 1.0), ("Bo", "No & no. Never.", 1.0)]


def test_a_webex_id_line_names_the_speaker():
    t = read(VTT + '1 "Ann Lee" (123)\n00:01.000 --> 00:02.000\nYes.\n\n2 "Bo" (4)\n00:03.000 --> 00:04.000\nNo.\n')
    assert rows(t, "speaker", "text") == [("Ann Lee", "Yes."), ("Bo", "No.")]


def test_zoom_names_before_a_colon_count_when_seen_twice_and_other_colons_are_speech():
    t = read(
        VTT
        + "1\n00:01.000 --> 00:02.000\nAnn Lee: One thing: time.\n\n2\n00:03.000 --> 00:04.000\nAnn Lee: Yes.\n\n"
        + "3\n00:05.000 --> 00:06.000\nReason: none\n"
    )
    assert rows(t, "speaker", "text") == [("Ann Lee", "One thing: time."), ("Ann Lee", "Yes."), ("", "Reason: none")]


def test_two_speakers_on_two_lines_of_a_cue_are_two_turns():
    t = read(VTT + "00:01.000 --> 00:02.000\nI: How?\nP: Well.\n", labels={"I", "P"})
    assert rows(t, "speaker", "text") == [("I", "How?"), ("P", "Well.")]


def test_notes_styles_ids_and_titles_are_kept_beside_the_turns():
    t = read(
        "WEBVTT - Our title\nKind: captions\n\nNOTE made by hand\nsecond line\n\nSTYLE\n::cue { color: red }\n\n"
        "a1-b2/3-0\n00:01.000 --> 00:02.000\nYes.\n"
    )
    assert [(p.place, p.text) for p in t.beside if p.text] == [
        ("header", "- Our title"),
        ("note", "NOTE made by hand"),
        ("note", "second line"),
        ("style", "STYLE"),
        ("style", "::cue { color: red }"),
        ("header", "Kind: captions"),
        ("cue id", "a1-b2/3-0"),
    ]
    assert rows(t, "text") == [("Yes.",)]


def test_declared_header_fields_are_found_in_notes():
    t = read(
        VTT + "NOTE\nInterview: I0001\nDate: 2017-03-02\n\n00:01.000 --> 00:02.000\nYes.\n",
        header=["interview", "date"],
    )
    assert t.header == {"interview": "I0001", "date": "2017-03-02"}


def test_markup_goes_and_angle_brackets_that_are_no_markup_stay():
    t = read(VTT + "00:01.000 --> 00:02.000\n<i>Yes</i> <00:01.500><c.red>so</c> <laughs> 3 < 4\n")
    assert rows(t, "text") == [("Yes so <laughs> 3 < 4",)]


def test_words_on_the_timing_line_are_speech():
    t = read(VTT + "00:01.000 --> 00:02.000 line:0 Hello\nthere\n")
    assert rows(t, "text") == [("Hello there",)]


def test_srt_without_blank_lines_between_cues():
    t = read("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}one\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n", "I0001.srt")
    assert rows(t, "text") == [("one",), ("two",)]


def test_a_number_spoken_last_stays_speech():
    t = read("1\n00:00:01,000 --> 00:00:02,000\nit was\n12\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n", "I0001.srt")
    assert rows(t, "text") == [("it was 12",), ("two",)]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_every_line_ending_reads_alike(ending):
    t = read((VTT + "00:01.000 --> 00:02.000\nYes.\n").replace("\n", ending))
    assert rows(t, "text", "source_line") == [("Yes.", 4)]


def test_a_cue_without_words_is_still_a_turn():
    t = read(VTT + "00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\nYes.\n")
    assert rows(t, "turn", "text") == [(1, ""), (2, "Yes.")]


def test_a_cue_cut_off_after_its_times_is_counted():
    t = read(VTT + "00:01.000 --> 00:02.000\nYes.\n\n00:03.000 --> 00:0")
    assert t.cues == 2
    assert t.problems == ["line 6: the end is before the start"]


def test_untimed_words_before_the_first_cue_are_kept():
    t = read("some words\n\n1\n00:00:01,000 --> 00:00:02,000\none\n", "I0001.srt")
    assert [(p.place, p.text) for p in t.beside] == [("header", "some words"), ("cue id", "1")]


def test_turns_without_times_have_none():
    t = read_transcript(b"I: How?\n\nI: Why?\n", "I0001.txt")
    assert all(math.isnan(s) for s in t.turns["start"])
