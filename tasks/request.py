"""What every flow asks of whoever starts it: the study, the person acting, the day it is run as of."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class StudyRequest(BaseModel):
    """Base of every flow's request; titles and descriptions make the form a coordinator sees."""

    model_config = ConfigDict(extra="forbid")

    study: str = Field(title="Study folder", description="The folder that holds study.yaml.")
    acting: str | None = Field(
        None,
        title="Acting person",
        description="Your code in the team list of study.yaml. Leave empty when no person decides anything here.",
    )
    as_of: date | None = Field(
        None, title="As of", description="Look at the study as of this day. Leave empty for today."
    )
