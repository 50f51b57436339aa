"""Plain text with speaker turns, and what makes bytes text at all."""

from __future__ import annotations

import hashlib

import pytest

from evidence.transcripts import read_transcript


def read(text: str, **options):
    transcript = read_transcript(text.encode(), "I0001.txt", **options)
    assert transcript.letters_kept == transcript.letters_in
    return transcript


def rows(transcript, *columns):
    return list(transcript.turns[list(columns)].itertuples(index=False, name=None))


def test_labels_begin_turns_and_lines_without_blank_go_on():
    t = read(
        "Interviewer: How was it?\nIn the end?\nParticipant: Good.\n\nParticipant: Really.\n",
        labels={"Interviewer", "Participant"},
    )
    assert rows(t, "turn", "speaker", "text", "source_line") == [
        (1, "Interviewer", "How was it? In the end?", 1),
        (2, "Participant", "Good.", 3),
        (3, "Participant", "Really.", 5),
    ]


def test_a_paragraph_without_a_label_is_a_turn_without_a_speaker():
    t = read("I: How?\n\nJust so.\n", labels={"I"})
    assert rows(t, "speaker", "text") == [("I", "How?"), ("", "Just so.")]


def test_a_label_seen_once_is_speech_and_seen_twice_a_speaker():
    once = read("Reason: none\n\nOther words\n")
    twice = read("Mo: none\n\nMo: more\n")
    assert rows(once, "speaker", "text") == [("", "Reason: none"), ("", "Other words")]
    assert rows(twice, "speaker") == [("Mo",), ("Mo",)]


def test_a_slip_in_a_declared_label_is_still_a_speaker():
    t = read("Intervewer: How?\n\nParticipant: So.\n", labels={"Interviewer", "Participant"})
    assert rows(t, "speaker") == [("Intervewer",), ("Participant",)]


@pytest.mark.parametrize(
    "head",
    ["[00:01:05] I: ", "I [00:01:05]: ", "I: [00:01:05] ", "(1:05) I: ", "I (01:05): ", "00:01:05 I: ", "I  0:01:05\n"],
)
def test_times_beside_a_label_become_starts(head):
    t = read(f"{head}How was it at 10:30?\n", labels={"I"})
    assert rows(t, "start", "speaker", "text") == [(65.0, "I", "How was it at 10:30?")]


def test_a_label_on_a_line_of_its_own_takes_the_next_paragraph():
    t = read("I:\n\nHow was it?\n\nP:\nGood.\n", labels={"I", "P"})
    assert rows(t, "speaker", "text") == [("I", "How was it?"), ("P", "Good.")]


def test_a_tab_after_a_declared_label():
    assert rows(read("I\tHow?\nP\tSo.\n", labels={"I", "P"}), "speaker", "text") == [("I", "How?"), ("P", "So.")]


@pytest.mark.parametrize("label", ["I:", "I :", "[I]:", "I：", "[I] :", "I:\u00a0"])
def test_a_label_in_brackets_or_with_another_colon(label):
    t = read(f"{label} How?\n\n{label} Why: so\n", labels=())
    assert rows(t, "speaker", "text") == [("I", "How?"), ("I", "Why: so")]


def test_a_colon_without_a_space_counts_for_declared_labels_only():
    t = read("I:How?\n\nhttp://x.example\n\nat 10:30\n", labels={"I"})
    assert rows(t, "speaker", "text") == [("I", "How?"), ("", "http://x.example"), ("", "at 10:30")]


def test_overlap_marks_are_not_speakers():
    t = read("S01: I went //S02: did you?// home\n\nS01: yes\n\n//S02: no//\n")
    assert rows(t, "speaker") == [("S01",), ("S01",), ("",)]


def test_the_declared_header_is_apart_from_the_turns():
    t = read(
        "Interview: I0001\nDate: 2017-03-02\n\nI: Interview: really?\n", labels={"I"}, header=["interview", "date"]
    )
    assert t.header == {"interview": "I0001", "date": "2017-03-02"}
    assert rows(t, "text") == [("Interview: really?",)]


def test_the_digest_is_of_the_raw_bytes():
    data = "\ufeffI: Grüße\r\n".encode()
    assert read_transcript(data, "I0001.txt").sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["I0001.vtt", "I0001.txt"])
