"""Saturation of a small study: what is recorded, which decisions count, what is said when it is assessed otherwise."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from study import Event
from tasks.assessed import Assessed
from tasks.codings import material_of
from tasks.saturation import assess_sequences
from tests.tasks.member_check_study import at, decide, enrol, write_study

pytestmark = pytest.mark.real

MINUTES = "analysis/memos/stop.txt"
STOP = f"saturation,study,stop,INV1,2016-09-01,Talked through ({MINUTES})."


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six coded interviews, the first with two codes; one code is new in the first alone: 4+2 is reached."""
    root = write_study(tmp_path_factory.mktemp("saturation") / "tiny")
    protocol = root / "study.yaml"
    text = protocol.read_text().replace(
        "{task: release_packet, from: 2016-01-01}",
        "{task: release_packet, from: 2016-01-01}, {task: decide_saturation, from: 2016-01-01}",
    )
    protocol.write_text(f"{text}analysis: {{saturation: {{base: 4, run: 2, orders: 50}}}}\n")
    (root / "analysis/memos").mkdir()
    (root / MINUTES).write_text("Made-up minutes: nothing new since the first interview.\n")
    enrol(root)
    return root


@pytest.fixture
def root(enrolled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(enrolled, tmp_path / "tiny"))


def run(root: Path, day: date | None = None) -> tuple[Assessed, list[Event]]:
    with at(root, day) as place:
        material = material_of(place)
        place.trail.append(material.facts)
        assessed = assess_sequences.fn(place, material)
        place.trail.append(assessed.facts)
        return assessed, place.events(["saturation.assessed", "saturation.decided"])


def faults(assessed: Assessed) -> list[tuple[str, int, str]]:
    return [(p.check, p.row, p.column) for p in assessed.problems]


