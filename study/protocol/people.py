"""Who takes part and who works on the study: ethics, team, roles, sites, targets, contact rules."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from study.protocol.base import Code, Identifier, Part, Text

Task = Literal[
    "approve_sample",
    "obtain_consent",
    "interview",
    "release_transcript",
    "release_packet",
    "set_aside_query",
    "decide_saturation",
    "withdraw_participant",
    "code",
    "audit",
]


class Approval(Part):
    """One approval by the ethics board: both days included; no end where there is no continuing review."""

    start: date = Field(alias="from", description="first day on which the approval holds")
    end: date | None = Field(None, alias="to", description="last day; leave out when the approval has no end")


class Amendment(Part):
    """A change of the protocol sent to the ethics board."""

    id: Code
    submitted: date
    approved: date | None = None
    effective: date | None = None
    summary: Text


class Ethics(Part):
    """The ethics board, its reference, its approvals and the amendments."""

    board: Text
    reference: Text
    approvals: list[Approval] = Field(min_length=1)
    amendments: list[Amendment] = []


class Delegation(Part):
    """A task a person may do, and since when."""

    task: Task
    start: date = Field(alias="from")
    end: date | None = Field(None, alias="to")


class TeamMember(Part):
    """A person of the team, by code; `tasks` are what the investigator delegated."""

    code: Code
    name: Text
    role: Identifier
    tasks: list[Delegation] = []
    key: Text | None = Field(None, description="public key of this person, as `fieldtrail trail keygen` printed it")

    def may(self, task: str, on: date) -> bool:
        """Whether this person held that task on that day."""
        return any(t.task == task and t.start <= on and (t.end is None or on <= t.end) for t in self.tasks)


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
