"""What lies behind one drawn claim, opened to the auditor in presence of the team."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.audit_items import Item, item_opened
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class OpenAuditItem(FormRequest):
    """Which claim is opened, in which visit, and who stays in the room."""

    visit: str = Field(title="Visit", description="The visit's code.")
    claim: str = Field(title="Claim", description="A claim that was drawn in this visit.")
    present: Words = Field(title="Present", description="Codes of those of the team who are present.")


@flow(name="open-audit-item")
def open_audit_item(request: OpenAuditItem) -> Outcome:
    """Put what a claim rests on into restricted/audit/, with the keys of these files alone, and record the opening.

    Only what every speaker consented to have audited, or what the board permits, is opened; the rest is counted by
    reason. The folder is removed when the visit is closed, or sooner where a consent ends.
    """
    with opened(request, flow="open-audit-item") as place:
        found = item_opened(place, Item(request.visit, request.claim, tuple(request.present)))
        record(place, found.facts)
        return Outcome("open-audit-item", found.said, made=found.made)
