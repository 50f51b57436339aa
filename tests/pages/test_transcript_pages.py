"""The transcripts' pages: what they say, that they stand alone, and that they stay small for many transcripts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pages.data_docs import CheckedColumn, CheckedSuite, TranscriptDocs, data_docs_index, transcript_docs
from pages.transcript_page import clock, duration, transcript_page
from pages.transcript_pictures import spread_picture
from pages.transcripts_overview import ROWS, Row, overview_pages
from tests.pages.transcript_samples import OVERVIEW, PAGE

VOID = {"meta", "br", "input", "link", "img", "hr"}


class WellFormed(HTMLParser):
    """Fails where an element is closed that is not open, or stays open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def column(check: str, unexpected: int | None, *, judged: int | None = 40) -> CheckedColumn:
    return CheckedColumn(
        check,
        f"Title of {check}",
        "Because.",
        "review",
        "gap_s",
        "expect_column_values_to_be_between",
        "failed" if unexpected != 0 else "passed",
        judged,
        unexpected,
        "at most 120",
        0,
        0,
    )


DOCS = TranscriptDocs(
    study="A study of <programs>",
    day="2016-06-30",
    rules="0123456789ab",
    suites=(CheckedSuite("transcripts", "transcript", 40, (column("TR022", None, judged=None), column("TR021", 7))),),
    k=5,
    run="0c0ffee0",
    verdicts=(("passed", None), ("blocked", 0)),
)


def everything() -> dict[str, str]:
    pages = {"one": transcript_page(PAGE), "docs": transcript_docs(DOCS), **overview_pages(OVERVIEW)}
    pages["list"] = data_docs_index("A study", [("staff", "passed")], has_transcripts=True)
    return {name: page.decode() for name, page in pages.items()}


@pytest.mark.parametrize("name", ["one", "docs", "index.html", "list"])
def test_every_page_stands_alone_is_well_formed_and_escapes_what_people_wrote(name: str):
    page = everything()[name]
    assert not re.search(r"https?:|(src|href)=\"//|url\(|@import|<(link|iframe|img)\b", page)
    reader = WellFormed()
    reader.feed(page)
    assert reader.open == []
    assert "<b>recovery</b>" not in page
    assert "<programs>" not in page


def test_a_transcript_says_what_to_do_where_and_how_each_check_came_out():
    page = everything()["one"]
    for said in (
        "Mend what blocks it: 1 query below.",
        "Listen there, or note the pause.",
        "turn 41",
        "A gap nobody explains may be a passage left out.",
        "0f3a9c21d4e5",
        "2 min 30 s",
        "at most 2 min",
        "could not be checked",
        "1 check that does not apply",
        "interviewer: 20% (812 words)",
        "turn 1 <span",
        "2nd version on 12 March 2016",
        "2 queries opened: TR022, TR060",
    ):
        assert said in page, said
    assert page.index("Mend what blocks") < page.index("2 open queries") < page.index("How I0007.vtt was judged")


def test_several_places_of_one_check_are_told_together():
    more = tuple(replace(PAGE.queries[0], where=f"turn {n}", code=f"c{n:011d}") for n in (7, 9))
    page = transcript_page(replace(PAGE, queries=(PAGE.queries[0], *more, PAGE.queries[1]))).decode()
    assert "4 open queries" in page
    assert page.count("<article>") == 2
    assert page.count("A gap nobody explains") == 1
    assert re.findall(r'<th scope="row">(turn \d+)</th>', page) == ["turn 41", "turn 7", "turn 9"]
    assert "c00000000009" in page


def test_what_is_for_information_only_stands_apart():
    known = replace(PAGE.queries[0], check="TR051", severity="inform", title="Which later uses are covered")
    page = transcript_page(replace(PAGE, queries=(*PAGE.queries, known))).decode()
    assert "2 open queries" in page
    assert page.index("1 for information only") < page.index("Which later uses are covered</h3>")


def test_a_transcript_with_nothing_open_says_so():
    page = transcript_page(replace(PAGE, queries=(), verdict="passed", files=(), history=())).decode()
    assert "Nothing to act on" in page
    assert "Nothing is recorded yet." in page


