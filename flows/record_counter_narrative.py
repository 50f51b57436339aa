"""A story against the main one, entered by form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from flows.compare_cases import CompareCases, compare_cases
from tasks.codings import read_material
from tasks.entering import Form, forget_answers
from tasks.entering_records import enter_record, told_record
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.workspace import opened


class RecordCounterNarrative(FormRequest):
    """Which transcripts tell another story, and which."""

    id: str = Field(title="Id", description="A code for it that no other has, such as CN3.")
    day: date = Field(title="Day", description="The day on which it was written down.")
    transcripts: Words = Field(title="Transcripts", description="The interviews that tell it, such as I0007;I0012.")
    person: str = Field("", title="Who", description="Code in the team list; empty when it was you.")
    summary: str = Field(title="Summary", description="The story against the main one. Kept with the team.")

    def entered(self) -> Form:
        """The row these answers make."""
        said = {"narrative_id": self.id, "occurred": f"{self.day}", "transcripts": ";".join(self.transcripts)}
        return Form("counter_narratives", {**said, "person": self.person or self.acting, "summary": self.summary})


@flow(name="record-counter-narrative")
def record_counter_narrative(request: RecordCounterNarrative) -> Outcome:
    """Enter a counter-narrative: a story in the material that runs against the one the findings tell.

    Its summary stays with the team; the audit trail gets who wrote it, when, about which interviews, and a digest.
    """
    forget_answers(request.study)
    with opened(request, flow="record-counter-narrative") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-counter-narrative", entered, compared)
