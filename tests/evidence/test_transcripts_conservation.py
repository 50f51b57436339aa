"""Whatever the bytes are: no exception, and no letter lost without being counted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.transcripts import read_transcript

WORDS = """--> 00:01.000 00:00:01,5 60 00:99:99 I: P1: </v> <i> < > &amp; & {\\an8} { NOTE STYLE REGION WEBVTT 1 12
[00:01] (0:05) align:start word Grüße //S02: é 日本 : no//"""
SPACED = ["\n", "\n\n", "\r\n", " ", "\t", " --> ", "Ann Lee:", "NOTE ", "<v Ann>", '1 "Ann" (3)', "\u2028", "\x85"]
PIECES = st.sampled_from([*WORDS.split(), *SPACED])
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@pytest.mark.slow
@given(TEXTS, st.sampled_from(["a.vtt", "a.srt", "a.txt"]), st.booleans())
def test_letters_in_are_letters_kept(text, name, signed):
    data = (("WEBVTT\n\n" if signed else "") + text).encode()
    transcript = read_transcript(data, name, labels={"I", "P"}, header=["date"])
    assert transcript.letters_kept == transcript.letters_in
    assert transcript.cues == transcript.arrows
    assert list(transcript.turns["turn"]) == list(range(1, len(transcript.turns) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.vtt", "a.srt", "a.txt", "a.docx"])
def test_mutated_bytes_never_raise(name):
    whole = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Ann>Grüße &amp; more</v>\n\n".encode() * 5
    chance = random.Random(7)
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        transcript = read_transcript(bytes(data[: chance.randrange(len(data))]), name, legacy_encoding="cp1252")
        assert transcript.letters_kept == transcript.letters_in
