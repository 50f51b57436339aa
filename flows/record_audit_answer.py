"""The team's answer to a question of the auditor, entered by entry form."""

from __future__ import annotations

from typing import Literal

from prefect import flow
from pydantic import Field

from tasks.audit_dialogue import Answer, question_answered
from tasks.audit_visit import audit_queries, looked_at
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.workspace import opened


class RecordAuditAnswer(FormRequest):
    """To which question, in which words, and what became of it."""

    visit: str = Field(title="Visit", description="The visit's code.")
    query: str = Field(title="Question", description="The question's number, such as Q001.")
    answer: str = Field(title="Answer", description="The team's words. Kept in restricted/, not in the trail.")
    outcome: Literal["explained", "corrected", "not_resolved"] = Field(
        title="Outcome", description="What became of it; *not_resolved* where auditor and team do not agree."
    )


@flow(name="record-audit-answer")
def record_audit_answer(request: RecordAuditAnswer) -> Outcome:
    """Answer a question of the auditor.

    A later answer counts and stands beside the earlier ones. What stays unresolved is shown as such.
    """
    forget_answers(request.study)
    with opened(request, flow="record-audit-answer") as place:
        found = question_answered(place, Answer(request.visit, request.query, request.answer, request.outcome))
        record(place, found.facts)
        settled = settle_queries(place, audit_queries(place), looked_at)
        return Outcome("record-audit-answer", found.said, (*settled.new, *settled.persisting))
