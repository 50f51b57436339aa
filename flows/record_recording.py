"""What happened to a recording: entered by entry form."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.track_consent import TrackConsent, track_consent
from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordRecording(FormRequest):
    """Which recording, of which interview, what happened to it and when."""

    recording: str = Field(title="Recording", description="The recording's id in the register of interviews: R0007.")
    interview: str = Field(title="Interview id", description="The interview that was recorded, such as I0007.")
    step: Literal["made", "sent", "returned", "destroyed"] = Field(
        title="Step", description="`sent` to be transcribed, `returned` from there, `destroyed` everywhere."
    )
    day: date = Field(title="Day", description="The day on which it happened.")
    minutes: float | None = Field(None, title="Minutes", description="How long the recording is; with `made`.")
    party: str = Field("", title="Party", description="Who transcribes, or who destroyed it. Stays with the team.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"recording_id": self.recording, "interview_id": self.interview, "step": self.step}
        length = {"minutes": f"{self.minutes:g}"} if self.minutes is not None else {}
        return Form("recordings", {**cells, "occurred": f"{self.day}", **length, "party": self.party})


@flow(name="record-recording")
def record_recording(request: RecordRecording) -> Outcome:
    """Enter that a recording was made, sent to be transcribed, returned or destroyed, without opening the register.

    Who is sent away to be transcribed must have agreed to that; a recording sent without becomes a query.
    """
    forget_answers(request.study)
    with opened(request, flow="record-recording") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    covered = track_consent(TrackConsent.model_validate(request.who_and_where()))
    return told("record-recording", entered, tracked, covered)
