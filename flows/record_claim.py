"""A finding with what it rests on, entered by form."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from flows.compare_cases import CompareCases, compare_cases
from tasks.codings import read_material
from tasks.entering import Form, forget_answers
from tasks.entering_records import enter_record, told_record
from tasks.form_request import FormRequest, Words
from tasks.outcome import Outcome
from tasks.workspace import opened


class RecordClaim(FormRequest):
    """What is claimed, and which codings, codes or themes it rests on."""

    id: str = Field(title="Id", description="A code for it that no other claim has, such as CL6.")
    statement: str = Field(title="Statement", description="The finding in a sentence. Kept with the team.")
    themes: Words = Field([], title="Themes", description="Ids of themes in study.yaml.")
    codes: Words = Field([], title="Codes", description="Codes of the codebook.")
    codings: Words = Field(
        [], title="Codings", description="As transcript/coder/code/start; without any, all that was coded so."
    )

    def entered(self) -> Form:
        """The row these answers make."""
        listed = {name: ";".join(getattr(self, name)) for name in ("themes", "codes", "codings")}
        return Form("claims", {"claim_id": self.id, "statement": self.statement, **listed})


@flow(name="record-claim")
def record_claim(request: RecordClaim) -> Outcome:
    """Enter a claim; one that rests on nothing, or on what was not released for coding, is refused.

    Its statement stays with the team; the audit trail gets its number and version, its codes, and what it rests on.
    """
    forget_answers(request.study)
    with opened(request, flow="record-claim") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-claim", entered, compared)