def test_the_overview_shows_who_needs_somebody_first_and_what_changed():
    page = everything()["index.html"]
    rows = re.findall(r'<tr data-r="(\w+)" data-s="[^"]+"><th scope="row">(?:<a href="([^"]+)">)?(\w+)', page)
    assert [row[2] for row in rows[:4]] == ["I0020", "I0019", "I0022", "I0021"]
    assert rows[0] == ("blocked", "I0020.html", "I0020")
    assert rows[3][1] == "", "an interview without a transcript has no page"
    changed = page[page.index('id="changed"') : page.index('id="all"')]
    assert "Queries that are new" in changed
    assert '<a href="I0020.html">I0020</a>' in changed
    assert "I0001</a>: to review → passed" in changed
    assert "Files that changed" not in changed, "a line of nought says nothing"
    assert "1 blocking, 1 to review" in page
    assert page.count("<figure>") == 3


def test_nothing_changed_is_one_line():
    quiet = replace(OVERVIEW, files=type(OVERVIEW.files)(), changes=replace(OVERVIEW.changes, new=0, resolved=0))
    page = overview_pages(quiet)["index.html"].decode()
    changed = page[page.index('id="changed"') : page.index('id="all"')]
    assert "<table" not in changed
    assert "2 queries are still open" in changed


def test_the_filter_is_hidden_without_a_script():
    page = everything()["index.html"]
    assert '<div class="filters" id="filters" hidden>' in page
    assert page.count("<tr data-r=") == len(OVERVIEW.rows)


@pytest.mark.slow
def test_ten_thousand_transcripts_are_pages_of_five_hundred_made_in_seconds():
    rows = tuple(Row(f"I{n:05d}", "review" if n % 7 == 0 else "passed", "received") for n in range(10_000))
    many = replace(OVERVIEW, rows=rows)
    began = time.process_time()
    pages = overview_pages(many)
    assert time.process_time() - began < 5
    assert len(pages) == 10_000 // ROWS
    assert max(map(len, pages.values())) < 250_000
    assert 'data-r="passed"' not in pages["index.html"].decode(), "those that need somebody come first"
    shown = [id for page in pages.values() for id in re.findall(r">(I\d{5})</a></th>", page.decode())]
    assert sorted(shown) == [row.id for row in rows]


def test_data_docs_of_transcripts_show_thresholds_and_keep_small_counts_back():
    page = everything()["docs"]
    for said in ("TR022", "at most 120", "expect_column_values_to_be_between", "0123456789ab", "0c0ffee0", "5 people"):
        assert said in page, said
    row = page[page.index("TR022 Title") : page.index("TR021 Title")]
    assert row.count("not shown") == 2
    assert '<a href="transcripts.html">' in everything()["list"]
    assert "transcripts.html" not in data_docs_index("A study", [("staff", "passed")]).decode()


def test_a_spread_draws_its_limits_and_puts_what_lies_far_out_into_the_last_bar():
    drawn = str(spread_picture([100, 120, 5000], [80, 220], key="p", title="Pace", unit="", most=440))
    assert drawn.count("stroke-dasharray") == 2
    assert ">500+</text>" in drawn
    assert "beyond the limits: 1." in drawn
    assert drawn.count("<rect") == 3


@pytest.mark.parametrize(
    ("seconds", "said"), [(45, "45 s"), (120, "2 min"), (150.2, "2 min 30 s"), (3600, "1 h"), (3725, "1 h 2 min")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str):
    assert duration(seconds) == said


def test_a_place_in_a_recording():
    assert (clock(245), clock(3729)) == ("4:05", "1:02:09")


# in Chromium


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.real
def test_the_filter_shows_what_is_asked_for_and_no_page_is_wider_than_a_phone(browser: Any, tmp_path: Path) -> None:
    for name, page in everything().items():
        (tmp_path / name).with_suffix(".html").write_text(page)
    shown = browser.new_page(viewport={"width": 360, "height": 800})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    for name in ("one", "docs", "list", "index"):
        shown.goto(f"file://{tmp_path}/{name}.html")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360, name
    assert all(url.startswith("file:") for url in asked)
    assert shown.locator("#rows tbody tr:visible").count() == len(OVERVIEW.rows)
    shown.select_option("#f-result", "review")
    assert shown.locator("#rows tbody tr:visible").all_inner_texts()[0].startswith("I0019")
    assert shown.inner_text("#f-count") == f"1 of {len(OVERVIEW.rows)} shown"
    shown.select_option("#f-result", "")
    shown.fill("#f-text", "i002")
    assert shown.locator("#rows tbody tr:visible").count() == 3
