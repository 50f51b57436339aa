"""The attestation form in a real browser: filled by keyboard, saved without a network, read by the study."""

from __future__ import annotations

import json

import pytest

from pages.attestation import FILE, STATEMENTS, VERDICTS, attestation_page
from pages.dossier import PAGES
from trustworthiness.attestation import VERDICTS as READ
from trustworthiness.attestation import read_attestation

DIGEST = "ab" * 32
FRAME = {
    "language": "en",
    "title": "Attestation",
    "heading": "Attestation",
    "room": "attestation",
    "rooms": PAGES,
    "content": type("Content", (), {"title": "T <b>", "synthetic": True, "digest": DIGEST}),
    "k": 5,
    "day": "1 June 2017",
}


def test_the_form_asks_what_the_reader_knows():
    page = attestation_page(DIGEST, FRAME).decode()
    assert tuple(VERDICTS) == READ
    assert all(f'data-id="{id}"' in page for id in STATEMENTS)
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.real
def test_it_is_filled_by_keyboard_and_what_it_saves_is_read(chromium, tmp_path):
    from playwright.sync_api import sync_playwright

    (tmp_path / "attestation.html").write_bytes(attestation_page(DIGEST, FRAME))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "attestation.html").as_uri())
        page.keyboard.press("Tab")  # the way past the navigation
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("V1")
        page.keyboard.press("Enter")  # too early: it says what is missing and goes there
        assert "Not saved" in page.locator("#status").inner_text()
        assert page.evaluate("document.activeElement.id") == "auditor"
        page.keyboard.type("AUD1")
        page.keyboard.press("Tab")
        page.keyboard.type("Library of Examples")
        page.keyboard.press("Tab")
        page.keyboard.type("06012017")
        page.locator("fieldset.statement input:checked").first.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
        page.keyboard.type("As named <here>.")
        page.locator("#signed_as").focus()
        page.keyboard.type("A. Auditor")
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert saved.value.suggested_filename == FILE
        saved.value.save_as(tmp_path / FILE)
        assert "Saved as" in page.locator("#status").inner_text()
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    signed = read_attestation((tmp_path / FILE).read_bytes(), FILE)
    assert (signed.visit, signed.auditor, signed.organisation) == ("V1", "AUD1", "Library of Examples")
    assert (signed.dossier, signed.date.isoformat(), signed.signed_as) == (DIGEST, "2017-06-01", "A. Auditor")
    assert [s.id for s in signed.statements] == list(STATEMENTS)
    assert signed.statements[0].verdict == "confirmed"
    assert signed.statements[0].comment == "As named <here>."
    assert signed.counts == {"confirmed": 1, "not_confirmed": 0, "not_examined": len(STATEMENTS) - 1}
    assert json.loads((tmp_path / FILE).read_text())["format"] == 1
