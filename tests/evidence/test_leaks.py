"""Names and other identifiers are found wherever they hide; what is said of them never holds them."""

from __future__ import annotations

import io

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.detectors import Entry, Patterns, Registry
from evidence.leaks import find_leaks
from evidence.transcripts import read_transcript

REGISTRY = Registry(
    [
        Entry("name", "Heather O’Brien"),
        Entry("name", "José de la Cruz"),
        Entry("name", "Mark Will"),
        Entry("name", "Mary-Ann Özil"),
        Entry("name", "June Ng"),
        Entry("alias", "big T"),
        Entry("site", "Harbor House"),
    ]
)


def kinds(text: str) -> list[str]:
    return [span.kind for span in REGISTRY.find(text)]


def covered(text: str) -> list[str]:
    return [text[span.start : span.end] for span in REGISTRY.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I told Heather about it", ["Heather"]),
        ("i told heather about it", ["heather"]),
        ("Heather's house, HEATHER", ["Heather", "HEATHER"]),
        ("Heather O'Brien was there", ["Heather O'Brien"]),
        ("O’BRIEN, HEATHER", ["O’BRIEN, HEATHER"]),
        ("jose and José", ["jose", "José"]),
        ("Mary Ann ozil", ["Mary Ann ozil"]),
        ("mary  ann", ["mary  ann"]),
        ("Hea- ther came", ["Hea- ther"]),
        ("it is H e a t h e r", ["H e a t h e r"]),
        ("it is H-E-A-T-H-E-R.", ["H-E-A-T-H-E-R"]),
        ("they call him Big T here", ["Big T"]),
        ("over at harbor house", ["harbor house"]),
        ("heathery heath sheather house harbor", []),
        ("de la Warr", []),
    ],
)
def test_every_way_of_writing_a_registered_name(text, found):
    assert covered(text) == found


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("we will mark it in june", 0),
        ("then Mark said so", 1),
        ("Will you go? May I? Mark my words", 0),
        ("Will said no", 1),
        ("since June it is better", 0),
        ("and June told me", 1),
        ("mark will knows", 1),
    ],
)
def test_everyday_words_count_only_when_they_look_like_a_name(text, hits):
    assert len(kinds(text)) == hits


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_rare_name_is_found_at_its_place_in_any_surroundings(before, after):
    text = f"{before} Heather {after}"
    assert any(text[s.start : s.end].casefold().startswith("heather") for s in REGISTRY.find(text))


@given(st.text(max_size=80))
def test_spans_lie_inside_the_text_and_do_not_overlap(text):
    for find in (REGISTRY.find, Patterns().find):
        end = 0
        for span in find(text):
            assert end <= span.start < span.end <= len(text)
            end = span.end


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ann.lee@example.org please", "email"),
        ("write to annlee at example dot org", "email"),
        ("call 555-123-4567 today", "phone"),
        ("call (555) 123-4567 today", "phone"),
        ("call +49 30 1234567 today", "phone"),
        ("it is five five five, one two three four", "phone"),
        ("my number 123-45-6789", "national_id"),
        ("see https://example.org/x", "url"),
        ("I am @ann_lee there", "handle"),
        ("born on March 3, 1971 in", "birth_date"),
        ("DOB: 03/04/1971", "birth_date"),
        ("lives at 12 Old Mill Road", "street_address"),
    ],
)
def test_identifiers_by_shape(text, kind):
    assert [span.kind for span in Patterns().find(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30 we met",
        "666-12-1234",
        "in 1998 and 2001",
        "[phone 555-123-4567]",
        "one two three",
        "3 to 4 people",
        "00:01:02.500",
    ],
)
def test_what_only_looks_like_an_identifier(text):
    assert Patterns().find(text) == []


def test_an_empty_registry_finds_nothing():
    assert Registry([]).find("Heather") == []


def test_the_whole_file_is_scanned():
    data = (
        "WEBVTT\n\nNOTE typed for Heather\n\nheather-1\n00:01.000 --> 00:02.000\n<v Heather>Hello</v>\n\n"
        "00:03.000 --> 00:04.000\n<v Heather>I am José</v>\n"
    )
    transcript = read_transcript(data.encode(), "heather_I0001.vtt")
    leaks = find_leaks(transcript, [REGISTRY], name="heather_I0001.vtt")
    assert [leak.place for leak in leaks] == [
        "file name", "note in line 3", "cue id in line 5", "speaker label in turn 1", "turn 2",
    ]  # fmt: skip


def test_document_properties_and_comments_are_scanned():
    document = docx.Document()
    document.core_properties.author = "Heather O'Brien"
    document.add_paragraph("P: hello")
    document.add_comment(document.paragraphs[0].runs, text="ask José", author="me", initials="m")
    stream = io.BytesIO()
    document.save(stream)
    transcript = read_transcript(stream.getvalue(), "I0001.docx", labels={"P"})
    places = {leak.place for leak in find_leaks(transcript, [REGISTRY], name="I0001.docx", labels={"P"})}
    assert places == {"property author", "comment in line 1"}


def test_declared_labels_are_codes_and_not_scanned():
    transcript = read_transcript(b"Mark: hello\n", "I0001.txt", labels={"Mark"})
    assert find_leaks(transcript, [REGISTRY], labels={"Mark"}) == []
