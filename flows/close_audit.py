"""The end of an audit visit."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.audit_closing import Closing, visit_closed
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class CloseAudit(FormRequest):
    """Which visit ends."""

    visit: str = Field(title="Visit", description="The visit's code.")
    without: str = Field(
        "", title="Without attestation", description="Why there is none, where the auditor did not sign any."
    )


@flow(name="close-audit")
def close_audit(request: CloseAudit) -> Outcome:
    """Close an audit visit: what was opened for it is removed, and that is recorded.

    Needs the attestation, or the reason why there is none, and an answer to every question.
    """
    forget_answers(request.study)
    with opened(request, flow="close-audit") as place:
        found = visit_closed(place, Closing(request.visit, request.without))
        record(place, found.facts)
        return Outcome("close-audit", found.said)
