"""The review page: everything escaped, nothing from the network, and what it saves is what the command takes over."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from pages.review_page import (
    SAVED,
    DecidedString,
    ReviewContext,
    ReviewGroup,
    ReviewPage,
    ReviewString,
    made_from,
    review_page,
)

ODD = 'O"Quillon, </script><b>Jr.</b>'


def example(**changed: Any) -> ReviewPage:
    around = (ReviewContext("transcripts/I0001.vtt, turn 4", "so then ", ODD, " left & <i>came</i> back"),)
    groups = (
        ReviewGroup("Looks like a name", (ReviewString(ODD, "looks like a person's name", "1 file, 1 place", around),)),
        ReviewGroup("Single words of registered names", (ReviewString("Ridge", "a word", "2 files, 3 places"),)),
    )
    decided = (DecidedString("Orlo", "name", "PI", "1 March 2026"),)
    values: dict[str, Any] = {"groups": groups, "decided": decided, "made_from": "0" * 64}
    return ReviewPage("Peers & recovery", "peers", True, "3 March 2026", **{**values, **changed})


def text(**changed: Any) -> str:
    return review_page(example(**changed)).decode()


def test_strings_and_words_are_shown_as_they_are_and_do_nothing():
    assert "<b>Jr." not in text()
    assert "<i>came" not in text()
    assert "<mark>O&#34;Quillon, &lt;/script&gt;&lt;b&gt;Jr.&lt;/b&gt;</mark> left &amp; &lt;i&gt;" in text()
    assert text().count("</script>") == 1


def test_it_says_that_it_is_restricted_and_how_many_it_does_not_show():
    assert "restricted: only for the study team" in text()
    assert "synthetic" in text()
    assert "more string" not in text()
    assert "7 more strings are open than this page shows" in text(more=7)
    assert "9 earlier decisions are not shown" in text(more_decided=9)
    assert "The files have changed since they were checked" in text()


def test_with_nothing_open_it_says_so():
    assert "nothing is open" in text(groups=())
    assert "nothing is open" not in text()


def test_the_digest_it_was_made_from_is_found_again():
    assert made_from(review_page(example(made_from="ab" * 32))) == "ab" * 32
    assert made_from(b"<html>another page</html>") == ""


@pytest.mark.real
def test_decided_by_keyboard_it_saves_what_was_chosen_and_asks_the_network_for_nothing(chromium, tmp_path: Path):
    from playwright.sync_api import sync_playwright

    path = tmp_path / "review.html"
    path.write_bytes(review_page(example()))
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 390, "height": 844})
            page.on("request", lambda request: asked.append(request.url))
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.click("button")
            assert page.inner_text("#status") == "Nothing is decided yet."
            page.focus("fieldset >> nth=0 >> input >> nth=2")
            page.keyboard.press("ArrowUp")
            page.check("fieldset >> nth=1 >> input >> nth=0")
            page.click("summary")
            page.check("fieldset >> nth=2 >> input >> nth=1")
            page.check("fieldset >> nth=2 >> input >> nth=0")
            assert page.inner_text("#status") == "2 decisions to save."
            page.check("fieldset >> nth=2 >> input >> nth=1")
            assert page.inner_text("#status") == "3 decisions to save."
            with page.expect_download() as saving:
                page.click("button")
            assert saving.value.suggested_filename == SAVED
            saving.value.save_as(tmp_path / SAVED)
            assert page.inner_text("#status").startswith("3 decisions saved.")
        finally:
            browser.close()
    with (tmp_path / SAVED).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["string", "decision"], [ODD, "not_a_name"], ["Ridge", "name"], ["Orlo", "not_a_name"]]
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert errors == []
