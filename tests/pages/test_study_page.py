"""The study page: what it says, and how Chromium shows it on a phone, on a desk, in the dark and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pages.due_section import DueLine, DueSection
from pages.recruitment_section import SiteDiagram, Sites, Target
from pages.sample_pictures import Line, Scale, Spot
from pages.sample_section import Leaving, Nearest, PartCovered, Site, Stage
from pages.study_page import (
    Changes,
    ClosedQuery,
    Coverage,
    OpenQuery,
    StudyPage,
    Tile,
    TrailState,
    study_page,
)
from pages.svg import Box
from pages.trail_words import plain_limits
from trail.verify_trail import LIMITS

ROLES = ("chosen", "chosen", "chosen", "backup", "left", *["passed_over"] * 8)
SPOTS = tuple(Spot(f"S{k + 1:03d}", (k * 5 % 13) / 13, (k * 7 % 11) / 11, r) for k, r in enumerate(ROLES))  # type: ignore[arg-type]
REPLACE = "fieldtrail run STUDY replace-site -p stage=sites -p site=S014 -p why=unreachable"
PROJECTED = (
    "At the pace of the last 84 days (5 interviews) around 20 July 2016, four times in five between 8 July 2016 and 30 "
    "August 2016. Chance by 31 July 2016: 62 %."
)
PAGE = StudyPage(
    title="A made-up study of <b>recovery</b> orientation in mental-health programs",
    study="made-up",
    synthetic=True,
    day="30 June 2016",
    tiles=(
        Tile("8", "sites approved", "sample"),
        Tile("24", "people enrolled", "recruitment"),
        Tile("3", "queries that block", "validation"),
    ),
    waiting=("Waiting for the investigator to approve the sample of stage “sites”.",),
    stages=(
        Stage(
            name="sites",
            strategy="Extreme or deviant case sampling on fidelity_score, then maximum variation",
            rationale="High and low fidelity show most clearly what fidelity does.",
            standing="approved by PI",
            tone="good",
            proof="Proven optimal: no other eight sites that keep the rules differ more.",
            chosen=tuple(Site(f"S{n:03d}", "only site of its region; keeps rule “four low”") for n in range(1, 9)),
            passed_over=tuple(
                Nearest(f"S{n:03d}", "passed over", "best exchange loses 0.21", "S001", "0.210") for n in range(9, 30)
            ),
            backups=(Site("S030", "first in place of S001"),),
            coverage=(
                PartCovered("region", "north", "31%", 2, "two from the north: at least 2, has 2", True),
                PartCovered("region", "south", "69%", 6),
            ),
            hard=(Leaving("S001", "nobody", "–", 0, "nobody else could take its place without breaking a rule"),),
            spots=SPOTS,
            stress=0.21,
            scales=(Scale("region", ((0.0, "north"), (1.0, "south"))), Scale("size", ((0.0, "12"), (1.0, "80")))),
            lines=tuple(Line(s.id, s.role, (float(k % 2), None if k == 3 else k / 12)) for k, s in enumerate(SPOTS)),
            caution="The proof concerns the declared attributes, weights and rules.",
        ),
    ),
    funnel=(("identified", 61), ("approached", 58), ("invited", 40), ("consented", 28), ("interviewed", 24)),
    flow=(
        Box("Identified", 61),
        Box("Approached", 58, (("not reached", 3),)),
        Box("Invited", 40, (("ineligible: criterion 1", 10), ("ineligible: criterion 2", 4), ("declined", 4))),
        Box("Consented", 28, (("declined", 9), ("no response", 3))),
        Box("Interviewed", 24, (("lost to follow-up", 2), ("withdrawn", 2))),
    ),
    targets=(Target("Peer providers", 16, 16), Target("Program directors", 8, 10, PROJECTED)),
    people="28 people consented, 24 were interviewed.",
    coverage=(Coverage("take part", 26, 28), Coverage("quote", 20, 28)),
    consent_notes=("2 people must consent again before next contact.",),
    transcripts=(("passed", 20), ("review", 3), ("blocked", 1)),
    surveys=(("review", 1),),
    changes=Changes(3, 2, 1, 1),
    queries=(
        OpenQuery("TR050", "Consent on the interview date", "block", "transcripts/I0007.vtt", "Do not use it.", True),
        OpenQuery("SV010", "Wild codes", "review", "surveys/staff.sav, column q3_a_very_long_name", "Ask.", False),
    ),
    member_checks=(("packets sent", 10, 12), ("replies returned", 6, 10)),
    analysis=("240 coded segments of 24 transcripts.",),
    trail=TrailState("PASS", 412, 415, 3, "0f" * 32, (), ("Integrity is not truth.",)),
    links=(("Dossier", "dossier/index.html"),),
    due=DueSection(
        (
            DueLine("People", "3 people to contact again", 3, "since 1 June 2016", "Get in touch.", tone="bad"),
            DueLine("Sites", "Site S014 is behind its target", 1, "replace by 1 July 2016", "To replace it", REPLACE),
        ),
        ("1 contact is held back.",),
        (("restricted/call_list.csv", "names and phones"),),
    ),
    sites=Sites(
        (SiteDiagram("S001", (Box("Identified", 12), Box("Consented", 5, (("Does not meet criterion 2: " * 3, 7),)))),),
        notes=("2 interviews count for no target of a site.",),
    ),
    closed=(ClosedQuery("TR013", "Share of words", "transcripts/I0003.vtt", "set aside by INV1"),),
)


def text() -> str:
    return study_page(PAGE).decode()


def test_it_is_one_file_without_network() -> None:
    assert not re.search(r"(src|href)=\"(https?:)?//|url\(|@import", text())


def test_what_people_wrote_is_escaped() -> None:
    assert "<b>recovery</b>" not in text()
    assert "&lt;b&gt;recovery&lt;/b&gt;" in text()


def test_what_is_due_and_each_site_are_on_the_page() -> None:
    assert text().index('id="due"') < text().index('id="sample"')
    assert f"<code>{REPLACE}</code>" in text()
    assert "S001: 12 identified, 5 consented" in text()
    assert PROJECTED in text()


def test_the_surveys_are_linked_with_what_to_do_once_they_have_pages() -> None:
    assert "surveys/index.html" not in text()
    page = study_page(replace(PAGE, survey_next="1 survey is to review: staff.")).decode()
    assert '1 survey is to review: staff. <a href="surveys/index.html">' in page


def test_a_failed_verification_is_said_with_its_fault() -> None:
    failed = replace(PAGE, trail=replace(PAGE.trail, verdict="FAIL", faults=("OBJECT_ALTERED lanes/x",)))
    assert "verification failed" in study_page(failed).decode()
    assert "OBJECT_ALTERED lanes/x" in study_page(failed).decode()


def test_the_pictures_say_their_numbers_to_those_who_cannot_see_them() -> None:
    assert '<desc id="flow-d">Identified: 61. Left before: not reached 3. Approached: 58.' in text()


@pytest.fixture(scope="module")
def shown(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_bytes(study_page(PAGE))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        page = browser.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: said.append(m.text))
        page.goto(file.as_uri())
        yield page, asked, said
        browser.close()


@pytest.mark.real
def test_chromium_asks_the_network_for_nothing_and_complains_of_nothing(
    shown: tuple[Any, list[str], list[str]],
) -> None:
    _, asked, said = shown
    assert [a for a in asked if not a.startswith("file:")] == []
    assert said == []


@pytest.mark.real
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_screen(shown: tuple[Any, list[str], list[str]], width: int) -> None:
    page = shown[0]
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.real
def test_the_keyboard_reaches_the_content_first_and_every_scrolling_table(
    shown: tuple[Any, list[str], list[str]],
) -> None:
    page = shown[0]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    regions = (
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth && e.tabIndex < 0).length"
    )
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate(regions) == 0


CONTRAST = """() => {
  const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const light = s => {
    const [r, g, b] = s.match(/[0-9.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c)) return c }
    return "rgb(255,255,255)" };
  return [...document.querySelectorAll('p, td, th, li, h1, h2, h3, .mark, a, summary, caption')].map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.className || e.tagName] }).filter(([r]) => r < 4.5) }"""


@pytest.mark.real
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(shown: tuple[Any, list[str], list[str]], scheme: str) -> None:
    page = shown[0]
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg.picture text')].map(t => {
  const svg = t.ownerSVGElement;
  return t.getAttribute('font-size') * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width }))"""


