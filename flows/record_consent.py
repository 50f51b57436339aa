"""A consent given or renewed: entered by entry form."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.track_consent import TrackConsent, track_consent
from study.protocol.consent import Mode
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordConsent(FormRequest):
    """Who agreed to what, on which form, before whom."""

    participant: str = Field(title="Participant code", description="The code in the registers, such as P017.")
    form: str = Field(title="Consent form", description="The form's id in study.yaml.")
    version: str = Field(title="Version", description="The version that was signed.")
    language: str = Field("en", title="Language", description="The language of the form.")
    day: date = Field(title="Day", description="The day on which it was given.")
    action: Literal["given", "renewed"] = Field("given", title="Given or renewed", description="`renewed`: once more.")
    mode: Mode = Field("signed", title="Mode", description="How it was given.")
    scopes: Words = Field(
        title="Scopes given",
        description="Each scope agreed to, such as take_part; record. The others on the form count as declined.",
    )
    obtained_by: str = Field("", title="Obtained by", description="Who obtained it; empty when you did.")
    witness: str = Field("", title="Witness", description="The witness's initials, where a short form was used.")
    representative: str = Field("", title="Representative", description="Who agreed in the participant's place.")
    assent: Literal["", "given", "declined", "not_capable"] = Field(
        "", title="Assent", description="What the participant said where somebody else consented for them."
    )
    understanding: Literal["", "yes", "no"] = Field("", title="Understanding", description="Whether it was checked.")
    copy_given: Literal["", "yes", "no"] = Field("", title="Copy given", description="Whether a copy was handed over.")

    def entered(self) -> Form:
        """The row these answers make."""
        row = {
            "participant_id": self.participant,
            "form_id": self.form,
            "form_version": self.version,
            "language": self.language,
            "occurred": self.day.isoformat(),
            "scopes": ";".join(self.scopes),
            "obtained_by": self.obtained_by or self.acting,
            **self.model_dump(include={"action", "mode", "witness", "representative", "assent"}),
            **self.model_dump(include={"understanding", "copy_given"}),
        }
        return Form("consent", row)


@flow(name="record-consent")
def record_consent(request: RecordConsent) -> Outcome:
    """Enter a consent that was given or renewed, without opening the register.

    Who withdraws is entered with `withdraw-participant`. A consent outside its form's days, without the witness it
    needs or obtained by somebody not authorised is recorded, covers nothing, and becomes a query.
    """
    forget_answers(request.study)
    with opened(request, flow="record-consent") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_consent(TrackConsent.model_validate(request.who_and_where()))
    return told("record-consent", entered, tracked)
