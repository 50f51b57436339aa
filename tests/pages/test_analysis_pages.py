"""The pages on saturation and agreement: nothing is claimed that was not found, and disagreements come first."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd
import pytest

from analysis import compare_coders, guest_saturation
from analysis.francis import francis_saturation
from analysis.marks import Mark
from analysis.orders import Orders
from pages.agreement_page import AgreementPage, agreement_page, coefficient
from pages.saturation_page import Decided, SaturationPage, SequencePart, saturation_page
from tasks.saturation_artifacts import saturation_rows
from tests.pages.test_transcript_pages import WellFormed

COUNTS = [24, 6, 4, 3, 3, 4, 0, 1, 0, 0, 3, 4, 1, 0, 0]


def part(counts: list[int], **more: object) -> SequencePart:
    days = tuple((f"I{n:03d}", date(2020, 1, 1) + timedelta(n)) for n in range(len(counts)))
    found = guest_saturation(counts)
    orders = Orders(1000, 930, 0, 6, 4, 9) if len(counts) > 5 else None
    said = (("peer", "Peers", days, 2, "2", ""), (found, orders, francis_saturation(counts)))
    return SequencePart(*said[0], *said[1], **more)  # type: ignore[arg-type]


def text(page: bytes) -> str:
    parser = WellFormed()
    parser.feed(page.decode())
    assert parser.open == []
    assert "https://" not in page.decode().replace("https://www.w3.org", "")
    plain = re.sub(r"<(style|script).*?</\1>", "", page.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())


def test_the_curve_its_marks_and_every_spell_are_told() -> None:
    marks = (Mark(4, "guide", "peer-2"), Mark(5, "codebook", "1"))
    decided = (Decided("INV1", "2020-03-01", "stop", "reached at 6+2", True),)
    one = part(COUNTS, marks=marks, decided=decided, since=("It said: not reached.",), before="2020-02-01")
    page = SaturationPage("Study", True, "2020-04-01", "role", (one,), gone=1)
    said = text(saturation_page(page))
    assert "After 6 interviews, the 2 that followed brought at most (≤) 5% as many new codes as the first 4." in said
    assert "First reached at 6+2; it lapsed with the run after 9 interviews" in said
    assert "Reached again at 12+2; it lasts to the end" in said
    assert "After interview 4: guide peer-2. After interview 5: codebook frozen, 1." in said
    assert "5 to 6: 18.9%; 6 to 7: 10.8%; 7 to 8: 2.7%" in said
    assert "Over 1,000 seeded reorderings" in said
    assert "the order carries meaning" in said
    assert "2 interviews were held but not counted" in said
    assert "has changed since" in said
    assert "1 interview is left out" in said
    assert saturation_rows(page) == [
        {
            "Sequence": "Peers",
            "Interviews": "15",
            "Index": "reached at 6+2",
            "Reached in orders": "93%",
            "Decided": "stop (INV1, 2020-03-01)",
            "Changed since": "yes",
        }
    ]


@pytest.mark.parametrize(
    ("counts", "said"), [([3, 1, 0], "too few to say"), ([0] * 6 + [1], "undefined"), ([], "0 in")]
)
def test_what_is_too_few_or_undefined_is_no_claim(counts: list[int], said: str) -> None:
    shown = text(saturation_page(SaturationPage("Study", False, "2020-04-01", "role", (part(counts),))))
    assert said in shown
    assert "This is no claim" in shown
    assert "reached" not in shown.replace("may be reached and lapse", "").replace("index was reached in", "")


def compared(*rows: tuple[str, str, str, int, int]) -> AgreementPage:
    turns = {t: pd.DataFrame({"turn": range(1, 41), "text": "word"}) for t in ("I1", "I2")}
    coded = pd.DataFrame(rows, columns=["transcript", "coder", "code", "start", "end"])
    found = compare_coders(coded, turns, resamples=50)
    assert found is not None
    return AgreementPage("Study", True, "2020-04-01", found, ("restricted/agreement/disagreements.csv",))


def test_disagreements_stand_before_any_number_and_rare_codes_are_called_a_paradox() -> None:
    both = [(t, coder, "hope", 1, 1) for t in ("I1", "I2") for coder in "AB"]
    page = compared(*both, ("I1", "A", "role", 7, 7))
    said = text(agreement_page(page))
    assert said.index("I1, turn 7") < said.index("Percent agreement")
    assert "1 disagreement" in said
    assert "leaving a turn alone is a decision" in said
    assert "paradox" in said.rpartition("role")[2][:120]
    assert "The intervals rest on 2 transcripts" in said
    assert "Cohen’s kappa" in said


def test_undefined_stays_undefined_and_one_transcript_has_no_interval() -> None:
    said = text(agreement_page(compared(*((("I1", coder, "all", 1, 40)) for coder in "AB"))))
    assert "No disagreement" in said
    assert "Percent agreement 100% none Cohen’s kappa undefined" in said
    assert "it needs two transcripts or more" in said


def test_three_coders_have_kappas_two_by_two_only() -> None:
    page = compared(*((t, coder, "hope", 1, 2) for t in ("I1", "I2") for coder in "ABC"))
    said = text(agreement_page(page))
    assert "Two by two" in said
    assert "A and C 80 100% 1.00 1.00" in said
    assert [name for name, *_ in page.rows()].count("Cohen’s kappa") == 0


def test_a_coefficient_near_one_is_not_one() -> None:
    assert [coefficient(v) for v in (1.0, 0.998, 0.754, -0.001)] == ["1.00", ">0.99", "0.75", "0.00"]
