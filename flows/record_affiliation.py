"""Where a participant belongs from a day on: entered by entry form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import Form, enter, forget_answers, told
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.registers import read_registers
from tasks.workspace import opened


class RecordAffiliation(FormRequest):
    """Who holds which role at which site, from when on."""

    participant: str = Field(title="Participant code", description="The code in the registers, such as P017.")
    site: str = Field(title="Site", description="The id of the site in the sampling frame.")
    role: str = Field(title="Role", description="The role as named in study.yaml.")
    since: date = Field(title="From", description="The first day.")
    until: date | None = Field(None, title="To", description="The last day. Leave empty while it lasts.")
    group: str = Field("", title="Group", description="The group as named in study.yaml, where groups are compared.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"participant_id": self.participant, "site_id": self.site, "role": self.role, "group": self.group}
        return Form("participants", {**cells, "from": f"{self.since}", "to": f"{self.until or ''}"})


@flow(name="record-affiliation")
def record_affiliation(request: RecordAffiliation) -> Outcome:
    """Enter that a participant came to a site, changed it or was given another role there.

    Enter the last day of what was before in restricted/participants.csv. An interview counts for the site and role held
    on its day. Site and role stay with the team: the trail gets the day only.
    """
    forget_answers(request.study)
    with opened(request, flow="record-affiliation") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return told("record-affiliation", entered, tracked)
