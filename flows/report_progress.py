"""Progress for the team, the funder and the board: targets, sites, consent and deviations on any day."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from pages.progress_page import Audience
from tasks.ended import ended
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
    audience: Audience = Field(
        "team", title="Audience", description="Who will read it. Outside the team no number rests on too few people."
    )


@flow(name="report-progress")
def report_progress(request: ReportProgress) -> Outcome:
    """Report how far the study is: interviews against targets, sites, consent, deviations, today or on any past day.

    The numbers come from the trail; they hold no person. They are written to out/ as a page to print and as JSON:
    progress for the team, progress-auditor (boards and funders too), progress-public or progress-site for others.
    """
    with opened(request, flow="report-progress") as place:
        if over := ended(place, "report-progress"):
            return over
        day = request.on or place.today
        registers = read_registers(place)
        report = progress_on(place, registers, day, as_known_then=request.as_known_then, audience=request.audience)
        return Outcome("report-progress", said=report.said, made=write_report(place, report))
