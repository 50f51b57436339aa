"""Exports as vendors lay them out, with the turns they must give. Every name is made up."""

from __future__ import annotations

import io
import math

import docx
import pytest

from evidence.transcripts import read_transcript

GUID = "62f2d0bd-4b83-4eb6-8b4b-6fd8ac0a0a57"

ZOOM_VTT = """WEBVTT

1
00:00:03.240 --> 00:00:05.910
Ann Interviewer: How did you come to this work?

2
00:00:06.000 --> 00:00:09.120
Bo Participant: I was asked: would you?

3
00:00:09.500 --> 00:00:11.000
Bo Participant: So I did.

4
00:00:11.200 --> 00:00:12.000
Ann Interviewer: Right.
"""

TEAMS_VTT = f"""WEBVTT

{GUID}/15-0
00:00:03.240 --> 00:00:05.910
<v Ann Interviewer>How did you come
to this work?</v>

{GUID}/22-1
00:00:06.000 --> 00:00:09.120
<v Bo Participant>I was asked.</v>
"""

WEBEX_VTT = """WEBVTT

1 "Ann Interviewer" (3204022784)
00:00:03.240 --> 00:00:05.910
How did you come to this work?

2 "Bo Participant" (1879309056)
00:00:06.000 --> 00:00:09.120
I was asked.
"""

NOSCRIBE_VTT = """WEBVTT I0001

NOTE
Transcribed with noScribe vers. 0.7
Audio file: /home/zora/I0001.wav
(Language: English (en) | Speaker detection: 2)


NOTE media: /home/zora/I0001.wav

1
00:00:03.240 --> 00:00:05.910
<v S00>How did you come &amp; when?

2
00:00:06.000 --> 00:00:09.12
<v S01>I was asked. //S00: Mhm.//

3
00:00:10.000 --> 00:00:11.000
<v >Nobody knows.
"""

OTTER_TXT = """Ann Interviewer  0:03
How did you come to this work?

Bo Participant  0:06
I was asked. At 10:30 they called.

Ann Interviewer  1:02:09
Right.

Cy Visitor  1:02:11
Hello.

Transcribed by https://otter.ai
"""

OTTER_SRT = """1
00:00:03,240 --> 00:00:05,910
Ann Interviewer: How did you come to this work?

2
00:00:06,000 --> 00:00:09,120
Bo Participant: I was asked.

3
00:00:09,500 --> 00:00:11,000
Ann Interviewer: By whom?

4
00:00:11,500 --> 00:00:12,000
Bo Participant: By them.
"""

REV_TXT = """Speaker 1 (00:03):
How did you come to this work?

Speaker 2 (00:06):
I was asked.

Speaker 1 (01:02:09):
Right.
"""

NOSCRIBE_TXT = """I0001

Transcribed with noScribe vers. 0.7
Audio file: /home/zora/I0001.wav
(Language: English (en))

S00: How did you come to this work?

S01: I was asked. //S00: Mhm.// So I did.

S00: [00:00:09] Right.

S01: Yes.
"""

WHISPER_TXT = """[00:00.000 --> 00:02.480]  How did you come to this work?
[00:02.480 --> 01:00:05.000]  I was asked.
"""

ZOOM_CAPTIONS = """[Ann Interviewer] 15:05:03
How did you come to this work?

[Bo Participant] 15:05:06
I was asked.

[Ann Interviewer] 15:05:09
Right.
"""

A, B = "Ann Interviewer", "Bo Participant"


