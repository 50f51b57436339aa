"""CHAT: main lines to turns, headers and dependent tiers beside them."""

from __future__ import annotations

import pytest

from evidence.transcripts import read_transcript

TALK = """@UTF8
@Begin
@Languages:\teng
@Participants:\tINV Ann Investigator, PAR Participant
@ID:\teng|fieldtrail|PAR|||||Participant|||
@Date:\t02-MAR-2017
@Comment:\trecorded by Cy
*INV:\thow was it ? \x15120_1500\x15
*PAR:\tso [/] so it was
\tand &-um went on . \x151600_2000\x15 \x152100_4000\x15
%mor:\tadv|so pro|it
%com:\tlaughs
*PAR:\tno time here .
@End
"""


def read(text, **options):
    transcript = read_transcript(text.encode(), "I0001.cha", **options)
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    return transcript


def test_main_lines_become_turns_with_their_times():
    t = read(TALK, header=("date",))
    shown = t.turns.fillna(-1)[["start", "end", "speaker", "text", "source_line"]]
    assert list(shown.itertuples(index=False, name=None)) == [
        (0.12, 1.5, "INV", "how was it ?", 8),
        (1.6, 4.0, "PAR", "so [/] so it was and &-um went on .", 9),
        (-1, -1, "PAR", "no time here .", 13),
    ]
    assert t.header == {"date": "2017-03-02"}
    assert t.problems == []


def test_headers_tiers_and_comments_are_kept_beside():
    assert [(p.place, p.text) for p in read(TALK).beside][3:] == [
        ("header", "@Participants:\tINV Ann Investigator, PAR Participant"),
        ("header", "@ID:\teng|fieldtrail|PAR|||||Participant|||"),
        ("header", "@Date:\t02-MAR-2017"),
        ("note", "@Comment:\trecorded by Cy"),
        ("tier", "%mor:\tadv|so pro|it"),
        ("tier", "%com:\tlaughs"),
        ("header", "@End"),
    ]


def test_the_recording_named_in_a_time_mark_is_kept():
    t = read('@Begin\n*PAR:\thello . \x15%snd:"zora"_120_1500\x15\n@End\n')
    assert list(t.turns["start"]) == [0.12]
    assert ("cue id", '%snd:"zora"_') in [(p.place, p.text) for p in t.beside]


def test_a_line_outside_every_tier_is_kept():
    t = read("@Begin\nstray words\n*PAR:\thello .\n@End\n")
    assert ("note", "stray words") in [(p.place, p.text) for p in t.beside]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TALK.replace("@End\n", ""), "the document stops before its end mark; ask for it again"),
        (TALK.replace("120_1500", "1500_120"), "line 8: the end is before the start"),
        (TALK + "x\x01", "the content is not text but a binary file; export the transcript itself"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text, problem):
    assert read_transcript(text.encode(), "I0001.cha").problems == [problem]


def test_a_day_that_does_not_exist_is_kept_as_written():
    assert read(TALK.replace("02-MAR-2017", "31-FEB-2017"), header=("date",)).header == {"date": "31-FEB-2017"}
