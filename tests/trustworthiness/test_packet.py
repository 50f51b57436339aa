"""What goes into a packet, and the gates that keep other people out of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study import StudyError
from trustworthiness.gates import everybody_else, gate, thin_themes
from trustworthiness.packet import (
    OwnTurn,
    Packet,
    Segment,
    assemble,
    not_verbatim,
    packet_content,
    packet_sha256,
    quote_id,
    read_packet,
)

OWN = {2: "I was the first peer there.", 4: "Nobody asked me   what I thought.", 5: "Not once.", 9: "Later it changed."}
THEMES = {"T1": ("Peers want to be heard.", frozenset({"voice"})), "T2": ("Work heals.", frozenset({"work"}))}

PEOPLE = [
    {"participant_id": "P001", "name": "Pat Doe", "pseudonym": "Robin"},
    {"participant_id": "P014", "name": "Ann Lee", "aliases": "Annie", "heard_as": "Anne Lea", "pseudonym": "Heather"},
    {"participant_id": "P015", "name": "Will Mark"},
]
OTHERS = everybody_else(PEOPLE, "P001")


def packet(**changes: object) -> Packet:
    values: dict = {
        "interview_id": "I0007",
        "participant_code": "P001",
        "language": "en",
        "intro": ("This is what you told us.",),
        "questions": ("Does it fit?",),
        "turns": OWN,
        "themes": THEMES,
        "segments": [
            Segment("voice", 3, 5, "Nobody asked me what I thought. Not once."),
            Segment("work", 1, 2, "the first peer"),
        ],
    }
    return assemble(**{**values, **changes})


def failed(p: Packet, **arguments: object) -> list[str]:
    values: dict = {"study": "fsp", "own": OWN, "others": OTHERS}
    return [q.check for q in gate(p, **{**values, **arguments})]


def test_a_packet_holds_own_turns_and_the_quotes_under_its_themes():
    p = packet()
    assert p.packet_id == "MC-I0007"
    assert [t.turn for t in p.turns] == [2, 4, 5, 9]
    assert [(q.theme_id, q.text) for q in p.quotes] == [
        ("T2", "the first peer"),
        ("T1", "Nobody asked me what I thought. Not once."),
    ]


def test_a_segment_that_runs_over_somebody_elses_turn_is_no_quote():
    over_the_interviewer = Segment("voice", 2, 4, "I was the first peer there. Nobody asked me")
    assert packet(segments=[over_the_interviewer]).quotes == ()


def test_two_coders_on_the_same_words_make_one_quote():
    twice = [Segment("voice", 4, 4, "Nobody asked me"), Segment("voice", 4, 4, "Nobody  asked me")]
    assert len(packet(segments=twice).quotes) == 1


def test_a_withdrawn_quote_stays_out():
    taken_back = quote_id("I0007", "T2", "the first peer")
    assert [q.theme_id for q in packet(withdrawn_quotes=[taken_back]).quotes] == ["T1"]


def test_the_digest_follows_the_content_and_nothing_else():
    assert packet_sha256(packet()) == packet_sha256(
        packet(
            segments=list(
                reversed(
                    [
                        Segment("voice", 3, 5, "Nobody asked me what I thought. Not once."),
                        Segment("work", 1, 2, "the first peer"),
                    ]
                )
            )
        )
    )
    assert packet_sha256(packet()) != packet_sha256(packet(turns={**OWN, 9: "Later it changed!"}))


def test_a_stored_packet_reads_back():
    assert read_packet(packet_content(packet())) == packet()
    with pytest.raises(StudyError, match="format"):
        read_packet(b'{"format": 99}')


def test_a_packet_of_the_first_format_reads_back_under_its_own_digest():
    stored = (
        b'{"format":1,"intro":["Hello."],"language":"en","packet_id":"MC-I0007","participant_code":"P001","questions":'
        b'["Does it fit?"],"quotes":[{"end":4,"quote_id":"Q1","start":4,"text":"Nobody","theme_id":"T1"}],"themes":'
        b'[{"plain":"Peers want to be heard.","theme_id":"T1"}],"turns":[{"text":"Nobody asked me.","turn":4}]}'
    )
    p = read_packet(stored)
    assert (p.format, p.summary, p.contact, p.themes[0].language) == (1, (), "", "")
    assert packet_content(p) == stored
    assert packet_sha256(p) == hashlib.sha256(stored).hexdigest()
    assert packet_sha256(replace(p, format=2)) != packet_sha256(p)


def test_the_digest_names_everything_that_is_shown():
    changes: list[dict] = [
        {"summary": "In short.", "returns": "summary"},
        {"returns": "neither"},
        {"study": "Another title"},
        {"contact": "the office"},
        {"answer_within_days": 14},
        {"theme_languages": {"T1": "es"}},
        {"language": "es"},
    ]
    digests = {packet_sha256(packet(**change)) for change in changes}
    assert len(digests | {packet_sha256(packet())}) == len(changes) + 1


def test_only_what_the_protocol_returns_goes_back_and_quotes_stay():
    summed = packet(returns="summary", summary="You spoke of work.\nA lot.\n\n  \n\nAnd of time.\r\n")
    assert (summed.turns, summed.summary) == ((), ("You spoke of work. A lot.", "And of time."))
    assert summed.quotes == packet().quotes
    nothing = packet(returns="neither", summary="You spoke of work.")
    assert (nothing.turns, nothing.summary) == ((), ())


@pytest.mark.slow
@given(st.dictionaries(st.integers(1, 30), st.text(max_size=40), max_size=8))
def test_any_packet_reads_back(turns):
    p = packet(turns=turns, segments=[])
    assert read_packet(packet_content(p)) == p


def test_a_clean_packet_passes_every_gate():
    assert failed(packet()) == []


@pytest.mark.parametrize(
    "turn",
    [OwnTurn(2, "I was the first peer here."), OwnTurn(3, "Tell me more."), OwnTurn(99, "I was the first peer there.")],
)
def test_mc001_words_that_are_not_the_participants_own(turn):
    p = packet()
    assert failed(replace(p, turns=(*p.turns, turn))) == ["MC001"]


def test_mc001_names_the_altered_quote():
    p = packet()
    altered = replace(p.quotes[0], text="the first of the peers")
    assert not_verbatim(replace(p, quotes=(altered,)), OWN) == [f"quote {altered.quote_id}"]


@pytest.mark.parametrize(
    "said",
    [
        "Ask Heather about it.",
        "It was P014 who said it.",
        "I met ANN LEE there.",
        "Then Annie laughed.",
        "You know, Will came too.",
        "The lady they call Anne Lea.",
    ],
)
def test_mc002_somebody_else_is_named(said):
    own = {**OWN, 9: said}
    assert failed(packet(turns=own), own=own) == ["MC002"]


@pytest.mark.parametrize(
    "said", ["I will ask.", "Will you ask?", "Free will, in a will of my own.", "Robin is what they call me."]
)
def test_words_that_only_look_like_a_name_pass_and_so_does_the_participants_own(said):
    own = {**OWN, 9: said}
    assert failed(packet(turns=own), own=own) == []


def test_mc002_message_does_not_repeat_the_name():
    own = {**OWN, 9: "Ask Heather about it."}
    query = gate(packet(turns=own), study="fsp", own=own, others=OTHERS)[0]
    assert "Heather" not in query.message + query.where + "".join(query.rows)
    assert query.where == "restricted/packets/MC-I0007, turn 9"


def test_mc006_a_withdrawn_quote_that_is_still_there():
    p = packet()
    assert failed(p, withdrawn_quotes=[p.quotes[0].quote_id]) == ["MC006"]


def test_mc008_a_theme_resting_on_fewer_than_k_people():
    found = thin_themes({"T1": 5, "T2": 4, "T3": 0}, 5, study="fsp")
    assert [(q.check, q.severity, q.subject) for q in found] == [
        ("MC008", "block", "theme:T2"),
        ("MC008", "block", "theme:T3"),
    ]
