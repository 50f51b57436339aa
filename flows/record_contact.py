"""A contact before consent: entered by entry form."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordContact(FormRequest):
    """Who was contacted, at which site, and what came of it."""

    participant: str = Field(title="Participant code", description="The code in the registers, such as P017.")
    site: str = Field(title="Site", description="The id of the site in the sampling frame.")
    role: str = Field(title="Role", description="The role as named in study.yaml.")
    step: Literal[
        "identified", "approached", "screened", "ineligible", "invited", "no_response", "declined", "do_not_contact"
    ] = Field(
        title="Step",
        description="How far it came. `do_not_contact`: the person asks to be left alone, before consent or after.",
    )
    day: date = Field(title="Day", description="The day on which it happened.")
    reason: str = Field("", title="Criterion", description="For `ineligible`: the number of the criterion not met.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"participant_id": self.participant, "site_id": self.site, "role": self.role, "step": self.step}
        return Form("recruitment", {**cells, "occurred": f"{self.day}", "reason_code": self.reason})


@flow(name="record-contact")
def record_contact(request: RecordContact) -> Outcome:
    """Enter a step before consent, or that somebody asks not to be contacted, without opening the register.

    Before consent nobody is recorded one by one: the form stays with the team, and the trail gets counts.
    """
    forget_answers(request.study)
    with opened(request, flow="record-contact") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return told("record-contact", entered, tracked)
