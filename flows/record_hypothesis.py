"""A version of a working hypothesis, entered by form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from flows.compare_cases import CompareCases, compare_cases
from tasks.codings import read_material
from tasks.entering import Form, forget_answers
from tasks.entering_records import enter_record, told_record
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.workspace import opened


class RecordHypothesis(FormRequest):
    """What is supposed at present, under a version that keeps its words."""

    id: str = Field(title="Id", description="The hypothesis, such as H1; the same through all its versions.")
    version: str = Field(title="Version", description="A new version for new words, such as 2.")
    statement: str = Field(title="Statement", description="What is supposed. Kept with the team.")
    day: date = Field(title="Day", description="The day on which it was stated.")
    person: str = Field("", title="Who", description="Code in the team list; empty when it was you.")

    def entered(self) -> Form:
        """The row these answers make."""
        said = {"hypothesis_id": self.id, "version": self.version, "statement": self.statement}
        return Form("hypotheses", {**said, "occurred": f"{self.day}", "person": self.person or self.acting})


@flow(name="record-hypothesis")
def record_hypothesis(request: RecordHypothesis) -> Outcome:
    """State a version of a hypothesis, so that negative cases can name what they speak against.

    Its words stay with the team; the audit trail gets its number, version and day, and a digest of the words.
    """
    forget_answers(request.study)
    with opened(request, flow="record-hypothesis") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-hypothesis", entered, compared)
