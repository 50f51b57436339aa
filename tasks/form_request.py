"""What every entry form asks besides its own fields: who enters it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from tasks.request import StudyRequest


def several(value: object) -> object:
    """Text with semicolons or commas, as it is typed on a command line, as its list of words."""
    if not isinstance(value, str):
        return value
    return [word.strip() for word in value.replace(",", ";").split(";") if word.strip()]


Words = Annotated[list[str], BeforeValidator(several)]
"""Several words; one text with `;` or `,` between them will do."""


class FormRequest(StudyRequest):
    """Base of every form that a person fills in instead of a register's row."""

    acting: str = Field(title="Acting person", description="Your code in the team list of study.yaml.")

    def who_and_where(self) -> dict[str, object]:
        """What the tracking after it needs to know, and nothing of the answers."""
        return {"study": self.study, "acting": self.acting, "as_of": self.as_of}
