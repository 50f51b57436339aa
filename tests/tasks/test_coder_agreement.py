"""Coders of a small study compared: what is recorded, what the page says, and where the words are and are not."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from study import Event
from tasks.assessed import Assessed
from tasks.coder_agreement import compare_coding
from tasks.codings import material_of
from tasks.reconciling import COLUMNS, as_csv, as_workbook
from tests.tasks.member_check_study import at, enrol, write_study

pytestmark = pytest.mark.real

QUOTE = "Nobody asked me number {} anything at first."
SPOKEN = QUOTE.format(2)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """C2 codes three of the six transcripts too, one of them another way."""
    root = write_study(tmp_path_factory.mktemp("coders") / "tiny")
    protocol = root / "study.yaml"
    protocol.write_text(f"{protocol.read_text()}analysis: {{agreement: {{unit: turn, resamples: 200}}}}\n")
    with (root / "analysis/codings.csv").open("a") as codings:
        codings.write(f'I0001,C2,voice,2,2,"{QUOTE.format(1)}"\nI0001,C2,lonely,4,4,"Later they did, 1 times."\n')
        codings.write(f'I0002,C2,lonely,2,2,"{SPOKEN}"\nI0003,C2,voice,2,2,"{QUOTE.format(3)}"\n')
    enrol(root)
    return root


@pytest.fixture
def root(enrolled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(enrolled, tmp_path / "tiny"))


def run(root: Path) -> tuple[Assessed, list[Event]]:
    with at(root) as place:
        material = material_of(place)
        place.trail.append(material.facts)
        compared = compare_coding.fn(place, material)
        place.trail.append(compared.facts)
        return compared, place.events(["agreement.assessed"])


def listed(root: Path) -> list[dict[str, str]]:
    body = (root / "restricted/agreement/disagreements.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body, newline="")))


def test_disagreements_come_first_and_their_words_stay_restricted(root: Path) -> None:
    compared, (event,) = run(root)
    assert event.data["disagreements"] == 2
    assert (event.data["unit"], event.data["uncoded"], event.data["transcripts"]) == ("turn", "is_absence", 3)
    assert (event.data["units"], event.data["percent"]) == (30, round(28 / 30 * 1_000_000))
    assert event.data["alpha_low"] <= event.data["alpha"] <= event.data["alpha_high"]
    page = (root / "out/analysis/agreement.html").read_text()
    assert page.index("2 disagreements") < page.index("Krippendorff")
    assert "I0002, turn 3" in page
    assert "Uncoded text counts as the absence of every code" in page
    assert list(json.loads((root / "out/agreement.json").read_text()))[5] == "disagreements"
    rows = [(r["transcript_id"], r["where"], r["code"], r["applied_by"], r["quotes"]) for r in listed(root)]
    assert rows == [
        ("I0002", "turn 3", "lonely", "C2", f"C2: {SPOKEN}"),
        ("I0002", "turn 3", "voice", "C1", f"C1: {SPOKEN}"),
    ]
    assert all(SPOKEN in r["text"] and r["decided"] == "" for r in listed(root))
    sheet = load_workbook(root / "restricted/agreement/disagreements.xlsx").active
    assert [cell.value for cell in sheet[2]][:3] == ["I0002", "turn 3", "lonely"]
    shown = "".join(f.read_text() for part in ("out", "trail") for f in (root / part).rglob("*") if f.is_file())
    assert SPOKEN not in shown
    assert "2 disagreements; agreement 93.3%" in compared.said[0]


def test_a_second_run_records_and_writes_nothing_new(root: Path) -> None:
    run(root)
    book = (root / "restricted/agreement/disagreements.xlsx").read_bytes()
    assert len(run(root)[1]) == 1
    assert (root / "restricted/agreement/disagreements.xlsx").read_bytes() == book


def test_another_unit_is_another_assessment_and_a_study_that_asks_for_none_keeps_nothing(root: Path) -> None:
    run(root)
    protocol = root / "study.yaml"
    protocol.write_text(protocol.read_text().replace("unit: turn", "unit: character, uncoded: is_missing"))
    compared, events = run(root)
    assert {(e.data["unit"], e.data["uncoded"]) for e in events} == {
        ("turn", "is_absence"),
        ("character", "is_missing"),
    }
    assert "a character without any code of a coder is not judged by them" in compared.said[0]
    assert [r["units"] for r in listed(root)] == [str(len(SPOKEN) - 1)] * 2  # up to its last word
    protocol.write_text(protocol.read_text().partition("analysis:")[0])
    assert run(root)[0].facts == ()
    assert not list((root / "restricted/agreement").glob("*"))
    assert not (root / "out/analysis/agreement.html").exists()
    assert not (root / "out/agreement.json").exists()


def test_a_text_that_looks_like_a_formula_stays_text() -> None:
    row = ("I1", "turn 1", "hope", "A", "B", "1", "=1+1", "-x\x07", "", "")
    assert as_csv([row]).decode("utf-8-sig").splitlines()[1] == "I1,turn 1,hope,A,B,1,'=1+1,'-x\x07,,"
    sheet = load_workbook(io.BytesIO(as_workbook([row]))).active
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert (sheet["G2"].value, sheet["G2"].data_type, sheet["H2"].value) == ("=1+1", "s", "-x")
