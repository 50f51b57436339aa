"""A participant enrolled, or was lost to follow-up: entered by entry form."""

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


class RecordEnrolment(FormRequest):
    """Who enrolled or was lost, and when."""

    participant: str = Field(title="Participant code", description="The code in the registers, such as P017.")
    day: date = Field(title="Day", description="The day on which it happened.")
    step: Literal["enrolled", "lost"] = Field(
        "enrolled", title="What happened", description="`lost` when somebody who consented can no longer be reached."
    )

    site: str = Field(
        "", title="Site", description="Leave empty for the site the person holds that day in the team's list."
    )
    role: str = Field("", title="Role", description="Leave empty for the role the person holds that day.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"participant_id": self.participant, "site_id": self.site, "role": self.role, "step": self.step}
        return Form("recruitment", {**cells, "occurred": f"{self.day}"})


@flow(name="record-enrolment")
def record_enrolment(request: RecordEnrolment) -> Outcome:
    """Enter that a participant enrolled or was lost to follow-up, without opening the register.

    Site and role are those the person holds that day in restricted/participants.csv, or held last. Enrolment follows
    consent: what does not fit is recorded and becomes a query.
    """
    forget_answers(request.study)
    with opened(request, flow="record-enrolment") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return told("record-enrolment", entered, tracked)
