"""ELAN: tiers to turns by time, dependent tiers and metadata beside them, and XML that is not to be trusted."""

from __future__ import annotations

import math

import pytest

from evidence.transcripts import read_transcript

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="{author}" DATE="2017-03-02" FORMAT="3.0" '
    'VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
MEDIA = (
    '<HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="file:///home/zora/I0001.wav"/>'
    '<PROPERTY NAME="interview">I0001</PROPERTY></HEADER>'
)


def times(*milliseconds):
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{i}"' + ("/>" if ms is None else f' TIME_VALUE="{ms}"/>')
        for i, ms in enumerate(milliseconds)
    )
    return f"<TIME_ORDER>{slots}</TIME_ORDER>"


def tier(id, annotations, **attributes):
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    inner = "".join(f"<ANNOTATION>{a}</ANNOTATION>\n" for a in annotations)
    return f'<TIER LINGUISTIC_TYPE_REF="t" TIER_ID="{id}"{told}>{inner}</TIER>'


def aligned(id, first, last, words):
    return (
        f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{last}">'
        f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>"
    )


def referring(id, to, words):
    return (
        f'<REF_ANNOTATION ANNOTATION_ID="{id}" ANNOTATION_REF="{to}"><ANNOTATION_VALUE>{words}</ANNOTATION_VALUE>'
        "</REF_ANNOTATION>"
    )


def eaf(*parts, author=""):
    return (HEAD.format(author=author) + "\n".join(parts) + "</ANNOTATION_DOCUMENT>").encode()


def read(data, **options):
    transcript = read_transcript(data, "I0001.eaf", **options)
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    return transcript


def rows(transcript):
    return list(transcript.turns[["start", "end", "speaker", "text"]].itertuples(index=False, name=None))


TALK = (
    MEDIA,
    times(0, 1500, 1600, 4000, 4100, 5000),
    tier("I-utt", [aligned("a1", 0, 1, "How was it?"), aligned("a3", 4, 5, "I &amp; we")], PARTICIPANT="I"),
    tier("P-utt", [aligned("a2", 2, 3, "So it was.")], PARTICIPANT="P", ANNOTATOR="Cy"),
    tier("P-gloss", [referring("a4", "a2", "it is so")], PARENT_REF="P-utt"),
)


def test_tiers_become_turns_in_the_order_of_time():
    t = read(eaf(*TALK), header=("interview",))
    assert rows(t) == [(0.0, 1.5, "I", "How was it?"), (1.6, 4.0, "P", "So it was."), (4.1, 5.0, "I", "I & we")]
    assert t.header == {"interview": "I0001"}
    assert t.problems == []
    assert (t.cues, t.arrows) == (4, 4)


def test_dependent_tiers_authors_and_media_are_kept_beside():
    found = {(p.place, p.text) for p in read(eaf(*TALK, "<!-- by Dee -->", author="Bo")).beside}
    assert found == {
        ("tier", "it is so"),
        ("property author", "Bo"),
        ("property", "interview: I0001"),
        ("metadata media url", "file:///home/zora/I0001.wav"),
        ("metadata annotator", "Cy"),
        ("metadata participant", "I"),
        ("metadata participant", "P"),
        ("metadata tier id", "I-utt"),
        ("metadata tier id", "P-utt"),
        ("metadata tier id", "P-gloss"),
        ("comment", "by Dee"),
    }


def test_a_tier_of_numbers_gives_its_times_to_the_words_below_it():
    t = read(
        eaf(
            times(0, 1500),
            tier("ref@P", [aligned("a1", 0, 1, "P.001")], PARTICIPANT="P"),
            tier("tx@P", [referring("a2", "a1", "so it was")], PARENT_REF="ref@P", PARTICIPANT="P"),
            tier("ft@P", [referring("a3", "a2", "in other words")], PARENT_REF="tx@P"),
        )
    )
    assert rows(t) == [(0.0, 1.5, "P", "so it was")]
    assert [p.text for p in t.beside if p.place == "tier"] == ["P.001", "in other words"]


def test_a_slot_without_time_keeps_its_place_in_the_tier():
    t = read(
        eaf(
            times(0, None, None, 3000),
            tier("P", [aligned("a1", 0, 1, "one"), aligned("a2", 1, 2, "two"), aligned("a3", 2, 3, "three")]),
        )
    )
    assert list(t.turns["text"]) == ["one", "two", "three"]
    assert [math.isnan(s) for s in t.turns["start"]] == [False, True, True]


def test_references_in_a_circle_end():
    t = read(eaf(times(0), tier("P", [referring("a1", "a2", "one word"), referring("a2", "a1", "two words")])))
    assert list(t.turns["text"]) == ["one word", "two words"]


@pytest.mark.parametrize(
    ("slots", "problem"),
    [(times(2000, 1000), "line 4: the end is before the start"), (times("x", 1000), "the times cannot be read")],
)
def test_wrong_times_are_named_and_their_words_kept(slots, problem):
    t = read(eaf(slots, tier("P", [aligned("a1", 0, 1, "so it was")])))
    assert t.problems == [problem]
    assert list(t.turns["text"]) == ["so it was"]


def test_words_in_a_character_block_and_in_utf_16_are_kept():
    data = eaf(times(0, 1), tier("P", [aligned("a1", 0, 1, "<![CDATA[Grüße & <more>]]>")]))
    wide = data.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    for t in (read(data), read(wide)):
        assert list(t.turns["text"]) == ["Grüße & <more>"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "zora"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<ANNOTATION_DOCUMENT><TIER TIER_ID='P'>&c;</TIER></ANNOTATION_DOCUMENT>"
)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (BOMB.encode(), "the document declares XML entities, which no transcript needs; save it anew"),
        (BOMB.encode("utf-16"), "the document declares XML entities, which no transcript needs; save it anew"),
        (eaf(*TALK)[:-40], "the document is damaged and cannot be opened; ask for it again"),
        (eaf("<A>" * 300 + "</A>" * 300), "the document is damaged and cannot be opened; ask for it again"),
        (eaf(times(0)), "the file holds no text; ask for it again"),
        (b"I: hello", "the document is damaged and cannot be opened; ask for it again"),
    ],
    ids=["entities", "wide entities", "cut", "deep", "empty", "text"],
)
def test_what_is_wrong_is_said(data, problem):
    assert read_transcript(data, "I0001.eaf").problems == [problem]
