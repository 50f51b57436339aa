"""What changed in a frame and in a design, in words; of people in counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pandas as pd

from sampling import Attribute, Design, Rule, design_changes, frame_changes, frame_of, remembered

ROWS = [("S01", "north", "5"), ("S02", "bay", "7"), ("S03", "", "9")]
DESIGN = Design(
    "id", 2, "maximum_variation", "why", required=("S01",),
    attributes=(Attribute("region", "nominal"), Attribute("size", "numeric")),
    rules=(Rule("one bay", {"region": ["bay"]}, min=1),),
)  # fmt: skip


def hidden(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def frame(rows: list[tuple[str, ...]], columns: tuple[str, ...] = ("id", "region", "size")) -> dict[str, Any]:
    return remembered(frame_of(pd.DataFrame(rows, columns=list(columns)), "id"))


def design(changed: Design) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(changed.canonical())
    return found


def test_rows_cells_and_columns_of_a_frame() -> None:
    then = frame(ROWS)
    assert frame_changes(then, frame(list(reversed(ROWS)))) == ()
    now = frame([("S01", "south", "5"), ("S03", "bay", "9"), ("S04", "bay", "1")])
    assert frame_changes(then, now) == (
        "added: S04",
        "removed: S02",
        "region of S01 (north, now south), S03 (empty, now bay)",
    )
    wider = frame([(*row, "x") for row in ROWS], ("id", "region", "staff", "note"))
    assert frame_changes(then, wider) == ("new columns: note, staff", "columns gone: size")


def test_of_people_only_counts_are_said_and_no_cell_is_remembered() -> None:
    table = pd.DataFrame(ROWS, columns=["id", "region", "size"])
    then = remembered(frame_of(table, "id", personal=True), hidden)
    assert "north" not in json.dumps(then)
    table.loc[:, "region"] = ["north", "coast", "coast"]
    now = remembered(frame_of(pd.concat([table, table.assign(id=["S04", "S05", "S06"])]), "id", personal=True), hidden)
    assert frame_changes(then, now, personal=True) == ("added: 3 people", "region of 2 people")


def test_keys_of_a_design() -> None:
    then = design(DESIGN)
    assert design_changes(then, then) == ()
    assert design_changes(then, design(replace(DESIGN, size=3, seed=7))) == ("`seed` (0, now 7)", "`size` (2, now 3)")
    assert design_changes(then, design(replace(DESIGN, rationale="other"))) == ("`rationale`",)
    heavier = replace(DESIGN, attributes=(Attribute("size", "numeric", weight=2), Attribute("staff", "numeric")))
    assert design_changes(then, design(heavier)) == (
        "attribute staff added",
        "attribute region removed",
        "attribute size changed (weight 1.0, now 2)",
    )
    rules = replace(DESIGN, rules=(Rule("one bay", {"region": ["bay", "north"]}, min=2),))
    assert design_changes(then, design(rules)) == ("rule one bay changed (min 1, now 2, where)",)
    ids = design(replace(DESIGN, required=("S02",), criterion={"size": (3, None)}))
    assert design_changes(then, ids) == ("`criterion` of size", "`required` now with S02 and without S01")
    assert design_changes(then, ids, personal=True)[1] == "`required`: 1 more, 1 fewer"
    later = design(replace(DESIGN, taken=("S03",), score="size"))
    assert design_changes(then, later) == (
        "`score` (not given, now size)",
        "the approved samples of the stages it leaves out now with S03",
    )
