"""A stage's pictures and words: what they say to those who cannot see them, and what they never show."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from pages.sample_pictures import Line, Role, Scale, Spot, map_picture, parallel_picture
from pages.sample_section import Nearest, PartCovered, Site, Stage, pictures, stage_markdown, status_rows, values_table
from pages.svg import standalone

ROLES: tuple[Role, ...] = ("chosen", "chosen", "backup", "left", "passed_over")
SPOTS = tuple(Spot(f"S{k}", k / 4, (k * 3 % 5) / 5, role) for k, role in enumerate(ROLES))
SCALES = (Scale("region", ((0.0, "north"), (1.0, "south"))), Scale("staff_count", ((0.0, "10"), (1.0, "50"))))
LINES = tuple(Line(s.id, s.role, (float(k % 2), None if k == 2 else k / 4)) for k, s in enumerate(SPOTS))
STAGE = Stage(
    "sites", "Maximum variation: 2 of 5", "Because | it <b>matters</b>.", "approved", "good", "Proven.",
    chosen=(Site("S0", "the only one with region = north"),), caution="The proof concerns the attributes.",
    passed_over=(Nearest("S4", "passed over", "loses 0.1", "S1", "0.200"),),
    coverage=(PartCovered("region", "north", "40%", 1, "one north: at least 1, has 1", True),),
    spots=SPOTS, stress=0.25, scales=SCALES, lines=LINES,
)  # fmt: skip


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)


def test_each_picture_is_named_and_described_with_ids_of_its_own() -> None:
    drawn = [parsed(str(p.drawn)) for p in pictures(STAGE)]
    assert len(drawn) == 2
    named = [[e.attrib["id"] for e in root if e.tag in ("title", "desc")] for root in drawn]
    assert len({i for pair in named for i in pair}) == 4
    assert [root.attrib["aria-labelledby"] for root in drawn] == [" ".join(pair) for pair in named]
    assert "Chosen: S0, S1." in (drawn[0].find("desc").text or "")  # type: ignore[union-attr]


def test_standing_shows_by_shape_and_label_and_not_by_colour_alone() -> None:
    root = parsed(str(map_picture(SPOTS, key="m", title="t", said="s")))
    labels = [t.text for t in root.findall("text") if t.attrib.get("font-weight") == "600"]
    assert labels == ["S0", "S1"]
    marks = {t.text: (e.tag, e.get("r"), e.get("d", "")[-1:]) for e in root for t in e.findall("title") if t.text}
    kinds = [
        next(m for t, m in marks.items() if t.endswith(w)) for w in (", chosen", "backup", "left the study", "over")
    ]
    assert len(set(kinds)) == 4


@pytest.mark.parametrize("count", [1, 2, 40])
def test_every_mark_lies_within_the_picture(count: int) -> None:
    spots = [
        Spot(f"S{k:03d}", (k * 37 % 41) / 41, (k * 11 % 13) / 90, "chosen" if k < 9 else "backup") for k in range(count)
    ]
    root = parsed(str(map_picture(spots, key="m", title="t", said="s")))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for circle in root.findall("circle"):
        assert 0 <= float(circle.attrib["cx"]) <= width
        assert 0 <= float(circle.attrib["cy"]) <= height
    for text in root.findall("text"):
        assert 0 <= float(text.attrib["x"]) <= width


def test_who_has_no_value_is_drawn_at_missing_and_only_there() -> None:
    root = parsed(str(parallel_picture(SCALES, LINES, key="p", title="t", said="s")))
    assert [t.text for t in root.findall("text")].count("missing") == 1
    whole = tuple(replace(line, places=(0.0, 0.5)) for line in LINES)
    assert "missing" not in str(parallel_picture(SCALES, whole, key="p", title="t", said="s"))


def test_the_table_says_what_the_pictures_show() -> None:
    header, rows = values_table(STAGE)
    assert header == ("Site", "Standing", "Map", "region", "staff count")
    assert rows[0] == ("S0", "chosen", "0.00, 0.00", "north", "10")
    assert rows[1][1:] == ("chosen", "0.25, 0.60", "south", "20")
    assert next(r for r in rows if r[0] == "S2")[-1] == "missing"
    assert len(rows) == 5


def test_a_picture_stands_alone_in_an_artifact() -> None:
    drawn = pictures(STAGE)[0].drawn
    alone = standalone(drawn).decode()
    assert "var(--" not in alone
    assert parsed(alone).tag == "{http://www.w3.org/2000/svg}svg"
    markdown = stage_markdown(STAGE)
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", markdown)
    assert [base64.b64decode(f)[:4] for f in found] == [b"<svg", b"<svg"]


def test_what_people_wrote_cannot_break_a_table_or_become_markup() -> None:
    markdown = stage_markdown(STAGE)
    assert "Because \\| it \\<b\\>matters" in markdown
    assert "| region | north | 40% | 1 | one north: at least 1, has 1 | yes |" in markdown
    assert "> The proof concerns the attributes." in markdown


def test_what_people_did_and_how_far_the_proof_goes_is_in_the_words() -> None:
    stage = replace(
        STAGE, proven=("Sum of distances 3.9971 (bound 3.9971, gap 0 %).",), stands="The approved sample stands.",
        overridden=("S4 came in the place of S3: it costs 0.1000 of the sum of distances.",),
        notes=("size has one value throughout the eligible frame and was left out.",),
        evaluated="5 sites were evaluated: 2 chosen.",
    )  # fmt: skip
    markdown = stage_markdown(stage)
    assert "Proven. Sum of distances 3.9971 (bound 3.9971, gap 0 %)." in markdown
    assert "## What people exchanged\n\n- S4 came in the place of S3: it costs" in markdown
    assert "## Notes\n\n- size has one value" in markdown
    assert markdown.index("The approved sample stands.") < markdown.index("Why this way")
    assert markdown.index("5 sites were evaluated: 2 chosen.") < markdown.index("## Passed over")
    assert not any(title in stage_markdown(STAGE) for title in ("What people exchanged", "## Notes"))


def test_every_evaluated_site_is_a_row_with_its_status() -> None:
    assert status_rows(STAGE) == (
        {"Site": "S0", "Status": "chosen", "Reason": "the only one with region = north"},
        {"Site": "S4", "Status": "passed over", "Reason": "loses 0.1"},
    )
    assert status_rows(replace(STAGE, chosen=(), passed_over=())) == ()


def test_ids_are_escaped() -> None:
    spots = (Spot("<S&0>", 0.0, 0.0, "chosen"), Spot("S1", 1.0, 1.0, "backup"))
    assert "<S&0>" not in str(map_picture(spots, key="m", title="t", said="s"))


def test_without_data_there_is_no_picture() -> None:
    assert pictures(replace(STAGE, spots=(), lines=())) == ()
