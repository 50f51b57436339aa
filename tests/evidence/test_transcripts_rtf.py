"""Rich text: paragraphs, what hides in its groups, and files that only look like it."""

from __future__ import annotations

import pytest

from evidence.transcripts import read_transcript

HEAD = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Calibri;}{\f1\fcharset204 Arial;}}{\colortbl;\red9;}"


def read(body: str, *, head: str = HEAD, name: str = "I0001.rtf", **options):
    transcript = read_transcript((head + body + "}").encode("latin-1"), name, labels={"I", "P"}, **options)
    assert transcript.letters_kept == transcript.letters_in
    return transcript


def rows(transcript):
    return list(transcript.turns[["speaker", "text"]].itertuples(index=False, name=None))


def beside(transcript):
    return [(p.place, p.text) for p in transcript.beside]


def test_paragraphs_are_turns_and_lines_go_on():
    t = read(r"\pard\b I:\b0  How?\par" "\n" r"P: So\line it was.\par Unlabelled.\par")
    assert rows(t) == [("I", "How?"), ("P", "So it was."), ("", "Unlabelled.")]
    assert list(t.turns["source_line"]) == [1, 2, 3]
    assert t.problems == []
    assert t.format == "rtf"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"M\'fcller", "Müller"),
        (r"\u8364?5", "€5"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"\uc2\u252\'81\'7dx", "üx"),
        (r"\f1\'cf\'f0\'e8\f0 x", "Приx"),
        (r"\ldblquote a\rdblquote\emdash b\~c", "“a”—b c"),
        (r"\{a\}\\b", r"{a}\b"),
        (r"{\upr{ansi}{\*\ud{unicode}}}", "unicode"),
        (r"a\tab b\_c\-d", "a\tb-cd"),
    ],
)
def test_characters_are_read_as_the_specification_says(body, words):
    assert rows(read(rf"P: {body}\par")) == [("P", words)]


def test_what_hides_is_kept_beside():
    t = read(
        r"{\info{\title Talk}{\author Ann}{\operator Bo}{\creatim\yr2017}}{\header\pard Top\par}{\footer\pard Foot\par}"
        r"P: open {\v secret}{\v0 shown}{\deleted gone}{\footnote\pard noted}"
        r"{\*\atnid CY}{\*\atnauthor Cy Lee}{\*\annotation\pard who?}"
        r'{\field{\*\fldinst HYPERLINK "mailto:zora@example.org"}{\fldrslt link}}'
        r"{\shp{\*\shpinst{\sp{\sn x}{\sv alt}}{\shptxt boxed}}}{\*\mystery odd}{\pict\pngblip 89504e47}\par"
    )
    assert rows(t) == [("P", "open shownlink")]
    assert beside(t) == [
        ("property title", "Talk"),
        ("property author", "Ann"),
        ("property last modified by", "Bo"),
        ("header", "Top"),
        ("footer", "Foot"),
        ("hidden text", "secret"),
        ("deleted text", "gone"),
        ("footnote", "noted"),
        ("author of a comment", "CY Cy Lee"),
        ("comment", "who?"),
        ("link", 'HYPERLINK "mailto:zora@example.org"'),
        ("metadata shape", "alt"),
        ("text box", "boxed"),
        ("metadata field", "odd"),
    ]


def test_binary_data_is_skipped_by_its_length():
    assert rows(read("{\\pict\\bin5 }}{{\\}P: after\\par")) == [("P", "after")]


def test_a_length_beyond_the_file_skips_nothing():
    assert rows(read("{\\pict\\bin999999 }P: after\\par")) == [("P", "after")]


def test_raw_bytes_are_read_by_the_code_page():
    t = read_transcript((HEAD + "P: M\xfcller\x92s\\par}").encode("latin-1"), "I0001.rtf", labels={"P"})
    assert rows(t) == [("P", "Müller’s")]
    assert t.letters_kept == t.letters_in


def test_words_after_the_end_are_not_lost():
    t = read_transcript((HEAD + r"P: said\par} beyond").encode(), "I0001.rtf", labels={"P"})
    assert rows(t) == [("P", "said")]
    assert beside(t) == [("hidden text", "beyond")]


def test_a_header_block_is_read():
    t = read(r"Interview: I0001\par Date: 2017-03-02\par P: So.\par", header=("interview", "date"))
    assert t.header == {"interview": "I0001", "date": "2017-03-02"}
    assert rows(t) == [("P", "So.")]


def test_bytes_of_no_code_page_are_counted():
    assert read(r"P: a\'81b\par").undecoded == 1


def test_letters_another_reader_sees_are_counted_in(monkeypatch):
    monkeypatch.setattr("evidence.transcripts.rtf.rtf_to_text", lambda raw, errors: "P: said and more")
    t = read_transcript((HEAD + r"P: said\par}").encode(), "I0001.rtf", labels={"P"})
    assert (t.letters_in, t.letters_kept) == (12, 5)


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_a_font_table_without_character_sets_takes_no_time():
    t = read_transcript(b"{\\rtf1{\\fonttbl" + b"\\f1" * 50_000 + b"}P: said\\par}", "I0001.rtf", labels={"P"})
    assert rows(t) == [("P", "said")]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (HEAD.encode() + rb"P: said", "the document stops before its end mark; ask for it again"),
        (b"{\\rtf1" + b"{" * 600 + b"x", "the document is nested deeper than any transcript; save it anew"),
        (b"{\\rtf1}", "the file holds no text; ask for it again"),
        (b"P: said", "the document is damaged and cannot be opened; ask for it again"),
    ],
)
def test_what_is_wrong_is_said(data, problem):
    assert read_transcript(data, "I0001.rtf").problems == [problem]
