"""Clean exports of surveys, each beside the list of what was changed in it."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.form_request import Words
from tasks.outcome import Outcome
from tasks.record import record
from tasks.survey_export import Wanted, exports, exports_said
from tasks.workspace import StudyRequest, opened


class ExportSurveys(StudyRequest):
    """Of which surveys to make a clean export."""

    survey: Words = Field(
        [], title="Surveys", description="Names in study.yaml; leave empty for every survey that may be exported."
    )
    scores: bool = Field(False, title="Scale scores", description="Add a score and its number of items for each scale.")


@flow(name="export-surveys")
def export_surveys(request: ExportSurveys) -> Outcome:
    """Make clean exports: a labelled SPSS file and Parquet, with a list of every change and why.

    Only a survey that was checked as it lies now and that no open query blocks is exported. What fails a check is set
    missing; people who withdrew or whose consent was not in force are left out; nothing is imputed or recoded. The
    survey file stays untouched. Exports go to restricted/exports and into the trail by their digests.
    """
    with opened(request, flow="export-surveys") as place:
        found = exports(place, Wanted(tuple(request.survey), request.scores))
        record(place, found.facts)
        return exports_said(found)
