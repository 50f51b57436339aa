"""The whole protocol: what study.yaml holds."""

from __future__ import annotations

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from study.protocol.analysis import Analysis
from study.protocol.base import Code, Folder, Identifier, Part, Text
from study.protocol.closing import Archive, MemberChecking
from study.protocol.consent import ConsentForm
from study.protocol.consistency import contradictions
from study.protocol.material import Guide, Survey, Transcripts
from study.protocol.people import Ethics, Participants, Task, TeamMember
from study.protocol.registers import RegisterFeeds
from study.protocol.sampling import Sampling

StudyId = Identifier


class Obligation(Part):
    """Something owed by a date, such as a report to the board or the destruction of recordings."""

    id: Code
    what: Text
    due: date
    done: date | None = None


class Disclosure(Part):
    """Outside the team no cell rests on fewer than k people, and no quote stands beside what fits fewer."""

    k: int = Field(5, ge=2)
    beside_quotes: list[Literal["role", "site_id", "group"]] = Field(
        ["role"], description="what is said of a speaker beside a quote"
    )


class Retention(Part):
    """How long records are kept after the study ends, in years; on S3 also how firmly the trail is locked till then.

    `compliance` lets nobody shorten it, so it needs the impact assessment that weighed this, with its day.
    """

    years: int = Field(10, ge=1)
    ends: date | None = Field(None, description="planned last day of the study")
    mode: Literal["governance", "compliance"] = Field("governance", description="Object Lock mode of a trail on S3")
    assessment: Code | None = Field(None, description="number of the data protection impact assessment")
    assessed: date | None = Field(None, description="day of that assessment")
    linkage: Literal["destroyed", "codes_only", "kept"] = Field(
        "destroyed",
        description="what becomes of the link between codes and people when the study ends; `codes_only` leaves names",
    )


class Countersigner(Part):
    """Another party that vouches for the trail's growth: its public key, and where to ask it.

    `at` is an http address, or a folder that both sides reach (requests are left there and answers picked up).
    """

    key: Text = Field(description="the countersigner's public key, as `fieldtrail countersign DIR --init` printed it")
    at: Text


class Storage(Part):
    """Where things are kept: a folder inside the study folder, an absolute path, or s3://bucket/prefix."""

    trail: Text = "trail"
    restricted: Text = "restricted"
    out: Text = "out"
    endpoint: Text | None = Field(None, description="address of an S3 server other than AWS")
    key: Text | None = Field(None, description="file of the trail's private key, or env:NAME of a variable holding it")
    countersigners: list[Countersigner] = []


class Protocol(Part):
    """A study's protocol (study.yaml)."""

    id: StudyId = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    title: Text
    synthetic: bool = Field(False, description="true in examples: every person and word is made up")
    time_zone: Text
    as_of: date | None = Field(None, description="fixes the clock; only in examples")
    strands: list[Literal["qualitative", "quantitative"]] = Field(min_length=1)
    ethics: Ethics
    team: list[TeamMember] = Field(min_length=1)
    required_training: dict[Task, list[Code]] = Field({}, description="courses needed before a task, by task")
    participants: Participants
    sampling: Sampling
    consent_forms: list[ConsentForm] = Field(min_length=1)
    registers: RegisterFeeds = RegisterFeeds()
    guides: list[Guide] = []
    transcripts: Transcripts | None = None
    documents: list[Folder] = Field(
        [], description="folders of other documents, received and scanned as field_notes/ is, for example minutes"
    )
    surveys: list[Survey] = []
    analysis: Analysis = Analysis()
    member_checking: MemberChecking | None = None
    archive: Archive | None = Field(None, description="leave out where nothing is deposited")
    checks: dict[str, dict[str, float]] = Field({}, description="thresholds that differ from the defaults, by check id")
    obligations: list[Obligation] = []
    disclosure: Disclosure = Disclosure()
    retention: Retention = Retention()
    storage: Storage = Storage()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is not a time zone; write one such as America/Los_Angeles") from None
        return name

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Protocol:
        faults = contradictions(self)
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def person(self, code: str) -> TeamMember | None:
        """The team member with that code, or None."""
        return next((p for p in self.team if p.code == code), None)

    @property
    def field_ends(self) -> date | None:
        """The last day for interviews: of the field period, else the study's planned last day."""
        return self.participants.field_period.ends or self.retention.ends

    def form_version(self, form: str, version: str) -> ConsentForm | None:
        """That version of that consent form, or None."""
        return next((f for f in self.consent_forms if (f.form, f.version) == (form, version)), None)
