"""A participant enrolled, or was lost to follow-up: entered by form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers
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

    def entered(self) -> Form:
        """The row these answers make."""
        return Form("recruitment", {"participant_id": self.participant, "step": self.step, "occurred": f"{self.day}"})


@flow(name="record-enrolment")
def record_enrolment(request: RecordEnrolment) -> Outcome:
    """Enter that a participant enrolled or was lost to follow-up, without opening the register.

    Site and role are those the person holds that day in restricted/participants.csv. Enrolment follows consent: what
    does not fit is recorded and becomes a query.
    """
    forget_answers(request.study)
    with opened(request, flow="record-enrolment") as place:
        said = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return replace(tracked, flow="record-enrolment", said=(said, *tracked.said))
