"""The packet as a page: complete, self-contained, escaped, and answerable by keyboard alone."""

from __future__ import annotations

import json
import re
import string
from html import unescape

import pytest

from pages.packet import packet_intro, packet_page, packet_questions, reply_file
from pages.wording import languages, wording
from study import StudyError
from trustworthiness.packet import Packet, Segment, assemble, packet_sha256
from trustworthiness.reply import read_reply

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


def test_every_language_has_the_same_messages_and_places_to_fill_in(language):
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return sorted(name for _, name, _, _ in string.Formatter().parse(str(value)) if name)

    assert shape(wording(language, "packet")) == shape(wording("en", "packet"))


def test_an_unknown_language_is_one_sentence():
    with pytest.raises(StudyError, match=r"no messages in the language 'tlh'. Choose one of en, es"):
        wording("tlh", "packet")


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


@pytest.mark.real
def test_answered_by_keyboard_alone_it_saves_a_reply_we_can_read(chromium, tmp_path):
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "packet.html"
    page_file.write_bytes(packet_page(packet(), version=1))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(accept_downloads=True).new_page()
        page.goto(page_file.as_uri())
        assert _press_until(page, "#content") == "Skip to the content"
        page.keyboard.press("Enter")
        _press_until(page, "theme-1")
        page.keyboard.press("ArrowDown")  # from "This fits" to "This fits in part"
        page.keyboard.press("Tab")
        page.keyboard.type("Only in spring.")
        _press_until(page, "withdraw")
        page.keyboard.press("Space")
        _press_until(page, "submit")
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        status = page.locator("#status").inner_text()
        body = tmp_path / "saved.json"
        saved.value.save_as(body)
        name = saved.value.suggested_filename
        browser.close()
    reply = read_reply(body.read_bytes(), name)
    assert name == reply_file(packet()) == "reply_P001.json"
    assert name in status
    assert reply.verdicts(packet()) == {"T1": "partly", "T2": "not_answered"}
    assert reply.answers[0].comment == "Only in spring."
    assert reply.withdraw_quote_ids == (packet().quotes[0].quote_id,)
    assert (reply.packet_id, reply.packet_sha256) == ("MC-I0007", packet_sha256(packet()))
    assert json.loads(body.read_bytes())["received_via"] == "html"


def _press_until(page, wanted: str) -> str:
    """Press Tab until the focus is on a control with that name, type or address; its text."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.name || e.getAttribute('href') || e.type || '', e.textContent.trim()]; }"
        )
        if focus[0] == wanted:
            return focus[1]
    raise AssertionError(f"Tab never reached {wanted}")
