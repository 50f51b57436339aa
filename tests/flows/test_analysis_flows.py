"""The three flows of analysis, each run for real on an example whose transcripts are released."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.assess_saturation import AssessSaturation, assess_saturation
from flows.compare_cases import CompareCases, compare_cases
from flows.compare_coders import CompareCoders, compare_coders
from study import Fact, Subject
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened


@pytest.fixture
def fsp(example: Callable[..., Path]) -> str:
    study = example("fsp", clean=True)
    with opened(StudyRequest(study=str(study)), "open-study", create=True) as place:
        data = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2015-05-01"}
        files = [stored.key for stored in place.files.list("transcripts/")]
        place.trail.append(
            [Fact("study.opened", place.instant, data=data), *(_released(place, file) for file in files)]
        )
    return str(study)


def _released(place: Workspace, file: str) -> Fact:
    version = place.reference(file, place.files.get(file), personal=True)
    transcript = Subject("transcript", Path(file).stem)
    return Fact("transcript.released", place.instant, (transcript,), generated=(version,), data={"version": 1})


@pytest.mark.real
@pytest.mark.usefixtures("prefect_harness")
def test_the_flows_of_analysis_say_what_they_found_and_repeat_without_a_trace(fsp: str) -> None:
    def once() -> list[str]:
        done = [
            assess_saturation(AssessSaturation(study=fsp)),
            compare_coders(CompareCoders(study=fsp)),
            compare_cases(CompareCases(study=fsp)),
        ]
        assert [outcome.flow for outcome in done] == ["assess-saturation", "compare-coders", "compare-cases"]
        return [sentence for outcome in done for sentence in outcome.said]

    def recorded() -> set[str]:
        with opened(StudyRequest(study=fsp), "report-progress") as place:
            return {e.id for e in place.events() if e.kind != "run.closed"}

    said = once()
    assert "The protocol claims no saturation, so none is assessed." in said
    assert "Cases: 2 of 8 diverge (peers higher in 2, organisation higher in 0)." in said
    first = recorded()
    assert once() == said
    assert recorded() == first