@pytest.mark.real
@pytest.mark.parametrize("width", [360, 1280])
def test_the_words_in_the_pictures_can_be_read(shown: tuple[Any, list[str], list[str]], width: int) -> None:
    page = shown[0]
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(SMALLEST) >= 9.5


@pytest.mark.real
def test_paper_is_light_and_shows_what_is_folded_away(shown: tuple[Any, list[str], list[str]]) -> None:
    page = shown[0]
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.evaluate("getComputedStyle(document.querySelector('svg.picture circle[r=\"6\"]')).fill")
    folded = page.evaluate("document.querySelector('#sample details table').getBoundingClientRect().height")
    page.emulate_media(media="screen", color_scheme="light")
    assert ink == "rgb(11, 90, 107)"
    assert folded > 0


@pytest.mark.real
def test_it_prints(shown: tuple[Any, list[str], list[str]], tmp_path: Path) -> None:
    page = shown[0]
    page.pdf(path=str(tmp_path / "page.pdf"))
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_what_the_verifier_does_not_say_is_said_in_plain_words() -> None:
    notes = ("NOT_CHECKED 84 artefacts: the trail holds their digests.", "No --pin: no tail.", "No --now: no time.")
    plain = plain_limits((*notes, "3 events are not sealed yet.", *LIMITS, *LIMITS))
    assert len(plain) == 4 + len(LIMITS)
    assert "were not read again: 84." in plain[0]
    assert not [s for s in plain if re.search(r"`|--|\bpin\b|\bseal|\blane\b|digest|NOT_", s)]
    assert plain_limits(("Something new.",)) == ("Something new.",)


def test_a_query_carries_its_code_and_one_set_aside_says_by_whom() -> None:
    coded = replace(PAGE, queries=(replace(PAGE.queries[0], code="0123456789ab"),))
    assert "(0123456789ab)" in study_page(coded).decode()
    assert "set aside by INV1" in text()
    assert "TR013" in text()
