"""The packet's page in Chromium, by keyboard alone: what a person meets, in which order, and what is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pages.packet import packet_page, reply_file
from tests.pages.packet_samples import made_packet
from trustworthiness.packet import packet_sha256
from trustworthiness.reply import read_reply

pytestmark = pytest.mark.real
FOCUS = """() => {
  const e = document.activeElement, shown = e.type === "radio" || e.type === "checkbox" ? e.closest("label") : e;
  const style = getComputedStyle(shown);
  const name = e.id || e.getAttribute("href") || (e.name ? `${e.name}:${e.value}` : e.localName);
  return {id: name, ring: style.outlineStyle, width: parseFloat(style.outlineWidth)};
}"""
PACKET = made_packet()
FIRST, SECOND = (quote.quote_id for quote in PACKET.quotes)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """Chromium without a window, once for this module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the made packet as a file."""
    path = tmp_path_factory.mktemp("packet") / "packet.html"
    path.write_bytes(packet_page(PACKET, version=1))
    return path


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    """The page opened anew; at the end it has asked the network for nothing and complained of nothing."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert complaints == []


def tab(page: Any) -> dict[str, Any]:
    """Press Tab; where the focus is then, and how it shows."""
    page.keyboard.press("Tab")
    return dict(page.evaluate(FOCUS))


def tab_until(page: Any, wanted: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        if tab(page)["id"] == wanted:
            return
    raise AssertionError(f"Tab never reached {wanted}")


def test_tab_reaches_every_control_in_the_order_of_the_page_and_shows_where_it_is(page):
    met = [tab(page) for _ in range(20)]
    assert [focus["id"] for focus in met] == [
        *("#content", "#about", "#themes", "#quotes", "#save", "#told", "summary"),
        *("theme-1:fits", "comment-1", "theme-2:fits", "comment-2", "theme-3:fits", "comment-3", "missing"),
        *(f"withdraw:{FIRST}", f"withdraw:{SECOND}", "button"),
        *("body", "#content", "#about"),
    ]
    assert all(f["ring"] != "none" and f["width"] >= 2 for f in met if f["id"] != "body")


def answer(page: Any, tmp_path: Path) -> Path:
    """Answer by keyboard alone, and save."""
    tab_until(page, "theme-1:fits")
    page.keyboard.press("ArrowDown")  # from "This fits" to "This fits in part"
    page.keyboard.press("Tab")
    page.keyboard.type('Only in spring; "not" </script> always.')
    tab_until(page, "theme-2:fits")
    page.keyboard.press("Space")
    tab_until(page, "missing")
    page.keyboard.type("The weekends.")
    tab_until(page, f"withdraw:{SECOND}")
    page.keyboard.press("Space")
    tab_until(page, "button")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == reply_file(PACKET) == "reply_P001.json"
    body = tmp_path / saved.value.suggested_filename
    saved.value.save_as(body)
    return body


def test_answered_and_saved_by_keyboard_it_is_a_reply_we_can_read(page, tmp_path):
    body = answer(page, tmp_path)
    assert "reply_P001.json" in page.locator("#status").inner_text()
    reply = read_reply(body.read_bytes(), body.name)
    assert reply.verdicts(PACKET) == {"T1": "partly", "T2": "fits", "T3": "not_answered"}
    assert reply.answers[0].comment == 'Only in spring; "not" </script> always.'
    assert (reply.missing, reply.withdraw_quote_ids) == ("The weekends.", (SECOND,))
    assert (reply.packet_id, reply.packet_sha256, reply.version) == ("MC-I0007", packet_sha256(PACKET), 1)
    assert json.loads(body.read_bytes())["received_via"] == "html"


def test_nothing_stays_in_the_browser_and_a_saved_reply_can_be_taken_up_again(page, tmp_path):
    body = answer(page, tmp_path)
    page.reload()
    assert page.evaluate("() => localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert page.locator("input:checked").count() == 0
    assert page.locator("#comment-1").input_value() == ""
    tab_until(page, "summary")
    page.keyboard.press("Enter")
    assert tab(page)["id"] == "go-on"
    page.locator("#go-on").set_input_files(body)
    page.locator("#went-on", has_text="Your saved answers are back").wait_for()
    tab_until(page, "button")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    again = tmp_path / "again.json"
    saved.value.save_as(again)
    assert again.read_bytes() == body.read_bytes()


def test_a_file_of_another_packet_changes_nothing_and_a_blank_reply_says_that_it_is(page, tmp_path):
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"packet_sha256": "0" * 64, "participant_code": "P002"}))
    page.locator("#go-on").set_input_files(other)
    page.locator("#went-on", has_text="does not belong to this page").wait_for()
    page.locator("#missing").focus()
    tab_until(page, "button")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    saved.value.save_as(tmp_path / "blank.json")
    assert "You have not answered any point. That is fine." in page.locator("#status").inner_text()
    reply = read_reply((tmp_path / "blank.json").read_bytes(), "blank.json")
    assert set(reply.verdicts(PACKET).values()) == {"not_answered"}


def test_controls_have_names_headings_have_no_gaps_and_ids_are_unique(page):
    assert page.evaluate("() => document.documentElement.lang") == "en"
    levels = page.evaluate("() => [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.localName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('input,textarea,button')].filter((e) =>"
        " !(e.labels?.length || e.textContent.trim())).length"
    )
    assert unnamed == 0
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(set(ids)) == len(ids)
    pointed = page.evaluate(
        "() => [...document.querySelectorAll('[aria-describedby],[aria-labelledby],[for]')].flatMap((e) =>"
        " ['aria-describedby', 'aria-labelledby', 'for'].map((n) => e.getAttribute(n)).filter(Boolean))"
    )
    assert set(pointed) <= set(ids)


def test_no_width_needs_scrolling_sideways_and_targets_are_large(page):
    for direction in ("ltr", "rtl"):
        page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
        for width in (320, 390, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            heights = page.evaluate(
                "() => [...document.querySelectorAll('.choices label, .tick, button')].map((e) => e.offsetHeight)"
            )
            assert min(heights) >= 44


def test_without_script_it_is_read_and_answered_on_paper(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert "Please print the page" in page.locator("noscript").inner_text()
    assert not page.locator("#save").is_visible()
    assert not page.locator("#go-on").is_visible()
    assert page.locator("textarea").count() == 4
    page.emulate_media(media="print")
    assert page.locator(".paper").first.is_visible()
    assert not page.locator("nav").is_visible()
    context.close()


INK_AND_GROUND = """() => {
  const own = (e) => getComputedStyle(e).backgroundColor;
  const ground = (e) => own(e) === "rgba(0, 0, 0, 0)" ? ground(e.parentElement) : own(e);
  const speaks = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  const said = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && speaks(e));
  const edges = [...document.querySelectorAll("textarea, .choices label, .tick")];
  return [
    ...said.map((e) => [getComputedStyle(e).color, ground(e), 4.5]),
    ...edges.map((e) => [getComputedStyle(e).borderTopColor, ground(e.parentElement), 3]),
  ];
}"""


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2.2)."""
    parts = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_stands_out_from_its_ground_and_every_control_from_the_card(page):
    page.evaluate("() => { document.querySelector('input').click(); document.querySelector('details').open = true; }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        pairs = page.evaluate(INK_AND_GROUND)
        assert len(pairs) > 60
        for ink, ground, least in pairs:
            lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= least, (scheme, ink, ground)
