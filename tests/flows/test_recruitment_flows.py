"""Opening, tracking, withdrawing and reporting as Prefect runs them on the first example."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from study import StudyError
from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.workspace import opened

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("prefect_harness")]
OURS = ("RG", "CN")


def track(study: Path) -> list[Outcome]:
    """Open the study, register amendments, track recruitment and consent."""
    from flows.open_study import OpenStudy, open_study
    from flows.record_amendment import RecordAmendment, record_amendment
    from flows.track_consent import TrackConsent, track_consent
    from flows.track_recruitment import TrackRecruitment, track_recruitment

    place = str(study)
    return [
        open_study(OpenStudy(study=place)),
        record_amendment(RecordAmendment(study=place)),
        track_recruitment(TrackRecruitment(study=place)),
        track_consent(TrackConsent(study=place)),
    ]


def event_count(study: Path) -> int:
    with opened(StudyRequest(study=str(study)), "status") as place:
        return len(place.events())


def planted(study: Path) -> set[tuple[str, str]]:
    listed = YAML(typ="safe").load((study / "planted.yaml").read_text())
    return {(p["check"], p["file"]) for p in listed if p["check"].startswith(OURS)}


@pytest.mark.parametrize("name", ["fsp", "cps", "peer-support"])
def test_every_planted_defect_is_found_and_a_clean_study_raises_none(example: Callable[..., Path], name: str):
    study = example(name)
    outcomes = track(study)
    found = {(q.check, q.where.split(",")[0]) for outcome in outcomes for q in outcome.queries}
    assert planted(study) <= found
    count = event_count(study)
    again = track(study)
    assert event_count(study) == count
    assert {q.fingerprint for o in again for q in o.queries} == {q.fingerprint for o in outcomes for q in o.queries}
    clean = example(name, clean=True)
    assert [q for outcome in track(clean) for q in outcome.queries] == []


def test_a_mended_register_resolves_its_queries_and_withdrawals_count_whatever_is_wrong(example):
    study = example("fsp", clean=True)
    track(study)
    register = study / "registers" / "consent.csv"
    whole = register.read_bytes()
    row = b"P002,FSP-INT,2,en,withdrawn,2016-06-01,verbal,,COO1,,,,keep\n"
    register.write_bytes(whole.rstrip(b"\r\n") + b"\n" + row + b"P003,\xff\n")
    *_, consent = track(study)
    assert [q.check for q in consent.queries] == ["RG018"]
    with opened(StudyRequest(study=str(study)), "status") as place:
        code = place.known_trail_codes()["P002"]
        kinds = [
            e.kind
            for e in place.events(["consent.withdrawn", "recruitment.withdrawn"])
            if e.subject_id("participant") == code
        ]
        assert sorted(kinds) == ["consent.withdrawn", "recruitment.withdrawn"]
    register.write_bytes(whole.rstrip(b"\r\n") + b"\n" + row)
    *_, consent = track(study)
    assert consent.queries == ()


def test_a_register_without_a_column_stops_itself_alone(example):
    study = example("fsp", clean=True)
    register = study / "registers" / "interviews.csv"
    register.write_text(register.read_text().replace("outcome", "result", 1))
    _, _, recruitment, _ = track(study)
    assert [(q.check, q.where) for q in recruitment.queries] == [("RG015", "registers/interviews.csv, column outcome")]


def test_withdrawing_shows_then_applies_then_erases(example):
    from flows.report_progress import ReportProgress, report_progress
    from flows.withdraw_participant import WithdrawParticipant, withdraw_participant

    study = example("fsp", clean=True)
    track(study)
    asked = {"study": str(study), "participant": "P001", "disposition": "delete"}
    count = event_count(study)
    shown = withdraw_participant(WithdrawParticipant(**asked))
    assert shown.said[0] == "This is what would change; nothing was changed."
    assert event_count(study) == count
    with pytest.raises(StudyError, match="holds the task"):
        withdraw_participant(WithdrawParticipant(**asked, apply=True))
    done = withdraw_participant(WithdrawParticipant(**asked, apply=True, acting="COO1"))
    assert done.said[-1] == "The person's data was erased, and that is recorded."
    assert "P001" not in (study / "registers" / "consent.csv").read_text()
    assert [q.check for outcome in track(study) for q in outcome.queries] == ["CN031"]
    report = report_progress(ReportProgress(study=str(study)))
    progress = json.loads((study / report.made[0]).read_text())
    assert progress["recruitment"]["withdrawn"] == 2
    past = report_progress(ReportProgress(study=str(study), on="2016-02-01"))
    earlier = json.loads((study / past.made[0]).read_text())
    assert earlier["interviews"]["full"] < progress["interviews"]["full"]
    unknown = report_progress(ReportProgress(study=str(study), on="2016-02-01", as_known_then=True))
    assert json.loads((study / unknown.made[0]).read_text())["recruitment"] == {}
