"""The main job on every example: planted defects found, clean studies clean, a second run silent, files as recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from study import load_protocol
from tasks.outcome import Outcome
from tasks.request import StudyRequest
from trail import Verdict, verify

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("prefect_harness"), pytest.mark.timeout(600)]
NAMES = ("fsp", "cps", "peer-support")


def main_job(study: Path) -> Outcome:
    from flows.run_study import RunStudy, run_study

    outcome: Outcome = run_study(RunStudy(study=str(study)))
    return outcome


def standing(study: Path) -> dict[str, Any]:
    from tasks.standing import stand
    from tasks.workspace import opened

    with opened(StudyRequest(study=str(study)), "status") as place:
        return stand(place).document()


def verified(study: Path) -> Verdict:
    """The trail with every artefact it names, as an auditor on the premises verifies them."""
    return verify(study / "trail", study / "trail.vkey", artefacts=study, keys=study / "restricted")


def erased_refs(study: Path) -> list[str]:
    """Somebody who was interviewed withdraws everything; the refs of what was erased, once that is sealed."""
    from tasks.erasure import finish_pending
    from tasks.sealing import seal_new
    from tasks.withdrawing import TASK, Withdrawal, withdrawal_facts
    from tasks.workspace import opened

    protocol = load_protocol(study)
    person = next(p.code for p in protocol.team if protocol.as_of and p.may(TASK, protocol.as_of))
    with opened(StudyRequest(study=str(study), acting=person), "withdraw-participant") as place:
        coded = {e.subject_id("transcript") for e in place.events(["coding.imported"])}
        told = next(
            e.subject_id("participant")
            for e in place.events(["interview.held"])
            if e.subject_id("interview") in coded and e.data["outcome"] == "full"
        )
        code = next(code for code, trail_code in place.known_trail_codes().items() if trail_code == told)
        place.trail.append(withdrawal_facts.fn(place, Withdrawal(code, place.today, (), "delete")))
        assert finish_pending(place) == 1
        (erased,) = place.events(["erasure.executed"])
    with opened(StudyRequest(study=str(study)), "seal-trail") as place:
        seal_new.fn(place)
    return list(erased.data["refs"])


@pytest.mark.parametrize("name", NAMES)
def test_every_planted_defect_a_check_covers_is_found_and_a_second_run_records_nothing(
    name: str, example: Callable[..., Path]
) -> None:
    study = example(name)
    first = main_job(study)
    assert [s for s in first.said if s.startswith("Missed")] == []
    (report,) = [s for s in first.said if s.startswith("Planted defects: ")]
    found, of = (int(number) for number in re.findall(r"(\d+) of (\d+) found", report)[0])
    assert found >= 0.8 * of > 0
    assert first.blocking > 0
    before = standing(study)
    assert before["trail"]["verdict"] == "PASS"
    second = main_job(study)
    after = standing(study)
    assert after["events"] == before["events"]
    assert after == before
    assert {q.fingerprint for q in second.queries} == {q.fingerprint for q in first.queries}


@pytest.mark.parametrize("name", NAMES)
def test_a_clean_study_raises_no_blocking_query_and_every_artefact_is_as_recorded_or_erased(
    name: str, example: Callable[..., Path]
) -> None:
    study = example(name, clean=True)
    outcome = main_job(study)
    assert [(q.check, q.where, q.message) for q in outcome.queries if q.severity == "block"] == []
    document = standing(study)
    assert document["transcripts"]["blocked"] == document["transcripts"]["unreadable"] == 0
    assert (study / "out/index.html").stat().st_size > 10_000
    checked = verified(study)
    assert checked.faults == ()
    assert not any("NOT_CHECKED" in note for note in checked.notes)
    refs = erased_refs(study)
    after = verified(study)
    assert after.faults == ()
    assert sorted(note.split()[0] for note in after.notes if " erased (event" in note) == sorted(refs)
    assert len(refs) >= 1
    assert not (study / "out/index.html").exists()
