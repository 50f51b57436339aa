"""What happened with a site: entered by entry form."""

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


class RecordSite(FormRequest):
    """Which site, what happened and when."""

    site: str = Field(title="Site", description="The id of the site in the sampling frame.")
    step: Literal["invited", "permitted", "approved", "activated", "visited", "closed", "declined", "withdrew"] = Field(
        title="Step", description="`permitted`: the permission letter is here; `activated`: contacts may begin."
    )
    day: date = Field(title="Day", description="The day on which it happened.")
    reason: str = Field("", title="Reason", description="A short code, for `closed`, `declined` and `withdrew`.")

    def entered(self) -> Form:
        """The row these answers make."""
        cells = {"site_id": self.site, "step": self.step, "occurred": f"{self.day}", "reason_code": self.reason}
        return Form("recruitment", cells)


@flow(name="record-site")
def record_site(request: RecordSite) -> Outcome:
    """Enter a site's invitation, permission, activation, visit or end, without opening the register.

    Nobody is contacted at a site before it is activated. For a site that left, start `replace-site` next.
    """
    forget_answers(request.study)
    with opened(request, flow="record-site") as place:
        entered = enter(place, read_registers(place), request.entered())
    tracked = track_recruitment(TrackRecruitment.model_validate(request.who_and_where()))
    return told("record-site", entered, tracked)
