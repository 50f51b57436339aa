"""Progress for the team, the funder and the board: targets, sites, consent and deviations on any day."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.reporting import progress_on, write_report
from tasks.workspace import StudyRequest, opened


class ReportProgress(StudyRequest):
    """Which study, and the day to look at."""

    on: date | None = Field(None, title="Day", description="The day to report on. Leave empty for today.")
    as_known_then: bool = Field(
        False, title="As known then", description="Count only what had been recorded by that day, not what came later."
    )


@flow(name="report-progress")
def report_progress(request: ReportProgress) -> Outcome:
    """Report how far the study is: interviews against targets, sites, consent, deviations, today or on any past day.

    The numbers come from the trail; they hold no person. They are written to out/progress.json.
    """
    with opened(request, flow="report-progress") as place:
        day = request.on or place.today
        report = progress_on(place, read_registers(place), day, as_known_then=request.as_known_then)
        return Outcome("report-progress", said=report.said, made=(write_report(place, report),))
