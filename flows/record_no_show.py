"""Somebody did not come to their interview: entered by entry form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordNoShow(FormRequest):
    """Which interview was missed, and by whom."""

    interview: str = Field(title="Interview id", description="The id of the interview, such as I0007.")
    participants: Words = Field(
        title="Participant codes", description="Everybody who was expected and did not come.", min_length=1
    )
    site: str = Field("", title="Site", description="The id of the site where it was to take place, if at one.")
    day: date = Field(title="Day", description="The day of the appointment.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"interview_id": self.interview, "participant_ids": ";".join(self.participants), "site_id": self.site}
        return Form("interviews", {**cells, "occurred": f"{self.day}", "outcome": "no_show"})


@flow(name="record-no-show")
def record_no_show(request: RecordNoShow) -> Outcome:
    """Enter that an appointment was missed, without opening the register.

    The interview keeps its id: enter the new appointment with `record-interview` when there is one.
    """
    forget_answers(request.study)
    with opened(request, flow="record-no-show") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return told("record-no-show", entered, tracked)
