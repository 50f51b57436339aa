"""Consent forms and what each version permits (45 CFR 46.116 and 46.117)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Part, Text

Scope = Literal["take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive"]
Disposition = Literal["keep", "deidentify", "delete"]


class Reconsent(Part):
    """Who must consent again when this version takes effect, from the approval letter."""

    order: Literal["none", "before_next_contact", "everyone_by"] = "none"
    by: date | None = Field(None, description="the last day, for everyone_by")


class ConsentForm(Part):
    """One version of a consent form: the days on which it may be signed, both included, and its scopes."""

    form: Code
    version: Code
    language: Code = "en"
    file: Text
    approved: date
    opens: date = Field(description="first day on which it may be signed")
    closes: date | None = Field(None, description="last day on which it may be signed")
    reconsent: Reconsent = Reconsent()
    scopes: list[Scope] = Field(min_length=1)
    dispositions: list[Disposition] = Field(["keep", "deidentify", "delete"], min_length=1)
    dispositions_until_days: int | None = Field(
        None,
        ge=0,
        description="days after the last interview (without one: after signing) on which deletion or de-identification "
        "may still be asked for; leave out when the form names no last day",
    )
    audio_destroyed_within_days: int | None = Field(None, ge=0)
