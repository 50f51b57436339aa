"""An interview appointed or held: entered by entry form."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.track_consent import TrackConsent, track_consent
from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordInterview(FormRequest):
    """Which interview, with whom, where and how it went."""

    interview: str = Field(title="Interview id", description="The id that its transcript will bear, such as I0007.")
    participants: Words = Field(
        title="Participant codes", description="Everybody who is interviewed in this sitting.", min_length=1
    )
    site: str = Field("", title="Site", description="The id of the site where it takes place, if at one.")
    day: date = Field(title="Day", description="The day of the interview, or of the appointment.")
    outcome: Literal["scheduled", "full", "part", "notes_only"] = Field(
        "full", title="Outcome", description="`scheduled` for an appointment; `notes_only` when nothing was recorded."
    )
    mode: Literal["in_person", "phone", "video"] = Field("in_person", title="Mode", description="How it was held.")
    recording: str = Field("", title="Recording", description="The name of the recording; empty when there is none.")

    def entered(self) -> Form:
        """The row these answers make."""
        outcome = "" if self.outcome == "scheduled" else self.outcome
        cells = {"interview_id": self.interview, "participant_ids": ";".join(self.participants), "site_id": self.site}
        held = {"mode": self.mode, "outcome": outcome, "recording": self.recording}
        return Form("interviews", {**cells, "occurred": f"{self.day}", **held})


@flow(name="record-interview")
def record_interview(request: RecordInterview) -> Outcome:
    """Enter an appointment or an interview that was held, without opening the register.

    Every participant of it is asked for the consent of that day; what is not covered becomes a query.
    """
    forget_answers(request.study)
    with opened(request, flow="record-interview") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    covered = track_consent(TrackConsent.model_validate(request.who_and_where()))
    return told("record-interview", entered, tracked, covered)
