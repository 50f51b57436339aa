"""The surveys' pages: what they say, that they stand alone, that labels are harmless, that a phone shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evidence.survey.histogram import Histogram
from pages.data_docs import data_docs, data_docs_index
from pages.survey_page import page_name, survey_page
from pages.survey_pictures import Bars, Marks, Spread, drawn
from pages.survey_words import amount, between, label, percent, told
from pages.surveys_overview import Row, in_a_sentence, surveys_overview
from tests.pages.survey_samples import DOCS, HOSTILE, OVERVIEW, PAGE, SCALES

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Outline(HTMLParser):
    """Fails where elements are not nested; remembers ids, headings, header cells without scope and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.unscoped: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self.described: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and "scope" not in given:
            self.unscoped.append(str(self.getpos()))
        if tag == "svg":
            self.pictures.append((given.get("role", ""), given.get("aria-labelledby", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def everything() -> dict[str, str]:
    pages = {"staff": survey_page(PAGE), "index": surveys_overview(OVERVIEW), "docs": data_docs(DOCS)}
    pages["list"] = data_docs_index("A study", [("staff", "passed"), ("index", "unreadable")], has_transcripts=True)
    return {name: page.decode() for name, page in pages.items()}


def plain(page: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("name", ["staff", "index", "docs", "list"])
def test_every_page_stands_alone_and_is_built_for_every_reader(name: str):
    page = everything()[name]
    assert not re.search(r"https?:|(src|href)=\"//|url\(h|@import|<(link|iframe|img)\b", page)
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.unscoped == []
    assert outline.headings[0] == 1
    assert all(deeper - above <= 1 for above, deeper in zip(outline.headings, outline.headings[1:], strict=False))
    for role, named in outline.pictures:
        assert role == "img"
        assert set(named.split()) <= set(outline.ids)


@pytest.mark.parametrize("name", ["staff", "index", "docs", "list"])
def test_what_people_and_files_wrote_is_text_and_turns_nothing_round(name: str):
    page = everything()[name]
    assert "<programs>" not in page
    assert "<script>alert" not in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


def test_the_same_survey_gives_the_same_bytes():
    assert survey_page(PAGE) == survey_page(replace(PAGE))
    assert surveys_overview(OVERVIEW) == surveys_overview(replace(OVERVIEW))


def test_a_survey_says_what_to_do_first_then_why_then_how_the_answers_lie():
    page = everything()["staff"]
    said = plain(page)
    for expected in (
        "Mend what blocks it first: 1 query below.",
        "What to do: Decide which of them stands.",
        "2 rows, named in restricted/queries/0f3a9c21d4e5….json",
        "A person counted twice distorts everything",
        "open since 3 March 2026",
        "2 places",
        "The question was Answered Not answered to be shown 78 1 not to be shown 1 215",
        "the question &lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;txet Position",
        "Response rate: 57.7% of those invited completed it.",
        "69 (22.3%)",
        "3.14 (3.00 to 3.20)",
        "Alpha 0.66 (0.60 to 0.72)",
        "no: fewer than 5 respondents",
        "blank, no reason given",
        "not shown by skip logic",
        "143 respondents of 300 answered",
        "Nobody of 300 respondents gave an answer that counts.",
        "not declared",
        "210 respondents of 300 chose something, 420 answers in all",
    ):
        assert expected in said, expected
    order = [
        page.index(f'id="{part}-title"') for part in ("next", "queries", "compared", "responses", "scales", "answers")
    ]
    assert order == sorted(order)
    assert page.index("for information only") < page.index("Few answer too fast")


def test_a_scale_that_could_not_be_measured_shows_dashes_and_no_picture():
    page = survey_page(replace(PAGE, scales=SCALES[1:], queries=(), flow=(), waves=(), frequencies=None)).decode()
    assert "Alpha –, omega –" in plain(page)
    assert "<svg" not in page
    assert "<script" not in page


def test_a_survey_with_nothing_open_says_so():
    page = survey_page(replace(PAGE, queries=(), verdict="passed", next=("It passed every check.",))).decode()
    assert "Nothing to act on" in page
    assert "It passed every check." in page
    assert '"../data_docs/staff.html"' in page
    never = survey_page(replace(PAGE, has_docs=False)).decode()
    assert '"../data_docs/index.html"' in never, "a file that was never there has no Data Docs"


def test_the_answers_are_whole_without_a_script():
    page = everything()["staff"]
    assert '<div class="find" id="find" hidden>' in page
    assert page.count('<details class="variable">') == 6


def test_the_overview_shows_who_needs_somebody_first_and_links_by_names_that_cannot_collide():
    page = everything()["index"]
    rows = re.findall(r'<tr><th scope="row">(?:<a href="([^"]+)">)?(\w+)', page)
    assert rows == [("", "lost"), ("staff.html", "staff"), ("survey-index.html", "index"), ("exit.html", "exit")]
    said = plain(page)
    assert "staff: blocked" not in said
    assert "staff: to review → blocked" in said
    assert "1 survey cannot be read: its page says why and what to do: lost." in said
    assert "2 new queries" in said
    assert in_a_sentence([Row("a", "passed")]) == "Nothing waits for you in the surveys."
    both = [Row("a", "review", review=1), Row("b", "review", review=2), Row("c", "review")]
    assert in_a_sentence(both) == "2 surveys are to review: a, b.", "what was set aside asks for nobody"
    assert in_a_sentence([]) == ""


def test_page_names_never_collide():
    names = ["index", "transcripts", "survey-index", "survey-survey-index", "staff", "survey-staff", "survey"]
    pages = [page_name(name) for name in names]
    assert len(set(pages)) == len(pages)
    assert not {"index.html", "transcripts.html"} & set(pages)
    assert page_name("staff") == "staff.html"


def test_data_docs_show_thresholds_what_they_rest_on_and_keep_small_counts_back():
    said = plain(everything()["docs"])
    for expected in (
        "one of 5 declared codes",
        "0123456789ab",
        "Data dictionary surveys/staff.dictionary.csv, SHA-256 00ff",
        "from 1 to 4",
        "SV004 The type is no type.",
    ):
        assert expected in said, expected
    row = said[said.index("SV020 Title") : said.index("SV020 Title") + 320]
    assert "not shown" in row


def test_a_number_far_out_is_hatched_and_a_limit_drawn_where_it_is_near():
    shape = Histogram(20, 5, (3, 0, 4), above=1)
    picture = str(drawn(Spread("Hours", shape, 1.0, 9999.0), "k"))
    assert picture.count("stroke-dasharray") == 0, "limits so far away would squeeze everything else"
    near = str(drawn(Spread("Hours", shape, 20.0, 40.0), "k"))
    assert near.count("stroke-dasharray") == 2
    assert near.count("url(#k-h)") == 1
    assert ">more</text>" in near
    assert "allowed from 20 to 40; 1 far above." in near
    beyond = str(drawn(Spread("Hours", Histogram(0, 10, (1, 5, 2)), 10.0, 20.0), "k"))
    assert beyond.count("url(#k-h)") == 1, "the bin from 20 holds 20 itself"


def test_bars_and_marks_say_in_words_what_they_draw():
    bars = str(drawn(Bars("Blank", (("answered", 8, "plain"), (HOSTILE, 2, "bad")), 0.1), "b"))
    assert "answered: 8; &lt;script&gt;" in bars
    assert "at most 10% are allowed" in bars
    marks = str(drawn(Marks("Alpha", (("x", 0.5, (0.4, 0.6)), ("y", 0.9, None)), 0.7, "at least", "below"), "m"))
    assert "x: 0.50 (0.40 to 0.60); y: 0.90; at least 0.70." in marks
    assert marks.count("<circle") == 1, "one of two is on the right side"
    assert "<svg" in str(drawn(Marks("None", ()), "n"))


@pytest.mark.parametrize(
    ("message", "means", "todo"),
    [
        ("The key in 2 rows is twice: decide.", "The key in 2 rows is twice.", "Decide."),
        ("Codes that differ: 2. Correct one.", "Codes that differ: 2.", "Correct one."),
        ("Alpha is 0.53, below 0.6: look.", "Alpha is 0.53, below 0.6.", "Look."),
        ("Look at it", "Title", "Look at it"),
    ],
)
def test_a_message_is_what_it_means_and_what_to_do(message: str, means: str, todo: str):
    assert told(message, "Title") == (means, todo)


def test_words_of_numbers():
    assert (percent(0.1234), percent(1.0), percent(1e-5), percent(None)) == ("12.3%", "100%", "<0.1%", "–")
    assert (amount(-0.5), amount(None), between((-0.1, 0.25))) == ("−0.50", "–", "−0.10 to 0.25")
    assert label("a\u202eb\n\tc\x00") == "ab c"


# in Chromium

CONTRAST = """() => {
  const channel = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = s => {
    const [r, g, b] = s.match(/[0-9.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c)) return c }
    return "rgb(255,255,255)" };
  return [...document.querySelectorAll('p, td, th, li, dt, dd, h1, h2, h3, h4, .mark, a, summary, caption, button')]
    .map(e => {
      const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
      return [(a + .05) / (b + .05), e.className || e.tagName] }).filter(([r]) => r < 4.5) }"""
"""Text whose contrast with its ground is below 4.5:1 (WCAG 2.2, 1.4.3)."""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.real
def test_no_page_is_wider_than_a_phone_and_a_variable_is_found(browser: Any, tmp_path: Path) -> None:
    for name, page in everything().items():
        (tmp_path / name).with_suffix(".html").write_text(page)
    shown = browser.new_page(viewport={"width": 360, "height": 800})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    for name in ("index", "docs", "list", "staff"):
        shown.goto(f"file://{tmp_path}/{name}.html")
        shown.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360, name
        for scheme in ("light", "dark"):
            shown.emulate_media(color_scheme=scheme)
            assert shown.evaluate(CONTRAST) == [], (name, scheme)
    assert all(url.startswith("file:") for url in asked)
    assert shown.locator("#variables > details:visible").count() == 6
    shown.fill("#f-text", "hours a")
    assert shown.locator("#variables > details:visible summary b").all_inner_texts() == ["hours"]
    assert shown.inner_text("#f-count") == "1 of 6 shown"
