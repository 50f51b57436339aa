"""An audit visit: agreed with somebody outside the team, before anything is shown."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from tasks.audit_visit import Opening, opening
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class OpenAudit(FormRequest):
    """Who audits, when, under which agreement, and whether they may read what lies behind claims."""

    visit: str = Field(title="Visit", description="A code for this visit, such as V1.")
    auditor: str = Field(title="Auditor", description="A code for the auditor, such as AUD1, never a name.")
    organisation: str = Field(title="Organisation", description="For whom they audit. Kept with the records.")
    starts: date = Field(title="First day", description="The first day agreed.")
    ends: date = Field(title="Last day", description="The last day agreed; nothing is opened after it.")
    agreement: str = Field(
        title="Signed agreement", description="Path of the signed file in the study folder; its fingerprint is kept."
    )
    reading: bool = Field(
        False, title="Supervised reading", description="Whether items may be read in presence of the team."
    )
    basis: Literal["consent", "board"] = Field(
        "consent",
        title="Basis",
        description="*consent* opens what every speaker consented to have audited, *board* what the board permits.",
    )
    reference: str = Field("", title="Board's reference", description="Of the letter that permits it; with *board*.")

    def asked(self) -> Opening:
        """What these answers say."""
        return Opening(
            self.visit, self.auditor, self.organisation, self.starts, self.ends, self.agreement, self.reading,
            self.basis, self.reference,
        )  # fmt: skip


@flow(name="open-audit")
def open_audit(request: OpenAudit) -> Outcome:
    """Open an audit visit under a signed agreement.

    The auditor is somebody outside the team. The dossier as it is published now is kept, so that it can be attested
    though the study goes on.
    """
    forget_answers(request.study)
    with opened(request, flow="open-audit") as place:
        found = opening(place, request.asked())
        record(place, found.facts)
        return Outcome("open-audit", found.said)
