"""What claims rest on as a picture, a table and the team's page: legible with few and many, small numbers hidden."""

from __future__ import annotations

from dataclasses import replace

from lxml import html

from pages.lineage import claim_line, lineage_section
from pages.lineage_page import lineage_page
from pages.lineage_picture import LAYERS, MOST, layered, lineage_picture
from trustworthiness.lineage import (
    Beside,
    ClaimLineage,
    ClaimRecord,
    ConsentStep,
    Gap,
    Lineage,
    Orphans,
    TranscriptStep,
)

NOTHING = Orphans((), (), (), ())
THEMES = {f"T{n}": tuple(f"code{n}_{m}" for m in range(6)) for n in range(5)}


def claim(id: str, *, people: int = 6, gaps: tuple[Gap, ...] = (), themes: tuple[str, ...] = ("T0",)) -> ClaimLineage:
    steps = tuple(
        TranscriptStep(f"I{n}", f"import{n}", f"release{n}", (ConsentStep(f"t{n}secret", f"c{n}", True, True),))
        for n in range(people)
    )
    codes = tuple(THEMES[theme][0] for theme in themes)
    record = ClaimRecord(themes, codes, tuple(f"I{n}/R1/{codes[0]}/3" for n in range(people)), "Said <so>.")
    beside = (Beside("negative_case", "NC1", "boundary_set", "12345678-0000"),)
    return ClaimLineage(id, f"event-{id}", 2, codes, steps, gaps, record, beside=beside)


def lineage(*claims: ClaimLineage) -> Lineage:
    return Lineage(claims, NOTHING, THEMES)


def test_few_claims_are_drawn_one_by_one_with_their_gaps() -> None:
    drawn = layered(lineage(claim("CL2"), claim("CL10", gaps=("not_released",), themes=("T1",))), 5)
    assert [[label for label, _ in layer] for layer in drawn.layers] == [
        ["CL2", "CL10"],
        ["T0", "T1"],
        ["code0_0", "code1_0"],
        ["gap", "released"],
        ["in force"],
    ]
    assert dict(drawn.layers[0]) == {"CL2": "ok", "CL10": "gap"}
    assert (2, 1, 3, 0, "gap") in drawn.edges
    assert (2, 0, 3, 1, "ok") in drawn.edges


def test_two_hundred_claims_stay_legible_and_all_are_in_the_table() -> None:
    names = list(THEMES)
    many = lineage(
        *(
            replace(claim(f"CL{n}", themes=(names[n % 5], names[n // 40])), codes=THEMES[names[n % 5]])
            for n in range(200)
        )
    )
    drawn = layered(many, 5)
    assert max(len(layer) for layer in drawn.layers) <= MOST
    counted = sum(int(label.split()[0]) for label, _ in drawn.layers[0])
    assert counted == 200
    assert {label for label, _ in drawn.layers[2]} == {f"6 codes of {name}" for name in names}
    page = html.fromstring(str(lineage_section(many, k=5)))
    assert len(page.xpath("//tbody/tr")) == 200


def test_a_picture_says_what_it_draws_and_nobody_is_named() -> None:
    drawn = str(lineage_picture(lineage(claim("CL1", gaps=("withdrawn_since",))), k=5))
    assert "<title id=" in drawn
    assert "Consent: gap (gap)." in drawn
    assert all(name in drawn for name in LAYERS)
    section = str(lineage_section(lineage(claim("CL1")), k=5))
    assert "secret" not in section
    assert "I0" not in section


def test_of_few_people_neither_number_nor_consent_is_shown() -> None:
    small = claim("CL1", people=3, gaps=("withdrawn_since", "not_released"))
    line = claim_line(small, 5)
    assert (line.people, line.consent) == ("fewer than 5 people", "consent: not shown")
    assert [gap for gap in line.gaps if "onsent" in gap] == []
    assert len(line.gaps) == 1
    assert line.excerpts in ("not shown", "not available")  # each is from one of them
    assert "not any more" not in str(lineage_section(lineage(small), k=5))
    assert dict(layered(lineage(small), 5).layers[4]) == {"not shown": "ok"}
    enough = claim_line(claim("CL1", gaps=("withdrawn_since",)), 5)
    assert (enough.people, enough.consent, len(enough.gaps)) == ("5 or more people", "consent: a gap", 1)


def test_of_doubts_it_is_told_only_whether_any_is_open() -> None:
    doubts = tuple(Beside("member_check_doubt", "T0", state, f"e{n}") for n, state in enumerate(("settled", "open")))
    assert claim_line(replace(claim("CL1"), beside=doubts), 5).beside == ("doubts in member checks: some open",)
    assert claim_line(replace(claim("CL1"), beside=doubts[:1]), 5).beside == ("doubts in member checks: settled",)


def test_a_retracted_claim_is_told_and_not_drawn() -> None:
    gone = replace(claim("CL3"), is_retracted=True)
    assert layered(lineage(claim("CL1"), gone), 5).layers[0] == (("CL1", "ok"),)
    assert "retracted" in str(lineage_section(lineage(gone), k=5))


def test_the_teams_page_has_every_step_and_what_speaks_to_a_claim() -> None:
    page = html.fromstring(lineage_page(lineage(claim("CL1")), title="A study", synthetic=True))
    text = " ".join(page.text_content().split())
    assert "Said <so>." in text
    assert "Negative case NC1: boundary set" in text
    assert [cell.text_content().strip() for cell in page.xpath("//section[@id='claim-CL1']//tbody/tr[1]/*")] == [
        "I0",
        "R1/code0_0/3",
        "released",
        "consent in force",
        "not withdrawn",
    ]
    assert "secret" not in text
    empty = lineage_page(lineage(), title="A study", synthetic=False).decode()
    assert "No claim is on record yet." in empty