def test_wide_text_is_known_by_how_it_opens(name):
    t = read_transcript("WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n".encode("utf-16"), name)
    assert (t.format, rows(t, "text")) == ("vtt", [("Yes.",)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_utf8_text_is_decoded(encoding):
    t = read_transcript("I: Grüße aus Köln".encode(encoding), "I0001.txt", labels={"I"})
    assert rows(t, "text") == [("Grüße aus Köln",)]
    assert t.undecoded == 0


def test_a_legacy_code_page_is_read_only_when_declared():
    data = "I: Grüße".encode("cp1252")
    assert read_transcript(data, "I0001.txt").problems == [
        "not UTF-8, nor the code page declared in study.yaml; save it as UTF-8, or declare its code page"
    ]
    assert rows(read_transcript(data, "I0001.txt", legacy_encoding="cp1252", labels={"I"}), "text") == [("Grüße",)]


def test_text_decoded_twice_and_replacement_characters_are_counted():
    assert read_transcript("I: GrÃ¼Ã\x9fe \ufffd itâ€™s".encode(), "I0001.txt").undecoded == 4


@pytest.mark.parametrize(
    ("data", "name", "problem"),
    [
        (b"", "I0001.txt", "the file holds no text; ask for it again"),
        (b" \r\n\t\n", "I0001.txt", "the file holds no text; ask for it again"),
        (b"\xef\xbb\xbf\n", "I0001.vtt", "the file holds no text; ask for it again"),
        (b"WEBVTT\n\n", "I0001.vtt", "the file holds no text; ask for it again"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00",
            "I0001.txt",
            "the content is not text but a picture; export the transcript itself",
        ),
        (b"abc\x00\x01\x02def", "I0001.txt", "the content is not text but a binary file; export the transcript itself"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"),
            "I0001.docx",
            "the document is locked with a password; save it without one",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le"),
            "I0001.docx",
            "the document is in the old .doc format; save it as .docx",
        ),
        (b"I: hello", "I0001.docx", "the document is damaged and cannot be opened; ask for it again"),
        (b"PK\x03\x04garbage", "I0001.docx", "the document is damaged and cannot be opened; ask for it again"),
        (b"I: hello", "I0001.rtf", "the document is damaged and cannot be opened; ask for it again"),
        (
            b"I: hello",
            "I0001",
            "this format cannot be read; send .vtt, .srt, .docx, .txt, .rtf, .pdf, .json, .eaf or .cha",
        ),
        (
            b" " * 50_000_001,
            "I0001.txt",
            "the file is larger than 50 MB, the most that is read; send the transcript without its pictures",
        ),
    ],
)
def test_what_is_no_transcript_says_why_and_has_no_turns(data, name, problem):
    t = read_transcript(data, name)
    assert problem in t.problems
    assert not t.readable


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n", "I0001.txt", "WebVTT (.vtt)"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n", "I0001.srt", "WebVTT (.vtt)"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nYes.\n", "I0001.log", "WebVTT (.vtt)"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nYes.\n", "I0001.vtt", "SubRip (.srt)"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nYes.\n", "I0001.txt", "SubRip (.srt)"),
        (b"Yes.\n", "I0001.srt", "plain text (.txt)"),
        (b"Yes.\n", "I0001.cha", "plain text (.txt)"),
        (b"{\\rtf1 Yes.}", "I0001.docx", "rich text (.rtf)"),
        (b'{"segments": [{"start": 1, "end": 2, "text": "Yes."}]}', "I0001.txt", "JSON (.json)"),
        (b"@UTF8\n@Begin\n*PAR:\tYes.\n@End\n", "I0001.txt", "a CHAT file (.cha)"),
    ],
)
def test_a_wrong_ending_is_named_and_the_words_are_read(data, name, what):
    t = read_transcript(data, name)
    assert t.problems == [
        f"the content is not what the file's ending says: it is {what}; rename it, or ask if it is the right file"
    ]
    assert rows(t, "text") == [("Yes.",)]


PACKED = b"PK\x03\x04" + bytes(26)
WEB_PAGE = "the content is a web page; export the transcript as .vtt, .docx or .txt instead of saving the page"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<!DOCTYPE html><html><p>I: hello</p></html>", ""),
        (b"\n<!-- saved -->\n<HTML><body>x", ""),
        (PACKED + b"xl/workbook.xml", "an Excel workbook"),
        (PACKED + b"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text (.odt)"),
        (b"ID3\x04", "a sound or video recording"),
        (bytes(4) + b"ftypM4A ", "a sound or video recording"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    ],
    ids=["page", "saved page", "workbook", "odt", "mp3", "m4a", "xls"],
)
@pytest.mark.parametrize("name", ["I0001.txt", "I0001.vtt", "I0001.docx"])
def test_what_else_a_file_is_is_said(data, what, name):
    expected = f"the content is not text but {what}; export the transcript itself" if what else WEB_PAGE
    assert read_transcript(data, name).problems == [expected]


def test_tags_in_speech_are_no_web_page():
    assert rows(read("I: <html> is a tag\n", labels={"I"}), "text") == [("<html> is a tag",)]


def test_a_first_turn_by_a_label_that_is_also_a_header_field_is_a_turn():
    data = b"Interviewer: Hello, and thank you.\n\nParticipant: You are welcome."
    said = read_transcript(data, "I0001.txt", labels=("Interviewer", "Participant"), header=("interviewer", "date"))
    assert list(said.turns["speaker"]) == ["Interviewer", "Participant"]
    assert said.header == {}


@pytest.mark.timeout(30)
def test_a_line_of_nothing_but_spaces_takes_no_time_to_tell_from_a_label():
    assert rows(read("A" + " " * 300_000 + "x:\n", labels={"I"}), "speaker") == [("",)]
