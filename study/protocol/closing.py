"""What participants are sent back, and what stays when the study ends."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from study.protocol.base import Code, Part, Text

PacketForm = Literal["html", "docx", "pdf"]


class Theme(Part):
    """A theme in plain words, as participants see it."""

    id: Code
    plain: Text
    plain_in: dict[Code, Text] = Field({}, description="the same in other languages, by language code")
    codes: list[Code] = []
    site: Code | None = Field(None, description="the site, for a theme about one site only")


class MemberChecking(Part):
    """What participants are sent back, in which forms, and by when they may answer."""

    forms: list[PacketForm] = Field(["html", "docx", "pdf"], min_length=1)
    language: Code = Field("en", description="language of those whose own is not in restricted/participants.csv")
    reading_grade: float = Field(8, gt=0, description="highest school grade the packet's own words may need")
    returns: Literal["transcript", "summary", "neither"] = Field(
        "transcript", description="what of the interview is sent back beside quotes and themes"
    )
    summaries: Text = Field("summaries", description="folder under restricted/ with <interview_id>.txt, for `summary`")
    contact: Text | None = Field(
        None, description="how participants reach the team, as packets say it: a role and a team's address or number"
    )
    themes: list[Theme] = Field(min_length=1)
    answer_within_days: int = Field(21, ge=1)
    reminders: int = Field(1, ge=0)
    second_person: bool = Field(True, description="a release needs a second person")

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, said: object) -> object:
        """A protocol of before there were three forms says `form: html`."""
        if isinstance(said, dict) and "form" in said and "forms" not in said:
            return {**{key: value for key, value in said.items() if key != "form"}, "forms": [said["form"]]}
        return said


class Archive(Part):
    """Where de-identified material of those who consented to archiving is deposited at the end."""

    id: Code
    name: Text
    access: Literal["open", "on_request", "closed"] = "on_request"
    terms: Text | None = Field(None, description="licence or terms of use")
