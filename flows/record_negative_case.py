"""A case that does not fit a hypothesis, entered by form."""

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


class RecordNegativeCase(FormRequest):
    """Which case speaks against which version of a hypothesis, on what evidence, and what became of it."""

    id: str = Field(title="Id", description="A code for it that no other negative case has, such as NC2.")
    hypothesis: str = Field(title="Hypothesis", description="Its id, such as H1.")
    version: str = Field(title="Version", description="The version of the hypothesis that the case speaks against.")
    subject: str = Field("", title="Case", description="The interview or the site; never a participant code.")
    evidence_for: Words = Field([], title="Evidence for", description="Codings or transcripts that fit.")
    evidence_against: Words = Field([], title="Evidence against", description="Codings or transcripts that do not.")
    raised: date = Field(title="Raised", description="The day on which it was seen.")
    disposition: Literal["", "hypothesis_revised", "boundary_set", "unexplained", "not_negative"] = Field(
        "", title="Disposition", description="What became of it; empty while it is open."
    )
    resolved: date | None = Field(None, title="Resolved", description="The day of the disposition.")
    revised_to: str = Field("", title="Revised to", description="For hypothesis_revised: the version that followed.")
    person: str = Field("", title="Who", description="Code in the team list; empty when it was you.")
    note: str = Field("", title="Note", description="What was made of it. Kept with the team.")

    def entered(self) -> Form:
        """The row these answers make."""
        said = {"case_id": self.id, "hypothesis_id": self.hypothesis, "hypothesis_version": self.version}
        said |= {name: getattr(self, name) for name in ("subject", "disposition", "revised_to", "note")}
        said |= {name: ";".join(getattr(self, name)) for name in ("evidence_for", "evidence_against")}
        said |= {"raised": f"{self.raised}", "resolved": f"{self.resolved or ''}", "person": self.person or self.acting}
        return Form("negative_cases", said)


@flow(name="record-negative-case")
def record_negative_case(request: RecordNegativeCase) -> Outcome:
    """Enter a negative case: what speaks against a hypothesis, and whether it was revised, bounded or left unexplained.

    An open case stays listed until it has a disposition, and holds up nothing.
    """
    forget_answers(request.study)
    with opened(request, flow="record-negative-case") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-negative-case", entered, compared)