def page(root: Path) -> str:
    text = re.sub(r"<(style|svg).*?</\1>", "", (root / "out/analysis/saturation.html").read_text(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_decision_cites_its_minutes_and_the_assessment_it_rests_on(root: Path) -> None:
    decide(root, STOP)
    assessed, events = run(root)
    decided, found = sorted(events, key=lambda e: e.kind, reverse=True)
    assert (assessed.problems, found.data["label"]) == ((), "4+2")
    assert (found.data["orders"], found.data["at_median"]) == (50, 4)
    assert 20 < found.data["orders_reached"] < 46  # in two of three orders the first interview is in the base
    assert found.data["francis"] == "too_few"
    assert [cause.id for cause in decided.causes] == [found.id]
    (minutes,) = decided.used
    assert minutes.hmac is not None
    assert minutes.bytes == len((root / MINUTES).read_bytes())
    assert "INV1 stop reached at 4+2" in page(root)
    again, after = run(root)
    assert (again.problems, len(after)) == ((), 2)


def test_a_decision_rests_on_the_assessment_of_its_day_or_on_none(root: Path) -> None:
    run(root, date(2016, 7, 1))
    codings = root / "analysis/codings.csv"
    whole = codings.read_text()
    codings.write_text("".join(line for line in whole.splitlines(keepends=True) if not line.startswith("I0006")))
    run(root, date(2016, 8, 10))
    codings.write_text(whole)
    days = ("2016-06-30", "2016-07-20", "2016-08-10", "2016-01-31")
    decide(root, *(STOP.replace("2016-09-01", day) for day in days))
    assessed, events = run(root)
    assert faults(assessed) == [("AN009", 5, "occurred"), ("AN051", 4, "subject")]
    assert "before the first interview" in assessed.problems[0].detail
    labels = {e.id: e.data.get("label", "") for e in events}
    cited = {e.occurred: [labels[c.id] for c in e.causes] for e in events if e.kind == "saturation.decided"}
    assert cited == {"2016-06-30": [], "2016-07-20": ["4+2"], "2016-08-10": [""]}
    shown = page(root)
    assert "2016-06-30 INV1 stop no assessment that day 2016-07-20" in shown
    assert "2016-07-20 INV1 stop reached at 4+2 2016-08-10" in shown
    assert "2016-08-10 INV1 stop too few interviews to say has changed since" in shown
    assert faults(run(root)[0]) == [("AN009", 5, "occurred"), ("AN051", 4, "subject")]


def test_decisions_that_cannot_be_used_are_not_recorded(root: Path) -> None:
    decide(
        root,
        f"saturation,peers,stop,INV1,2016-08-01,{MINUTES}",
        f"saturation,study,maybe,INV1,2016-08-01,{MINUTES}",
        f"saturation,study,stop,COO1,2016-08-01,{MINUTES}",
        "saturation,study,stop,INV1,2016-08-01,We felt it.",
        "saturation,study,stop,INV1,2016-08-02,analysis/memos/lost.txt",
        "saturation,study,stop,INV1,2016-08-03,records/../study.yaml",
    )
    assessed, events = run(root)
    assert faults(assessed) == [
        ("AN009", 2, "subject"),
        ("AN009", 3, "value"),
        ("AN009", 4, "person"),
        ("AN050", 5, "reason"),
        ("AN050", 6, "reason"),
        ("AN050", 7, "reason"),
    ]
    assert [e.kind for e in events] == ["saturation.assessed"]
    assert "Nothing yet." in page(root)


def test_a_codebook_with_merged_codes_is_assessed_anew_and_the_decision_reported_until_decided_again(
    root: Path,
) -> None:
    decide(root, STOP)
    run(root)
    book = root / "analysis/codebook.csv"
    book.write_text("code,definition,parent,origin,version\nvoice,Asked or alone,,inductive,2\nlonely,,,deductive,2\n")
    assessed, events = run(root)
    assert faults(assessed) == [("AN051", 2, "subject")]
    assert sorted(e.data["codebook"] for e in events if e.kind == "saturation.assessed") == ["1", "2"]
    shown = page(root)
    assert "The codebook is version 2; it was version 1." in shown
    assert "reached at 4+2 has changed since" in shown
    decide(root, STOP, STOP.replace("stop,", "continue,"))
    assessed, _ = run(root)
    assert faults(assessed) == []
    assert faults(run(root)[0]) == []


def test_a_codebook_is_frozen_once_and_other_words_under_its_version_are_told(root: Path) -> None:
    decide(
        root,
        "freeze_codebook,1,,INV1,2016-07-01,Nothing to add.",
        "freeze_codebook,9,,INV1,2016-07-01,Wrong.",
        "freeze_codebook,1,,COO1,2016-07-01,Not theirs.",
    )
    assessed, _ = run(root)
    assert faults(assessed) == [("AN052", 3, "subject"), ("AN052", 4, "person")]
    (frozen,) = [f for f in assessed.facts if f.kind == "codebook.frozen"]
    assert (frozen.data["version"], frozen.data["codes"]) == ("1", 2)
    assert "version 1, frozen on 2016-07-01" in page(root)
    book = root / "analysis/codebook.csv"
    book.write_text(book.read_text().replace("Being asked", "Being asked by somebody"))
    assessed, _ = run(root)
    assert faults(assessed)[-1] == ("AN053", 0, "version")
    assert [f.kind for f in assessed.facts] == ["saturation.assessed"]


def test_interviews_that_no_longer_count_are_told_and_too_few_is_no_claim(root: Path) -> None:
    run(root)
    codings = root / "analysis/codings.csv"
    codings.write_text("".join(line for line in codings.open() if not line.startswith("I0006")))
    assessed, events = run(root)
    assert assessed.said == (
        "Saturation, study: 5 interviews too few to say. Not counted, because not released or not coded: 1 interview.",
    )
    shown = page(root)
    assert "It said: reached at 4+2; it says now: too few interviews to say." in shown
    assert "5 interviews count; 6 did" in shown
    assert "This is no claim" in shown
    assert "orders" not in next(e for e in events if e.data.get("status") == "too_few").data


def test_a_study_that_claims_none_has_no_page(root: Path) -> None:
    run(root)
    protocol = root / "study.yaml"
    protocol.write_text(protocol.read_text().replace("analysis: {saturation: {base: 4, run: 2, orders: 50}}\n", ""))
    assessed, _ = run(root)
    assert assessed.facts == ()
    assert not (root / "out/analysis/saturation.html").exists()
