"""What the auditor attested, read from the file its form saved, and recorded against the dossier's digest."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.audit_closing import attestation_recorded
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.workspace import opened


class RecordAttestation(FormRequest):
    """Which file the auditor saved."""

    file: str = Field(
        title="Attestation", description="Path in the study folder of the file that the dossier's form saved."
    )


@flow(name="record-attestation")
def record_attestation(request: RecordAttestation) -> Outcome:
    """Record the auditor's attestation, and copy the dossier it is about to records/.

    Refused where it is blank or unsigned, of an unknown visit or a dossier never published, or signed by the team.
    """
    with opened(request, flow="record-attestation") as place:
        found = attestation_recorded(place, request.file)
        record(place, found.facts)
        return Outcome("record-attestation", found.said, made=found.made)
