"""The claims an auditor looks behind: drawn by their seed, or chosen by them."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.audit_visit import Sample, sampling
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class DrawAuditSample(FormRequest):
    """In which visit, and how claims are drawn."""

    visit: str = Field(title="Visit", description="The visit's code.")
    seed: str = Field(
        "", title="Seed", description="The auditor's own word or number. Whoever has it can repeat the draw."
    )
    size: int = Field(0, title="Size", description="How many claims are drawn by the seed.", ge=0, le=200)
    claims: Words = Field([], title="Claims", description="Claims the auditor chose, instead of a seed.")


@flow(name="draw-audit-sample")
def draw_audit_sample(request: DrawAuditSample) -> Outcome:
    """Draw the claims an auditor looks behind, before anything is opened.

    A second draw is recorded beside the first.
    """
    with opened(request, flow="draw-audit-sample") as place:
        found = sampling(place, Sample(request.visit, request.seed, request.size, tuple(request.claims)))
        record(place, found.facts)
        return Outcome("draw-audit-sample", found.said)
