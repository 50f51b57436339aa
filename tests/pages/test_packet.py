"""The packet as a page: complete, self-contained, escaped, each control with its label."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from pages.packet import packet_intro, packet_page, packet_questions
from pages.wording import languages
from trustworthiness.packet import Packet, Segment, assemble, packet_sha256

OWN = {
    2: "I was the first peer there </script><b>here</b>.",
    4: "Nobody asked me.",
    6: "It changed later.",
}


def packet(language: str = "en") -> Packet:
    return assemble(
        interview_id="I0007",
        participant_code="P001",
        language=language,
        intro=packet_intro(language, study="Peers & recovery", days=21),
        questions=packet_questions(language),
        turns=OWN,
        themes={"T1": ("Peers want to be asked.", frozenset({"voice"})), "T2": ("Work heals.", frozenset({"work"}))},
        segments=[
            Segment("voice", 4, 4, "Nobody asked me."),
            Segment("work", 6, 6, "It changed later."),
        ],
    )


@pytest.fixture(params=languages())
def language(request) -> str:
    return request.param


def test_the_page_holds_the_packet_and_says_its_language(language):
    page = packet_page(packet(language), version=1).decode()
    text = unescape(page)
    assert f'<html lang="{language}">' in page
    assert all(words in text for words in OWN.values())
    assert all(theme in text for theme in ("Peers want to be asked.", "Work heals."))
    assert all(paragraph in text for paragraph in packet(language).intro)
    assert packet_sha256(packet(language)) in page
    assert page.count('type="radio"') == 8
    assert page.count('type="checkbox"') == 2
    assert "checked>" not in page


def test_the_page_needs_no_network_and_escapes_what_people_said():
    page = packet_page(packet(), version=1).decode()
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert "http" not in page.replace("http-equiv", "")
    assert "</script><b>" not in page


def test_every_control_has_a_label():
    page = packet_page(packet(), version=1).decode()
    areas = re.findall(r'<textarea id="([^"]+)"', page)
    assert len(areas) == 3
    assert all(f'for="{area}"' in page for area in areas)


def test_the_same_packet_gives_the_same_page():
    assert packet_page(packet(), version=1) == packet_page(packet(), version=1)


def test_quotes_stand_under_their_theme_and_a_summary_in_place_of_the_transcript():
    page = packet_page(packet(), version=1).decode()
    first, second = page.index("Your words on point 1"), page.index("Your words on point 2")
    assert first < page.index("<blockquote") < second < page.rindex("<blockquote")
    short = replace(packet(), turns=(), summary=("You spoke of work.",))
    summed = packet_page(short, version=1).decode()
    assert "<p>You spoke of work.</p>" in summed
    assert "What you told us, in short" in summed
    assert "What you told us" not in packet_page(replace(packet(), turns=()), version=1).decode()


def test_a_theme_nobody_translated_is_marked_in_its_own_language():
    themes = (replace(packet("es").themes[0], language="en"), *packet("es").themes[1:])
    page = packet_page(replace(packet("es"), themes=themes), version=1).decode()
    assert '<strong lang="en">Peers want to be asked.</strong>' in page
    assert page.count("Todavía no tenemos este punto en su idioma.") == 1
    assert page.count("<strong lang=") == 1


def test_it_says_how_to_reach_the_study_or_whom_to_ask():
    assert (
        "reach us here: the office, room 1."
        in packet_page(replace(packet(), contact="the office, room 1"), version=1).decode()
    )
    assert "ask the person who gave you this page" in packet_page(packet(), version=1).decode()
