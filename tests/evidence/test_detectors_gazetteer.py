"""Names nobody registered, hinted at by lists and by what stands beside them. All people are made up."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors.gazetteer import Gazetteer
from evidence.detectors.name_lists import given_names, places, surnames, wide_places

CASED = "We talked for a while about the program and what it did for us. "
LOWER = "we talked for a while about the program and what it did for us and "


def hits(text: str, *known: str) -> list[tuple[str, str]]:
    return [(s.kind, text[s.start : s.end]) for s in Gazetteer(known).find(text)]


@pytest.mark.parametrize(
    ("said", "kind", "found"),
    [
        ("Then Maria Lopez came by.", "person", "Maria Lopez"),
        ("I went with Jennifer's brother.", "person", "Jennifer"),
        ("Thi Lan Nguyen was there.", "person", "Thi Lan Nguyen"),
        ("I saw Juan de la Cruz again.", "person", "Juan de la Cruz"),
        ("I asked José Muñoz about it.", "person", "José Muñoz"),
        ("They sent Dr. Qwillibrand over.", "person", "Qwillibrand"),
        ("It was my son Trevonte who called.", "person", "Trevonte"),
        ("She was my best friend Zaraleth then.", "person", "Zaraleth"),
        ("It was Rodriguez who said so.", "person", "Rodriguez"),
        ("And then Grace left us.", "person", "Grace"),
        ("We moved to San Bernardino County.", "place", "San Bernardino County"),
        ("I grew up in Fresno.", "place", "Fresno"),
        ("I was at the Turning Point Clinic.", "organisation", "Turning Point Clinic"),
        ("I studied at the University of Redlands.", "organisation", "University of Redlands"),
        ("They put me into Hope House.", "organisation", "Hope House"),
    ],
)
def test_a_name_nobody_registered(said, kind, found):
    assert (kind, found) in hits(CASED + said)


@pytest.mark.parametrize(
    ("said", "kind", "found"),
    [
        ("then jennifer lopez came by", "lowercase_name", "jennifer lopez"),
        ("then deshawn came by", "lowercase_name", "deshawn"),
        ("then dan came by", "lowercase_name", "dan"),
        ("then rodriguez came by", "lowercase_name", "rodriguez"),
        ("we moved to san bernardino then", "place", "san bernardino"),
        ("i grew up in fresno back then", "place", "fresno"),
    ],
)
def test_in_text_without_capitals(said, kind, found):
    assert (kind, found) in hits(LOWER + said)


@pytest.mark.parametrize(
    "said",
    [
        "Will you come with me?",
        "May I ask you something?",
        "I came here in May.",
        "He is from Georgia, and I am from New York.",
        "Mental Health Services helped me a lot.",
        "The Crisis Center was open all night.",
        "Long ago we made it. Can you see?",
        "My son Monday morning would not get up.",
        "Company 1 and [Name 2] did not answer.",
        "I think it was on a Tuesday in English class.",
    ],
)
def test_what_only_looks_like_a_name(said):
    assert hits(CASED + said) == []


def test_a_given_name_in_small_letters_among_capitals():
    assert hits(f"{CASED}Then jennifer Lopez came, and rodriguez went.") == [
        ("lowercase_name", "jennifer Lopez"),
    ]


def test_speaker_labels_are_none():
    assert hits("Interviewer: How are you today?\nParticipant: Fine, thank you.\nParticipant: And you?") == []


def test_known_strings_are_none():
    text = f"{CASED}Then Riley Examplo asked Lopez."
    assert hits(text) == [("person", "Riley Examplo"), ("person", "Lopez")]
    assert hits(text, "Riley Examplo") == [("person", "Lopez")]


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_spans_lie_inside_any_text_and_do_not_overlap(text):
    spans = Gazetteer().find(f"{text} Maria {text}")
    assert all(0 <= s.start < s.end <= 2 * len(text) + 7 for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_the_lists_hold_folded_words_only():
    for listed in (given_names(), surnames(), places(), wide_places()):
        assert len(listed) > 200
        assert all(word == word.casefold() and word.isascii() and word.strip() == word for word in listed)
        assert all(part.isalpha() for word in listed for part in word.split())
    assert not places() & {"california", "mexico"}
