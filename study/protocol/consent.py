"""Consent forms and what each version permits (45 CFR 46.116 and 46.117; assent and permission: 46.408)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Part, Text

Scope = Literal["take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive"]
Disposition = Literal["keep", "deidentify", "delete"]
Mode = Literal[
    "signed",
    "short_form",
    "verbal",
    "electronic",
    "waiver_of_documentation",
    "waiver",
    "alteration",
    "exempt",
]
BoardMode = Literal["waiver_of_documentation", "waiver", "alteration", "exempt"]
"""Modes that rest on what the ethics board decided, each with the reference of that decision."""
Need = Literal["representative", "assent", "understanding", "copy", "signed_form"]
Covers = Literal["consent", "hipaa_authorisation"]


class Reconsent(Part):
    """Who must consent again when this version takes effect, from the approval letter."""

    order: Literal["none", "before_next_contact", "everyone_by"] = "none"
    by: date | None = Field(None, description="the last day, for everyone_by")


class ConsentForm(Part):
    """One version of a consent form: the days on which it may be signed, both included, and its scopes.

    A HIPAA authorisation is a form of its own; from the day it opens its scopes need it besides the consent.
    """

    form: Code
    version: Code
    language: Code = "en"
    file: Text
    approved: date
    opens: date = Field(description="first day on which it may be signed")
    closes: date | None = Field(None, description="last day on which it may be signed")
    reconsent: Reconsent = Reconsent()
    scopes: list[Scope] = Field(min_length=1)
    covers: Covers = Field("consent", description="what is signed: a consent, or an authorisation under HIPAA")
    needs: list[Need] = Field([], description="what each signing of it needs besides the participant's own agreement")
    references: dict[BoardMode, Code] = Field(
        {}, description="the board's reference for each mode it allowed: waivers, alteration, exemption"
    )
    dispositions: list[Disposition] = Field(["keep", "deidentify", "delete"], min_length=1)
    dispositions_until_days: int | None = Field(
        None,
        ge=0,
        description="days after the last interview (without one: after signing) on which deletion or de-identification "
        "may still be asked for; leave out when the form names no last day",
    )
    audio_destroyed_within_days: int | None = Field(None, ge=0)
