"""A question of the auditor, entered by entry form."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.audit_dialogue import Question, question_asked
from tasks.audit_visit import audit_queries, looked_at
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.workspace import opened


class RecordAuditQuery(FormRequest):
    """What the auditor asks, in which visit, about which claim."""

    visit: str = Field(title="Visit", description="The visit's code.")
    question: str = Field(title="Question", description="The auditor's words. Kept in restricted/, not in the trail.")
    claim: str = Field("", title="Claim", description="The drawn claim it is about; leave empty for the whole study.")


@flow(name="record-audit-query")
def record_audit_query(request: RecordAuditQuery) -> Outcome:
    """Enter a question of the auditor; it gets a number and waits for an answer.

    A visit with an open question cannot be closed.
    """
    forget_answers(request.study)
    with opened(request, flow="record-audit-query") as place:
        found = question_asked(place, Question(request.visit, request.question, request.claim))
        record(place, found.facts)
        settled = settle_queries(place, audit_queries(place), looked_at)
        return Outcome("record-audit-query", found.said, (*settled.new, *settled.persisting))
