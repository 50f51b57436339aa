"""The dossier: small cells suppressed, gaps named, limits beside the verdict, no network."""

from __future__ import annotations

import re
from html import unescape

import pytest

from pages.dossier import TrailVerdict, dossier_page
from trustworthiness.criteria import HALPERN, HalpernClass, Recorded, Technique
from trustworthiness.dossier import Content, Coverage, DecisionLine, MemberCheckLine, Stage

PEOPLE = ("People considered", "Packets released", "Packets sent", "Replies returned", "Closed")
TRAIL = TrailVerdict(True, 900, 3, 903, "ab" * 32, (), ("Integrity is not truth.", "The tail is not protected."))


def line(what: str, count: int, of: int, people: int | None = None) -> MemberCheckLine:
    return MemberCheckLine(what, count, of, "whole", count if people is None else people)


def made(**changes) -> Content:
    values = {
        "study": "fsp",
        "title": "Peers <&> programs",
        "synthetic": True,
        "board": "The board",
        "reference": "R-1",
        "criteria": (
            Technique("Credibility", "Peer debriefing", (Recorded("debriefing.held", 2),), ("debriefing.held",)),
            Technique(
                "Credibility",
                "Member checking",
                (Recorded("member_check.sent", 23), Recorded("member_check.returned", 3)),
                (),
            ),
            Technique("Credibility", "Negative case analysis", (), ("negative_case.raised",)),
        ),
        "halpern": tuple(
            HalpernClass(id, label, (Recorded("fieldnote.received", 8),) if id == "raw_data" else ())
            for id, label in HALPERN.items()
        ),
        "stages": (Stage("sites", "maximum_variation", "Both ends.", 93, ("S011", "S012"), "optimal", True),),
        "decisions": (
            DecisionLine("query.set_aside", "INV1", "declared", 2),
            DecisionLine("sample.approved", "INV1", "signed", 1),
            DecisionLine("transcript.released", "COO1", "declared", 24),
        ),
        "recruitment": (("Consented", 31), ("Enrolled", 29), ("Interviewed", 24)),
        "consent": (Coverage("take_part", 29, 2), Coverage("quote", 20, 11)),
        "verdicts": {
            "transcripts": {"passed": 20, "review": 3, "blocked": 1, "unreadable": 0},
            "surveys": {"passed": 1},
        },
        "queries": {"open": {"block": 1, "review": 2, "inform": 0}},
        "member_checks": (
            line("packets released", 23, 24),
            line("packets sent", 23, 23),
            line("replies returned", 17, 23),
            line("closed", 0, 23),
            line("themes: this fits", 50, 68, 17),
            line("themes: partly", 9, 68, 7),
            line("themes: does not fit", 7, 68, 3),
            line("themes: not answered", 2, 68, 2),
        ),
        "open_doubts": 1,
        "claims": 3,
        "gaps": {},
        "events": "0" * 64,
        "events_count": 800,
    }
    return Content(**{**values, **changes})


@pytest.fixture(scope="module")
def page() -> str:
    return dossier_page(made(), k=5, day="1 June 2017", trail=TRAIL).decode()


def row(page: str, name: str) -> str:
    """The text of the table row whose header is that name."""
    found = re.search(rf'<tr><th scope="row">{re.escape(name)}</th>(.*?)</tr>', unescape(page), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_what_is_not_recorded_says_so(page):
    assert row(page, "Peer debriefing") == "debriefing held: 2"
    assert row(page, "Negative case analysis") == "not recorded (looked for: negative case raised)"
    assert row(page, "Raw data") == "field note received: 8"
    assert row(page, "Process notes") == "nothing deposited"
    assert page.count("nothing deposited") == 5


def test_nothing_is_called_met_or_scored(page):
    text = re.sub(r"<[^>]+>", " ", page.split("<main")[1]).lower()
    assert re.findall(r"\b(fulfilled|satisfied|score|%)", text) == []
    assert re.findall(r"\bmet\b", text) == ["met"]  # "whether a criterion is met is for you to judge"


def test_records_about_people_are_rounded_down(page):
    assert row(page, "Member checking") == "member check sent: 20 or more; member check returned: fewer than 5"


def test_steps_that_differ_by_few_people_are_suppressed(page):
    assert [row(page, step) for step in ("Consented", "Enrolled", "Interviewed")] == ["31", "suppressed", "24"]
    assert [row(page, step) for step in PEOPLE] == [
        "24", "suppressed", "suppressed", "17", "0",
    ]  # fmt: skip


def test_small_cells_cannot_be_subtracted_from_their_total(page):
    assert row(page, "Take part") == "suppressed 31"
    assert row(page, "Quote") == "20 31"
    assert [row(page, v) for v in ("To review", "Blocked", "In all")] == ["suppressed", "suppressed", "24"]
    assert row(page, "Passed") == "suppressed"


def test_answers_of_few_people_are_suppressed_however_many_they_are(page):
    assert row(page, "This fits") == "50"
    assert row(page, "Does not fit") == "suppressed"
    assert row(page, "Not answered") == "suppressed"


def test_the_limits_stand_as_prominently_as_the_verdict(page):
    section = page.split('id="trail"')[1].split("</section>")[0]
    assert "verified" in section
    assert section.count('class="lead"') == 2
    assert "Unaltered is not true" in section
    assert "The tail is not protected." in section


def test_a_failed_verification_is_shown_with_its_faults():
    failed = TrailVerdict(False, 900, 3, 903, "ab" * 32, ("OBJECT_ALTERED lanes/x",), ())
    page = dossier_page(made(), k=5, day="1 June 2017", trail=failed).decode()
    assert "verification failed" in page
    assert "OBJECT_ALTERED lanes/x" in page


def test_it_needs_no_network_and_escapes_the_title(page):
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert "http" not in page.replace("http-equiv", "")
    assert "Peers &lt;&amp;&gt; programs" in page


def test_an_empty_study_makes_a_page():
    nobody = tuple(line(what, 0, 0) for what in ("packets released", "packets sent", "replies returned", "closed"))
    empty = made(criteria=(), stages=(), recruitment=(), consent=(), verdicts={}, queries={}, member_checks=nobody)
    page = dossier_page(empty, k=5, day="1 June 2017", trail=TRAIL).decode()
    assert "No member check is recorded." in page
    assert "No sample is recorded." in page


def test_every_decision_says_how_sure_it_is_who_took_it(page):
    decided = page.split('id="decisions"')[1].split("</section>")[0]
    rows = [re.sub(r"<[^>]+>", " ", r).split() for r in re.findall(r"<tr>(.*?)</tr>", decided)[1:]]
    assert [" ".join(words) for words in rows] == [
        "Query set aside INV1 2 declared only",
        "Sample approved INV1 1 signed",
        "Transcript released for coding COO1 20 or more declared only",  # about people: never exact
    ]


def test_without_decisions_it_says_so():
    assert b"No decision is recorded" in dossier_page(made(decisions=()), k=5, day="1 May 2016", trail=TRAIL)
