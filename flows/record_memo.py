"""A reflexive memo, entered by form."""

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


class RecordMemo(FormRequest):
    """Who thought what, when, and about what."""

    id: str = Field(title="Id", description="A code for it that no other memo has, such as M12.")
    day: date = Field(title="Day", description="The day on which it was written.")
    person: str = Field("", title="Who", description="Code in the team list; empty when it was you.")
    about: Words = Field([], title="About", description="Claims, codes, themes, cases, sites or interviews, by id.")
    file: str = Field("", title="File", description="Path of the memo in the study folder; or else its text.")
    text: str = Field("", title="Text", description="The memo itself, where it is no file. Kept with the team.")

    def entered(self) -> Form:
        """The row these answers make."""
        said = {"memo_id": self.id, "occurred": f"{self.day}", "person": self.person or self.acting}
        return Form("memos", {**said, "about": ";".join(self.about), "file": self.file, "text": self.text})


@flow(name="record-memo")
def record_memo(request: RecordMemo) -> Outcome:
    """Enter a reflexive memo: what somebody in the team noticed of the work or of themselves.

    Its words stay with the team; the audit trail gets who wrote it, when, about what, and a digest.
    """
    forget_answers(request.study)
    with opened(request, flow="record-memo") as place:
        entered = enter_record(place, read_material(place), request.entered())
    compared = compare_cases(CompareCases.model_validate(request.who_and_where()))
    return told_record("record-memo", entered, compared)
