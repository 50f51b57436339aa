"""What an auditor gets: the records for each criterion, what is missing, and the trail's verdict with its limits."""

from __future__ import annotations

from prefect import flow

from tasks.assessed import looked_at
from tasks.dossier import write_dossier
from tasks.ended import is_closed
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.reporting_statements import STATEMENT_CHECKS, read_reporting
from tasks.request import StudyRequest
from tasks.workspace import opened


class PublishDossier(StudyRequest):
    """For which study to publish the dossier."""


@flow(name="publish-dossier")
def publish_dossier(request: PublishDossier) -> Outcome:
    """Write the auditor's dossier to out/dossier/, the kit to verify the trail to out/audit/, and record it.

    The dossier holds no participant's words, and no count that rests on fewer people than the protocol allows. What
    the team states to items of COREQ, SRQR and GRAMMS in analysis/reporting.csv is recorded and shown as stated.
    Publishing again when nothing is new records nothing.
    """
    with opened(request, flow="publish-dossier") as place:
        statements = read_reporting(place)
        if not is_closed(place):
            record(place, statements.facts)
            settle_queries(place, statements.queries, looked_at(STATEMENT_CHECKS))
        published = write_dossier(place)
        record(place, published.facts)
        return Outcome("publish-dossier", published.said, statements.queries, published.paths)