def said(transcript):
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    assert transcript.problems == []
    starts = [None if math.isnan(s) else s for s in transcript.turns["start"]]
    return list(zip(starts, transcript.turns["speaker"], transcript.turns["text"], strict=True))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            ZOOM_VTT, "I0001.vtt",
            [(3.24, A, "How did you come to this work?"), (6.0, B, "I was asked: would you?"), (9.5, B, "So I did."),
             (11.2, A, "Right.")],
        ),
        (TEAMS_VTT, "I0001.vtt", [(3.24, A, "How did you come to this work?"), (6.0, B, "I was asked.")]),
        (WEBEX_VTT, "I0001.vtt", [(3.24, A, "How did you come to this work?"), (6.0, B, "I was asked.")]),
        (
            NOSCRIBE_VTT, "I0001.vtt",
            [(3.24, "S00", "How did you come & when?"), (6.0, "S01", "I was asked. //S00: Mhm.//"),
             (10.0, "", "Nobody knows.")],
        ),
        (
            OTTER_TXT, "I0001.txt",
            [(3.0, A, "How did you come to this work?"), (6.0, B, "I was asked. At 10:30 they called."),
             (3729.0, A, "Right."), (3731.0, "Cy Visitor", "Hello.")],
        ),
        (
            OTTER_SRT, "I0001.srt",
            [(3.24, A, "How did you come to this work?"), (6.0, B, "I was asked."), (9.5, A, "By whom?"),
             (11.5, B, "By them.")],
        ),
        (
            REV_TXT, "I0001.txt",
            [(3.0, "Speaker 1", "How did you come to this work?"), (6.0, "Speaker 2", "I was asked."),
             (3729.0, "Speaker 1", "Right.")],
        ),
        (
            NOSCRIBE_TXT, "I0001.txt",
            [(None, "S00", "How did you come to this work?"), (None, "S01", "I was asked. //S00: Mhm.// So I did."),
             (9.0, "S00", "Right."), (None, "S01", "Yes.")],
        ),
        (WHISPER_TXT, "I0001.txt", [(0.0, "", "How did you come to this work?"), (2.48, "", "I was asked.")]),
        (
            ZOOM_CAPTIONS, "I0001.txt",
            [(54303.0, A, "How did you come to this work?"), (54306.0, B, "I was asked."), (54309.0, A, "Right.")],
        ),
    ],
    ids=["zoom", "teams", "webex", "noscribe", "otter", "otter srt", "rev", "noscribe txt", "whisper", "captions"],
)  # fmt: skip
def test_an_export_gives_its_turns(text, name, expected):
    assert said(read_transcript(text.encode(), name)) == expected


@pytest.mark.parametrize(
    ("text", "name", "beside"),
    [
        (TEAMS_VTT, "I0001.vtt", [("cue id", f"{GUID}/15-0"), ("cue id", f"{GUID}/22-1")]),
        (WEBEX_VTT, "I0001.vtt", []),
        (OTTER_TXT, "I0001.txt", [("footer", "Transcribed by https://otter.ai")]),
        (
            NOSCRIBE_TXT,
            "I0001.txt",
            [
                ("header", "I0001"),
                ("header", "Transcribed with noScribe vers. 0.7"),
                ("header", "Audio file: /home/zora/I0001.wav"),
                ("header", "(Language: English (en))"),
            ],
        ),
    ],
    ids=["teams", "webex", "otter", "noscribe txt"],
)
def test_what_a_vendor_prints_around_the_talk_is_kept_beside(text, name, beside):
    assert [(p.place, p.text) for p in read_transcript(text.encode(), name).beside] == beside


def test_the_audio_file_named_in_a_noscribe_note_is_kept_for_the_leak_check():
    notes = [p.text for p in read_transcript(NOSCRIBE_VTT.encode(), "I0001.vtt").beside if p.place == "note"]
    assert "Audio file: /home/zora/I0001.wav" in notes
    assert "NOTE media: /home/zora/I0001.wav" in notes


@pytest.fixture
def document():
    made = docx.Document()
    for name in ("author", "title", "comments"):
        setattr(made.core_properties, name, "")
    return made


def read_saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return read_transcript(stream.getvalue(), "I0001.docx")


def test_a_teams_document_gives_its_turns(document):
    for text in ("Interview-20170302_101500-Meeting Recording", "2 March 2017, 10:15am", "27m 42s",
                 "Ann Interviewer started transcription"):  # fmt: skip
        document.add_paragraph(text)
    for head, words in (("Ann Interviewer   0:03", "How?"), ("Bo Participant   0:06", "So."),
                        ("Ann Interviewer   1:02:09", "Right.")):  # fmt: skip
        document.add_paragraph(f"{head}\n{words}")
    document.add_paragraph("Ann Interviewer stopped transcription")
    t = read_saved(document)
    assert said(t) == [(3.0, A, "How?"), (6.0, B, "So."), (3729.0, A, "Right.")]
    assert [(p.place, p.text) for p in t.beside] == [
        ("header", "Interview-20170302_101500-Meeting Recording"),
        ("header", "2 March 2017, 10:15am"),
        ("header", "27m 42s"),
        ("header", "Ann Interviewer started transcription"),
        ("footer", "Ann Interviewer stopped transcription"),
    ]


