"""A peer debriefing, entered by form."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.compare_cases import CompareCases, compare_cases
from tasks.codings import read_material
from tasks.entering import Form, forget_answers
from tasks.entering_records import enter_record, told_record
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.workspace import opened


class RecordDebriefing(FormRequest):
    """Who challenged whose analysis, on what material, and what came of it."""

    id: str = Field(title="Id", description="A code for it that no other debriefing has, such as DB4.")
    debriefer: str = Field(title="Debriefer", description="Code of the person who challenged the analysis.")
    analyst: str = Field(title="Analyst", description="Code of the person whose analysis it was; never the same.")
    day: date = Field(title="Day", description="The day on which it was held.")
    materials: Words = Field([], title="Materials", description="Paths of the files talked about, or ids of claims.")
    challenges: str = Field(title="Challenges", description="What the debriefer doubted or asked. Kept with the team.")
    response: str = Field("", title="Response", description="What was answered. Kept with the team.")
    changed: Literal["yes", "no"] = Field(title="Changed", description="Whether the analysis was changed.")
    changed_to: Words = Field([], title="Changed to", description="Claims changed, and codebook:VERSION.")

    def entered(self) -> Form:
        """The row these answers make."""
        said = {"debriefing_id": self.id, "occurred": f"{self.day}", "materials": ";".join(self.materials)}
        said |= {name: getattr(self, name) for name in ("debriefer", "analyst", "challenges", "response", "changed")}
        return Form("debriefings", {**said, "changed_to": ";".join(self.changed_to)})


@flow(name="record-debriefing")
def record_debriefing(request: RecordDebriefing) -> Outcome:
    """Enter a peer debriefing: somebody who made neither the analysis nor its material challenged it.

    What was said stays with the team; the audit trail gets who, when, on which material, and whether anything changed.
    """
    forget_answers(request.study)
    with opened(request, flow="record-debriefing") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-debriefing", entered, compared)
