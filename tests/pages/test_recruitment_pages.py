"""What coordinators, boards and the public see of recruitment: due today, projections, progress reports."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages.due_section import DueLine, DueSection
from pages.flow_picture import flow_picture, said
from pages.layout import render
from pages.progress_page import Line, ProgressPage, progress_page
from pages.published_progress import published
from pages.recruitment_section import drawn, projection_said
from pages.svg import Box
from recruitment.flow_diagram import Box as Step
from recruitment.flow_diagram import Reason
from recruitment.projection import Projection

TODAY = date(2016, 3, 24)
FLOW = (
    Box("Identified", 60),
    Box("Approached", 58, (("Waiting", 2),)),
    Box(
        "Consented", 30, (("Declined", 20), ("No response", 6), ("Does not meet criterion 2: " + "a long text " * 9, 2))
    ),
    Box("Interviewed", 29, (("Withdrew", 1),)),
)


def test_the_picture_draws_every_step_and_reason_whole():
    drawing = str(flow_picture(FLOW, key="f", title="Flow & more"))
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing))
    for box in FLOW:
        assert f"{box.label}: {box.count}" in words
        for label, count in box.left:
            assert f"{label}: {count}" in words.replace("  ", " ")
    assert "…" not in words
    assert 'role="img" aria-labelledby="f-t f-d"' in drawing
    assert '<title id="f-t">Flow &amp; more</title>' in drawing
    assert said(FLOW).startswith("Identified: 60. Left before: Waiting 2. Approached: 58.")


def test_nothing_drawn_lies_outside_the_picture():
    drawing = str(flow_picture(FLOW, key="f", title="Flow"))
    width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawing)[0])
    for x, y, w, h in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', drawing):
        assert int(x) + int(w) <= width
        assert int(y) + int(h) <= height


def test_the_domains_reasons_stand_before_the_box_they_lead_to():
    steps = [Step("a", "A", 9, (Reason("r", "Declined", 4),)), Step("b", "B", 5)]
    assert drawn(steps) == (Box("A", 9), Box("B", 5, (("Declined", 4),)))


ENDS = date(2016, 6, 30)
SEEN = {"seen": 12, "exposure": 84}
SOON = {"early": date(2016, 4, 1), "likely": date(2016, 4, 20)}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Projection("reached", 0, **SEEN, likely=date(2016, 3, 1)), "Reached on 1 March 2016."),
        (
            Projection("projected", 4, **SEEN, **SOON, late=date(2016, 5, 30), chance=0.953),
            "At the pace of the last 84 days (12 interviews) around 20 April 2016, four times in five between 1 April "
            "2016 and 30 May 2016. Chance by 30 June 2016: 95 %.",
        ),
        (
            Projection("projected", 4, **SEEN, **SOON, late=None, chance=0.9999),
            "At the pace of the last 84 days (12 interviews) around 20 April 2016, four times in five between 1 April "
            "2016 and a day more than ten years away. Chance by 30 June 2016: over 99 %.",
        ),
        (
            Projection("too_few", 4, 2, 84),
            "Too few to project from: 2 interviews in the last 84 days; at least 3 in 14 days are needed.",
        ),
    ],
)  # fmt: skip
def test_a_projection_in_words(found, words):
    assert projection_said(found, today=TODAY, ends=ENDS) == words


def test_after_the_field_period_nothing_is_projected():
    found = Projection("projected", 4, **SEEN, early=TODAY, likely=TODAY, late=TODAY, chance=0.0)
    assert projection_said(found, today=date(2016, 7, 1), ends=ENDS) == "The field period ended on 30 June 2016."


def test_each_line_that_is_due_says_how_to_act():
    lines = (
        DueLine("Sites", "Site S014 is behind its target", 1, "replace by 1 May 2016", "Ask.", "fieldtrail run S"),
        DueLine("People", "3 people to contact again", 3, "since 1 March 2016", "Get in touch <now>.", tone="bad"),
    )

    class Page:
        day = "24 March 2016"
        due = DueSection(lines, ("1 contact is held back.",), (("restricted/call_list.csv", "names and phones"),))

    html = render("due_section.html", page=Page, due_words={"bad": "late", "warn": "due", "plain": "coming"}).decode()
    assert html.index("People") < html.index("Sites")
    assert "Get in touch &lt;now&gt;." in html
    assert "<code>fieldtrail run S</code>" in html
    assert "restricted/call_list.csv</code> (names and phones)" in html
    assert "nothing is due" not in html
    Page.due = DueSection()
    assert "nothing is due" in render("due_section.html", page=Page, due_words={}).decode()


def target(held: int, count: int = 20, people: int = 30, **more: Any) -> dict[str, Any]:
    projection = {"likely": "2016-05-20" if held < count else None}
    counted = {"count": count, "held": held, "missing": max(0, count - held), "people": people}
    return {"site": None, "role": None, "group": None, **counted, "projection": projection, **more}


def document(**more: Any) -> dict[str, Any]:
    return {
        "study": "fsp",
        "day": "2016-03-24",
        "as_known_then": False,
        "recruitment": {"interviewed": 29, "withdrawn": 1},
        "boxes": [],
        "targets": [target(24)],
        "sites": {"S01": "visited", "S02": "declined", "S03": "activated"},
        "interviews": {"full": 22, "part": 1, "no_show": 3},
        "consent": {"in_force": 29, "withdrawn": 1, "reconsent_due": 0},
        "deviations": {"recorded": 7, "open_consent_queries": 0},
        "obligations": [],
        **more,
    }


def test_the_team_sees_everything():
    assert published(document(), FLOW, "team", 5) == (document(), FLOW)


def test_an_auditor_sees_counts_rounded_down_and_no_small_group():
    shown, flow = published(document(), FLOW, "auditor", 5)
    assert "recruitment" not in shown
    assert shown["interviews_held_at_least"] == 20
    assert shown["consent"] == {"in_force_at_least": 25, "withdrawn_at_least": None, "reconsent_due_at_least": 0}
    assert shown["deviations"] == {"recorded_at_least": 5, "open_consent_queries_at_least": 0}
    assert [(box.label, box.count, box.left) for box in flow] == [
        ("Identified", 60, ()),
        ("Consented", 30, (("Declined", 20), ("Other reasons", 10))),
    ]


def test_the_public_sees_how_many_sites_not_which():
    assert published(document(), FLOW, "public", 5)[0]["sites"] == {"visited": 1, "declined": 1, "activated": 1}


def test_a_site_sees_nothing_of_who_declined_or_withdrew_or_of_any_site():
    shown, flow = published(document(targets=[target(24), target(3, site="S01")]), FLOW, "site", 5)
    assert flow == ()
    text = json.dumps(shown).lower()
    assert not re.search(r"s0\d|declin|withdr|no.response|lost", text)
    assert shown["sites_taking_part"] == 2


def test_a_role_held_by_few_at_a_site_is_left_out_and_reached_is_not_said_beside_a_small_count():
    targets = [target(24), target(6, people=1, site="S01", role="director"), target(2, count=8, role="director")]
    shown, _ = published(document(targets=targets), FLOW, "auditor", 5)
    assert [(t["role"], t["held_at_least"], t["is_reached"]) for t in shown["targets"]] == [
        (None, 20, None),
        ("director", None, None),
    ]
    assert [t["is_reached"] for t in published(document(), FLOW, "auditor", 5)[0]["targets"]] == [True]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=4), st.integers(2, 6))
@example([2, 2, 2], 3)
@example([1, 1], 2)
@example([9, 1], 5)
def test_no_small_count_of_a_role_can_be_worked_out_from_the_targets(held, k):
    """Even a reader who knows the exact total finds more than one value for every count that is not shown."""
    everybody = sum(held)
    targets = [target(everybody, count=everybody + 1), *(target(n, count=9, role=f"r{i}") for i, n in enumerate(held))]
    shown, _ = published(document(targets=targets, interviews={"full": everybody}), (), "auditor", k)
    counts = [t["held_at_least"] for t in shown["targets"][1:]]
    hidden = [i for i, count in enumerate(counts) if count is None]
    assert {i for i, n in enumerate(held) if 0 < n < k} <= set(hidden)
    if not hidden:
        return
    assert all(t["is_reached"] is None for t in shown["targets"])
    visible = sum(count for count in counts if count is not None)
    assert everybody < k or len(hidden) > 1
    assert everybody - visible >= 1  # so that each of them may be nought, or this


def progress(**more: Any) -> ProgressPage:
    page: dict[str, Any] = {
        "title": "A study of <peers>",
        "study": "fsp",
        "synthetic": False,
        "audience": "auditor",
        "day": "24 March 2016",
        "as_known_then": False,
        "k": 5,
        "counts": (Line("interviews held", "20 or more"),),
        "flow": FLOW[:1],
        "targets": (Line("Everybody", "all 24", "reached", "good"),),
        "sites": (Line("S01", "visited"),),
        "obligations": (Line("Report", "1 April 2016", "overdue", "bad"),),
        "notes": ("Rounded.",),
    }
    return ProgressPage(**{**page, **more})


def test_a_progress_page_says_for_whom_and_of_which_day_it_is():
    html = progress_page(progress()).decode()
    assert "A study of &lt;peers&gt;" in html
    assert "for auditors, boards and funders" in html
    assert "24 March 2016" in html
    assert "fewer than 5" in html
    assert not re.search(r"(src|href)=\"(https?:)?//|url\(|@import", html)


def test_what_was_known_then_is_said_so():
    html = progress_page(progress(as_known_then=True, audience="team", k=0)).decode()
    assert "from what had been recorded by then" in html
    assert "fewer than" not in html
