"""The cross-case matrix as a page for the team and as a document for the paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx

from analysis.case_matrix import CaseDetail, Matrix, RaterAgreement, Rating, Side
from analysis.cases import Case, Direction
from pages.cases import CasesPage, cases_page, warnings
from pages.cases_document import cases_document
from pages.rating_pictures import PlottedCase, PlottedScore, dot_plot, rated

EVIDENCE = ("I0001/R1/hope/2",)


def side(role: str, given: tuple[int, int], *, people: int | None = 2, evidence: tuple[str, ...] = EVIDENCE) -> Side:
    ratings = tuple(Rating(rater, value, evidence) for rater, value in zip(("R1", "R2"), given, strict=True))
    return Side(role, sum(given) / 2, ratings, len(evidence), len(evidence), people)


def detail(site: str, peers: tuple[int, int], directors: tuple[int, int], *, one: bool = False) -> CaseDetail:
    sides = side("peer", peers), side("director", directors, people=1 if one else 3)
    difference = sides[0].mean - sides[1].mean
    direction: Direction | None = None
    if abs(difference) >= 1:
        direction = "peers_higher" if difference > 0 else "organisation_higher"
    case = Case(
        site, sides[0].mean, sides[1].mean, difference, direction is not None, direction, ("R1", "R2"), EVIDENCE
    )
    return CaseDetail(case, *sides)


MATRIX = Matrix(
    (detail("S01", (5, 4), (2, 2)), detail("S02", (3, 3), (3, 3), one=True), detail("S03", (1, 4), (4, 4))),
    RaterAgreement(6, 2 / 3, 5 / 6, 0.416, {"R1": (2, 6), "R2": (0, 6)}),
    ("S09",),
)
PAGE = CasesPage(
    study="A <made-up> study",
    synthetic=True,
    day="1 May 2016",
    matrix=MATRIX,
    roles={"peer": "Peer provider", "director": "Program director"},
    peers="peer",
    organisation="director",
    threshold=1.0,
    declared="21 March 2016",
)
CODES = {"S01": "Case B", "S02": "Case C", "S03": "Case A"}


def words(page: bytes) -> str:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.decode(), flags=re.S)
    return " ".join(text.split())


def test_the_page_says_what_came_out_in_words_with_both_raters_beside() -> None:
    text = words(cases_page(PAGE))
    assert "2 of 3 cases diverge: peers higher in 1, organisation higher in 1." in text
    assert "declared on 21 March 2016" in text
    assert (
        "S01 Peer provider: 4.5 R1 5, R2 4 Program director: 2 R1 2, R2 2 Difference: +2.5 Diverges: peers higher"
        in text
    )
    assert "Difference: −1.5 Diverges: organisation higher" in text
    assert "S02 Peer provider: 3 R1 3, R2 3 Program director: 3 R1 3, R2 3 Difference: 0 Goes together" in text
    assert "have not rated both roles yet: S09." in text


def test_the_page_lists_raters_apart_and_says_how_alike_they_rate() -> None:
    text = words(cases_page(PAGE))
    assert (
        "67% of these ratings are equal, 83% at most one point apart. Krippendorff’s alpha (ordinal) is 0.42." in text
    )
    assert "S03, peer provider: R1 1, R2 4" in text
    assert "R1 also coded 2 of the 6 codings that R1 cites" in text
    assert "R2 also coded" not in text
    alike = replace(MATRIX, agreement=RaterAgreement(6, 1, 1, None, {}))
    assert "undefined, because every rating is the same" in words(cases_page(replace(PAGE, matrix=alike)))


def test_weak_evidence_is_named_with_its_cases() -> None:
    bare = replace(MATRIX.details[0], peers=side("peer", (4, 4), evidence=()))
    half = replace(bare, peers=Side("peer", 4, (Rating("R1", 4, EVIDENCE), Rating("R2", 4, ())), 1, 1, 2))
    assert warnings(PAGE) == (("The rating of the organisation rests on one person", ("S02",)),)
    assert warnings(replace(PAGE, matrix=replace(MATRIX, details=(bare,)))) == (
        ("Nothing is cited for the peers", ("S01",)),
    )
    assert warnings(replace(PAGE, matrix=replace(MATRIX, details=(half,)))) == (
        ("R2 cited nothing for the peers", ("S01",)),
    )


def test_the_page_is_one_file_that_fetches_nothing_and_escapes_what_people_wrote() -> None:
    page = cases_page(PAGE).decode()
    assert "A &lt;made-up&gt; study" in page
    assert not re.findall(r"(?:src|href)=\"(?!#|\.\./)[^\"]+\"", page)
    assert cases_page(PAGE) == cases_page(PAGE)


def test_the_picture_says_every_row_in_words_too() -> None:
    rows = [
        PlottedCase("S01", 4.5, 2.0, True, PlottedScore(2.5, 2.0, 3.0, False)),
        PlottedCase("S<2", None, None, False),
    ]
    drawn = str(dot_plot(rows, "k", "T", roles=("Peers", "Program"), scale="trust"))
    assert (
        "S01: Peers 4.5, Program 2, diverges, survey mean 2.50 (2.00 to 3.00), which may not stand for the site."
        in drawn
    )
    assert "S&lt;2: Peers –, Program –, no survey mean." in drawn
    assert drawn.count('fill="var(--card)" stroke="var(--ink)"') == 3  # the legend's diamond, the program, an open mean
    assert "Ratings" not in str(dot_plot(rows, "k", "T", roles=None, scale="trust"))
    assert (rated(None), rated(4.0), rated(3.5), rated(10 / 3), rated(3.625)) == (
        "–", "4", "3.5", "3.33", "3.63",
    )  # fmt: skip


def read(document: bytes) -> tuple[str, list[list[list[str]]]]:
    found = docx.Document(io.BytesIO(document))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in found.tables]
    return "\n".join(p.text for p in found.paragraphs), tables


def holders(peers: int, directors: int) -> dict[tuple[str, str], int]:
    people = {("S01", "peer"): 6, ("S01", "director"): 5, ("S02", "peer"): 7, ("S02", "director"): 5}
    return people | {("S03", "peer"): peers, ("S03", "director"): directors}


def test_the_paper_gets_no_site_and_no_rating_of_a_few() -> None:
    text, tables = read(cases_document(PAGE, codes=CODES, holders={}, k=5))
    assert tables == [
        [
            ["What came out", "Cases"],
            ["Goes together", "1"],
            ["Diverges: peers higher", "1"],
            ["Diverges: organisation higher", "1"],
        ]
    ]
    assert "Not shown: 3 cases at whose sites fewer than 5 people hold one of the roles" in text
    assert "Mean rating over" not in text
    assert not re.search(r"S0\d", text + str(tables))


def test_a_case_whose_roles_many_hold_is_shown_under_its_code() -> None:
    text, (_, ratings) = read(cases_document(PAGE, codes=CODES, holders=holders(5, 5), k=5))
    assert ratings == [
        ["Case", "Peer provider", "Program director", "Difference", "What came out"],
        ["Case A", "2.5", "4", "−1.5", "Diverges: organisation higher"],
        ["Case B", "4.5", "2", "+2.5", "Diverges: peers higher"],
        ["Case C", "3", "3", "0", "Goes together"],
    ]
    assert "Mean rating over 3 cases: Peer provider 3.33, Program director 3." in text


def test_one_case_left_out_keeps_the_mean_over_all_from_giving_it_away() -> None:
    text, (_, ratings) = read(cases_document(PAGE, codes=CODES, holders=holders(9, 1), k=5))
    assert [row[0] for row in ratings] == ["Case", "Case B", "Case C"]
    assert "Mean rating over" not in text


BARE = replace(
    MATRIX,
    details=(
        MATRIX.details[0],
        replace(MATRIX.details[1], peers=side("peer", (3, 3), evidence=())),
        replace(
            MATRIX.details[2],
            peers=side("peer", (1, 4), evidence=()),
            organisation=side("director", (4, 4), evidence=()),
        ),
    ),
)


def test_a_case_that_rests_on_no_coding_never_looks_like_the_others() -> None:
    page = cases_page(replace(PAGE, matrix=BARE))
    said = "2 cases rest on no coding for one role or both, 1 of these among those that go together."
    text = words(page)
    assert f"organisation higher in 1. {said}" in text
    assert "Goes together no coding cited for the peers" in text
    assert "organisation higher no coding cited for either role" in text
    assert text.count("no coding cited for") == 2 * 2 + 3  # matrix and list of each case, and the picture's words
    drawn = page.decode()
    assert ">S02*</text>" in drawn
    assert ">S01</text>" in drawn
    assert drawn.count("stroke-dasharray") == 3
    assert "broken outline" in text
    assert "broken outline" not in words(cases_page(PAGE))


def test_the_paper_counts_the_cases_that_rest_on_no_coding() -> None:
    document = cases_document(replace(PAGE, matrix=BARE), codes=CODES, holders=holders(5, 5), k=5)
    text, (outcomes, ratings) = read(document)
    assert outcomes == [
        ["What came out", "Cases", "Of these, no coding cited"],
        ["Goes together", "1", "1"],
        ["Diverges: peers higher", "1", "0"],
        ["Diverges: organisation higher", "1", "1"],
    ]
    assert "2 cases rest on no coding" in text
    assert [row[-1] for row in ratings[1:]] == [
        "Diverges: organisation higher (no coding cited for either role)",
        "Diverges: peers higher",
        "Goes together (no coding cited for the peers)",
    ]
