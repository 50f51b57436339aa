"""Who takes part and who works on the study: ethics, team, roles, sites, targets, contact rules."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Identifier, Part, Text

Task = Literal[
    "approve_sample",
    "recruit",
    "obtain_consent",
    "interview",
    "release_transcript",
    "release_packet",
    "review_strings",
    "set_aside_query",
    "decide_saturation",
    "withdraw_participant",
    "code",
    "audit",
]


Activity = Literal["contact", "collection", "analysis"]


class LapseException(Part):
    """What the board allowed while no approval was in force, by the reference of its letter; both days included."""

    reference: Code
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    permits: list[Activity] = Field(min_length=1, description="contact, collection, analysis of identifiable data")


class Approval(Part):
    """One approval by the ethics board: both days included; no end where there is no continuing review."""

    start: date = Field(alias="from", description="first day on which the approval holds")
    end: date | None = Field(None, alias="to", description="last day; leave out when the approval has no end")
    exceptions: list[LapseException] = Field([], description="what the board allowed after this approval had lapsed")


class BroughtForm(Part):
    """A consent form version by its names."""

    form: Code
    version: Code


class BroughtGuide(Part):
    """An interview guide version by its names."""

    id: Code
    version: Code


class Brought(Part):
    """What an amendment brings that is new; none of it may be used before the amendment is approved and effective."""

    forms: list[BroughtForm] = []
    guides: list[BroughtGuide] = []
    sites: list[Code] = []
    surveys: list[Identifier] = []
    rules: list[Text] = Field([], description="parts of study.yaml that it changes, such as participants.contact")


class Amendment(Part):
    """A change of the protocol sent to the ethics board."""

    id: Code
    submitted: date
    approved: date | None = None
    effective: date | None = Field(None, description="the day from which it is used; without it the day of approval")
    summary: Text
    brings: Brought = Brought()

    @property
    def starts(self) -> date | None:
        """The first day on which what it brings may be used; None while it is not approved."""
        return (self.effective or self.approved) if self.approved else None


class LawfulBasis(Part):
    """On which basis personal data is processed (GDPR articles 6(1) and 9(2)), where that law applies."""

    basis: Literal["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
    condition: Literal["explicit_consent", "public_interest", "public_health", "research"] | None = Field(
        None, description="for special categories such as health"
    )
    reference: Code = Field(description="number of the record or of the data protection officer's advice")
    start: date = Field(alias="from")
    end: date | None = Field(None, alias="to")


class Ethics(Part):
    """The ethics board, its reference, its approvals and the amendments; the lawful basis where one is needed."""

    board: Text
    reference: Text
    approvals: list[Approval] = Field(min_length=1)
    amendments: list[Amendment] = []
    data_protection: list[LawfulBasis] = []


class Delegation(Part):
    """A task a person may do, and since when."""

    task: Task
    start: date = Field(alias="from")
    end: date | None = Field(None, alias="to")


class Training(Part):
    """A course a person of the team took, and until when it counts."""

    course: Code
    on: date = Field(description="the day from which it counts")
    until: date | None = Field(None, description="last day on which it counts; leave out when it does not expire")


class TeamMember(Part):
    """A person of the team, by code; `tasks` are what the investigator delegated."""

    code: Code
    name: Text
    role: Identifier
    tasks: list[Delegation] = []
    trainings: list[Training] = []
    key: Text | None = Field(None, description="public key of this person, as `fieldtrail trail keygen` printed it")

    def may(self, task: str, on: date) -> bool:
        """Whether this person held that task on that day."""
        return any(t.task == task and t.start <= on and (t.end is None or on <= t.end) for t in self.tasks)

    def is_trained(self, course: str, on: date) -> bool:
        """Whether a training in that course counted on that day."""
        return any(t.course == course and t.on <= on and (t.until is None or on <= t.until) for t in self.trainings)


class Role(Part):
    """A role participants hold at a site, such as peer provider or program director."""

    id: Identifier
    label: Text
    interviewed: bool = True


class Group(Part):
    """A group compared in the analysis, such as certified peer specialists and social workers."""

    id: Identifier
    label: Text


class Target(Part):
    """How many interviews are wanted: per site, per role, per group, or in all."""

    count: int = Field(ge=1)
    site: Code | None = None
    role: Identifier | None = None
    group: Identifier | None = None


class ContactRules(Part):
    """When somebody is contacted again and when we stop."""

    interval_days: int = Field(7, ge=1)
    maximum_attempts: int = Field(3, ge=1)


class FieldPeriod(Part):
    """When interviews are held, and how early a site that falls short must be seen for it to be replaced."""

    ends: date | None = Field(None, description="last day for interviews; left out, the study's planned last day")
    replace_lead_days: int = Field(60, ge=0, description="days a replacement needs from its choice to its interviews")
    silent_days: int = Field(28, ge=1, description="days without an enrolment after which a site is looked at")
    rate_days: int = Field(84, ge=14, description="how many of the last days say how fast interviews come")


class Eligibility(Part):
    """A numbered criterion for taking part; the register names it when somebody is ineligible."""

    number: Code
    text: Text


class Participants(Part):
    """Who takes part: how codes look, roles, groups, targets, criteria, contact rules."""

    code_pattern: str = Field(r"P\d{3}", description="regular expression of a participant code")
    site_pattern: str = Field(r"S\d{2,3}", description="regular expression of a site id")
    roles: list[Role] = Field(min_length=1)
    groups: list[Group] = []
    targets: list[Target] = []
    criteria: list[Eligibility] = []
    contact: ContactRules = ContactRules()
    field_period: FieldPeriod = FieldPeriod()
