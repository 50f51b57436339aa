"""Surveys against their data dictionary, the protocol and the study's people."""

from __future__ import annotations

from prefect import flow

from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.survey_reports import write_survey_reports
from tasks.surveys import (
    is_of,
    judge_surveys,
    keep_counts,
    outcome_of,
    publish_data_docs,
    receptions,
    verdicts,
)
from tasks.workspace import StudyRequest, opened


class ValidateSurveys(StudyRequest):
    """Which study's surveys to check."""


@flow(name="validate-surveys")
def validate_surveys(request: ValidateSurveys) -> Outcome:
    """Check every survey file of the study against its data dictionary, the protocol and the consent ledger.

    New and changed files are read and judged; unchanged ones are left as they are. What is not met becomes a query
    that says what to do; the Data Docs show every check that was made, in counts.
    """
    with opened(request, flow="validate-surveys") as place:
        if over := ended(place, "validate-surveys"):
            return over
        judged = judge_surveys(place)
        record(place, receptions(judged))
        settled = settle_queries(place, [q for s in judged for q in s.queries], lambda r: is_of(judged, r))
        made = publish_data_docs(place, judged)
        record(place, verdicts(judged))
        keep_counts(place, judged)
        made = (*write_survey_reports(place, judged), *made)
        return outcome_of(judged, settled, made)