def test_a_teams_document_of_before_2023_gives_times_names_and_words(document):
    for arrow, name, words in (("0:0:3.240 --> 0:0:5.910", A, "How did you come\nto this work?"),
                               ("0:0:6.0 --> 0:1:9.120", B, "I was asked.")):  # fmt: skip
        document.add_paragraph(f"{arrow}\n{name}\n{words}")
    t = read_saved(document)
    assert said(t) == [(3.24, A, "How did you come to this work?"), (6.0, B, "I was asked.")]
    assert list(t.turns["end"]) == [5.91, 69.12]


def test_an_otter_document_with_keywords_and_speakers(document):
    for text in ("Interview one", "SUMMARY KEYWORDS", "work, asked", "SPEAKERS", "Bo Participant, Ann Interviewer"):
        document.add_paragraph(text)
    for text in ("Ann Interviewer  00:03", "How?", "Bo Participant  00:06", "So.", "Ann Interviewer  00:09", "Right."):
        document.add_paragraph(text)
    t = read_saved(document)
    assert said(t) == [(3.0, A, "How?"), (6.0, B, "So."), (9.0, A, "Right.")]
    assert [p.text for p in t.beside] == [
        "Interview one",
        "SUMMARY KEYWORDS",
        "work, asked",
        "SPEAKERS",
        "Bo Participant, Ann Interviewer",
    ]


def test_a_rev_document_gives_its_turns(document):
    for text in ("Speaker 1 (00:03):", "How?", "Speaker 2 (00:06):", "So.", "Speaker 1 (00:09):", "Right."):
        document.add_paragraph(text)
    assert said(read_saved(document)) == [
        (3.0, "Speaker 1", "How?"), (6.0, "Speaker 2", "So."), (9.0, "Speaker 1", "Right.")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "shape", ["{who} [{at}] {words}", "[{at}] {who}: {words}", "{who} [{at}]\n{words}", "{who}\n[{at}] {words}"]
)
def test_name_and_time_in_brackets_as_trint_and_others_put_them(document, shape):
    turns = [
        (A, "00:00:03", "How did it go?"),
        (B, "00:00:06", "So."),
        (A, "00:00:09", "Right."),
        (B, "00:00:11", "Y."),
    ]
    for who, at, words in turns:
        document.add_paragraph(shape.format(who=who, at=at, words=words))
    stream = io.BytesIO()
    document.save(stream)
    t = read_transcript(stream.getvalue(), "I0001.docx", labels=[A, B])
    assert [w for _, _, w in said(t)] == ["How did it go?", "So.", "Right.", "Y."]
    assert [s for _, s, _ in said(t)] == [A, B, A, B]
    assert [at for at, _, _ in said(t)] == [3.0, 6.0, 9.0, 11.0]


def test_the_head_of_a_table_is_no_turn(document):
    table = document.add_table(rows=3, cols=3)
    rows = [("Time", "Speaker", "Text"), ("00:03", A, "How?"), ("00:06", B, "So.")]
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    t = read_transcript(stream.getvalue(), "I0001.docx", labels=[A, B])
    assert said(t) == [(3.0, A, "How?"), (6.0, B, "So.")]
    assert [p.place for p in t.beside] == ["header"]


def test_times_at_the_end_of_lines_make_nobody_a_speaker():
    text = "I went home (00:01)\n\nIt was late (00:03)\n\nAnd then I slept (00:05)\n"
    assert [s for _, s, _ in said(read_transcript(text.encode(), "I0001.txt"))] == ["", "", ""]


def test_somebody_speaking_of_a_transcription_is_no_mark_of_a_vendor():
    text = "I: Hello.\nP: And then\n\nAnn started transcription\n\nI: Yes.\n"
    t = read_transcript(text.encode(), "I0001.txt", labels=["I", "P"])
    assert [w for _, _, w in said(t)] == ["Hello.", "And then", "Ann started transcription", "Yes."]
