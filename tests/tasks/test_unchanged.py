"""A tracking run on files and a trail that nobody touched: told without reading them, and never wrongly."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from study import Fact, Query
from tasks.opening import opening_facts
from tasks.outcome import Outcome
from tasks.queries import write_query
from tasks.unchanged import kept_for_next_time, unchanged
from tasks.workspace import StudyRequest, opened

EXAMPLES = Path(__file__).parents[2] / "examples"
FLOW = "track-recruitment"


@pytest.fixture
def tracked(tmp_path: Path) -> tuple[Path, Outcome]:
    """A study and what a run on it found, kept."""
    study = tmp_path / "fsp"
    shutil.copytree(EXAMPLES / "fsp" / "study", study)
    about = {"study": "fsp", "subject": "register:consent", "place": "r", "where": "x, row 3", "message": "No."}
    query = Query.raised("RG003", "block", rows=["3"], **about)
    with opened(StudyRequest(study=str(study)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
        write_query(place, query)
    (study / "out").mkdir(exist_ok=True)
    (study / "out/due.html").write_text("")
    outcome = Outcome(FLOW, ("7 new acts were recorded.", "All is well."), (query,), ("out/due.html",))
    assert kept_for_next_time.fn(StudyRequest(study=str(study)), outcome) == outcome
    return study, outcome


def again(study: Path, as_of: date | None = None) -> Outcome | None:
    return unchanged.fn(StudyRequest(study=str(study), as_of=as_of), FLOW)


def test_what_was_found_still_stands(tracked: tuple[Path, Outcome]) -> None:
    study, outcome = tracked
    kept = again(study)
    assert kept is not None
    assert kept.said == ("0 new acts were recorded.", "All is well.")
    assert (kept.queries, kept.queries[0].rows, kept.made) == (outcome.queries, ("3",), outcome.made)
    assert unchanged.fn(StudyRequest(study=str(study)), "track-consent") is None


def append(study: Path) -> None:
    with opened(StudyRequest(study=str(study)), "record") as place:
        place.trail.append([Fact("amendment.submitted", "2016-01-11", data={"amendment": "AM9"})])


CHANGES: dict[str, Callable[[Path], None]] = {
    "a register": lambda s: (s / "registers/consent.csv").write_bytes(
        (s / "registers/consent.csv").read_bytes() + b"\n"
    ),
    "who is who": lambda s: (s / "restricted/participants.csv").touch(),
    "a new file": lambda s: (s / "registers/logging.csv").write_text("x"),
    "the protocol": lambda s: (s / "study.yaml").write_text((s / "study.yaml").read_text() + "\n"),
    "the trail": append,
    "what was written": lambda s: (s / "out/due.html").unlink(),
    "a query's words": lambda s: shutil.rmtree(s / "restricted/queries"),
    "what was kept": lambda s: (s / "restricted/runs/track-recruitment.json").write_text("{}"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_anything_else_is_looked_at_again(what: str, tracked: tuple[Path, Outcome]) -> None:
    study, _ = tracked
    CHANGES[what](study)
    assert again(study) is None


def test_what_was_kept_of_transcripts_is_no_register(tracked: tuple[Path, Outcome]) -> None:
    (tracked[0] / "restricted/readings").mkdir()
    (tracked[0] / "restricted/readings/07.json").write_text("{}")
    assert again(tracked[0]) is not None


def test_another_day_is_looked_at_again(tracked: tuple[Path, Outcome]) -> None:
    assert again(tracked[0], as_of=date(2016, 7, 1)) is None
