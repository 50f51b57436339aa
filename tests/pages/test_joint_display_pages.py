"""The joint display as a page for the team and as a document for the paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import docx

from analysis.joint_display import Fit, JointDisplay, Row, Score, ThemeAtSite
from pages.joint_display import JointDisplayPage, display_page
from pages.joint_display_document import display_document


def fit(site: str, name: str, person: str = "INV1") -> Fit:
    return Fit(site, name, person, date(2016, 5, 2), "said so")  # type: ignore[arg-type]


ROWS = (
    Row("S02", Score(4.0, 3.5, 4.5, 12, 0.9, True), (4.0, 4.0), False, (ThemeAtSite("T1", 9, 3, 6),),
        (fit("S02", "confirmed"),)),
    Row("S01", Score(2.0, 1.5, 2.5, 8, None, False), (4.5, 2.0), True, (ThemeAtSite("T1", 2, 1, 1),),
        (fit("S01", "expanded"), fit("S01", "discordant", "INV2"))),
    Row("S03", None, (3.0, 3.0), False, (), ()),
)  # fmt: skip
PAGE = JointDisplayPage(
    study="A study",
    synthetic=False,
    day="1 June 2016",
    survey="staff",
    scale="trust",
    display=JointDisplay(ROWS, 0.3, 0.75, 0.88, surveyed_only=2),
    roles=("Peer provider", "Program director"),
    themes={"T1": "Hope helps."},
    notes={("S02", "INV1"): "Both say trust is high."},
    fewest=5,
)
CODES = {"S01": "Case A", "S02": "Case B", "S03": "Case C"}


def words(page: bytes) -> str:
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page.decode(), flags=re.S)
    return " ".join(text.split())


def read(document: bytes) -> tuple[str, list[list[list[str]]]]:
    found = docx.Document(io.BytesIO(document))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in found.tables]
    return "\n".join(p.text for p in found.paragraphs), tables


def test_the_page_arrays_score_ratings_themes_and_fit_by_site() -> None:
    text = words(display_page(PAGE))
    assert (
        "3 sites: 1 confirmed, 0 expanded, 0 discordant, 1 judged differently by different people, 1 not judged" in text
    )
    assert "S02 Survey mean: 4.00 3.50 to 4.50; 12 people; r_wg 0.90 Peer provider: 4 Program director: 4" in text
    assert "Codings: T1 9 Confirmed" in text
    assert "8 people; may not stand for the site" in text
    assert "Program director: 2 diverges Codings: T1 2 People differ" in text
    assert "S03 Survey mean: no mean" in text
    assert "ICC(1) 0.30, ICC(2) 0.75, median r_wg 0.88. 2 other sites with a mean were not visited." in text


def test_a_fit_has_a_person_a_day_and_a_reason_unless_the_reason_names_somebody() -> None:
    text = words(display_page(PAGE))
    assert "INV1, 2 May 2016: confirmed. Both say trust is high." in text
    assert "INV2, 2 May 2016: discordant. The reason names a person and is in the file only." in text
    assert "said so" not in text
    assert "Nobody has judged this site yet" in text


def test_without_scores_or_cases_the_page_says_why() -> None:
    bare = tuple(replace(row, score=None, ratings=None) for row in ROWS)
    page = replace(PAGE, display=JointDisplay(bare), roles=None, waits="waits until the survey staff is validated")
    text = words(display_page(page))
    assert "There are no means yet: the display waits until the survey staff is validated." in text
    assert "Peer provider" not in text


def test_the_paper_shows_each_cell_only_on_enough_people_and_no_site() -> None:
    text, (fits, cases) = read(display_document(PAGE, codes=CODES, few={"S01", "S03"}, scored={"S01", "S02"}, k=5))
    assert fits[1:] == [
        ["Confirmed", "Both say the same", "1"],
        ["Expanded", "Each says what the other does not", "0"],
        ["Discordant", "They contradict each other", "0"],
        ["Not agreed on", "People judge differently", "1"],
        ["Open", "Nobody has judged yet", "1"],
    ]
    assert cases == [
        ["Case", "Survey: trust, mean (n)", "Peer provider", "Program director", "T1", "Fit"],
        ["Case A", "2.00 (8)", "–", "–", "–", "–"],
        ["Case B", "4.00 (12)", "4", "4", "6 people", "Confirmed"],
    ]
    assert "Of 1 further case nothing may be shown." in text
    assert "Hope helps" in text
    assert not re.search(r"S0\d|INV\d", text)


def test_columns_nobody_may_see_are_named_below_the_table() -> None:
    text, (_, cases) = read(display_document(PAGE, codes=CODES, few={"S01", "S02", "S03"}, scored={"S01"}, k=7))
    assert cases == [["Case", "Survey: trust, mean (n)"], ["Case A", "2.00 (8)"]]
    assert "Shown for no case, for want of 7 people behind it: Peer provider, Program director, T1, Fit." in text


def test_where_nothing_may_be_shown_only_counts_are() -> None:
    text, tables = read(display_document(PAGE, codes=CODES, few=set(CODES), scored=set(), k=9))
    assert len(tables) == 1
    assert "No case is shown: each rests on fewer than 9 people." in text


def test_a_fit_where_nothing_was_coded_and_a_rating_without_a_coding_say_so() -> None:
    rows = (replace(ROWS[0], bare=(True, False), is_coded=False), replace(ROWS[1], is_coded=True), ROWS[2])
    page = replace(PAGE, display=replace(PAGE.display, rows=rows))
    shown = display_page(page)
    text = words(shown)
    assert "1 not judged yet. 1 site was judged where nothing was coded under these themes." in text
    assert "Peer provider: 4 no coding cited Program director: 4 Codings" in text
    assert text.count("Confirmed nothing coded") == 2
    assert "People differ nothing coded" not in text
    assert ">S02*</text>" in shown.decode()
    document, (_, cases) = read(display_document(page, codes=CODES, few={"S01", "S03"}, scored={"S02"}, k=5))
    assert cases[-1] == ["Case B", "4.00 (12)", "4 (no coding cited)", "4", "6 people", "Confirmed (nothing coded)"]
    assert "1 site was judged where nothing was coded" in document
    assert "nothing coded" not in words(display_page(PAGE))
