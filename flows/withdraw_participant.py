"""A participant withdraws: what would change first, then the withdrawal, then what happens to their data."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field, field_validator

from tasks.entering import forget_answers
from tasks.erasure import finish_pending
from tasks.outcome import Outcome
from tasks.record import record
from tasks.request import StudyRequest
from tasks.withdrawing import (
    Withdrawal,
    applied_said,
    impact_of,
    impact_said,
    ticked_said,
    ticks,
    withdrawal_facts,
)
from tasks.workspace import opened

Scope = Literal["take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive"]
Place = Literal[
    "transcription_vendor", "meeting_cloud", "redcap", "analysis_project", "mailboxes", "deposit", "study_folder"
]


class WithdrawParticipant(StudyRequest):
    """Whose consent ends, from when on, and what becomes of data already given."""

    participant: str = Field(
        title="Participant code",
        description="The code in the registers, such as P017. To tick copies removed after a withdrawal: the "
        "withdrawal's code, such as W1a2b3c4d.",
    )
    effective: date | None = Field(
        None, title="Effective", description="The day from which it counts. Leave empty for today."
    )
    scopes: list[Scope] = Field([], title="Scopes", description="What is withdrawn. Leave empty for everything.")
    disposition: Literal["keep", "deidentify", "delete"] = Field(
        "keep",
        title="Data already given",
        description="What the participant chose among what the signed form offers: *keep* uses it on, *deidentify* "
        "masks it and destroys every link to the person, *delete* takes it out with its keys.",
    )
    reason: str = Field(
        "",
        title="Reason",
        description="Only if the participant gave one freely; nobody has to. It stays in restricted/.",
    )
    apply: bool = Field(
        False,
        title="Apply",
        description="Without this, only what would change is shown. With it the withdrawal is recorded under the "
        "acting person's name and carried out; deleting cannot be undone.",
    )
    removed: list[Place] = Field(
        [],
        title="Copies removed",
        description="Only after a withdrawal was applied: places in which you made sure that nothing is left.",
    )

    @field_validator("scopes", "removed", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """On the command line a list is written with semicolons."""
        return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


@flow(name="withdraw-participant")
def withdraw_participant(request: WithdrawParticipant) -> Outcome:
    """Show what a participant's withdrawal would change; with *Apply*, carry it out.

    Look at what would change first, without *Apply*. The withdrawal is recorded first and takes effect at once; then
    packets not sent are pulled, a list of what only people can do is written to restricted/withdrawals/, and data goes
    as the signed form allows. A run that was interrupted is finished by the next one. The proof that the person
    withdrew stays in the trail.
    """
    forget_answers(request.study)
    with opened(request, flow="withdraw-participant") as place:
        finish_pending(place)
        if request.removed:
            record(place, ticks(place, request.participant, tuple(request.removed)))
            return Outcome("withdraw-participant", said=ticked_said(place, request.participant))
        asked = Withdrawal(
            request.participant, request.effective or place.today, tuple(request.scopes), request.disposition
        )
        impact = impact_of(place, asked)
        if not request.apply:
            shown = impact_said(impact, place.protocol, applied=False)
            said = ("This is what would change; nothing was changed.", *shown)
            return Outcome("withdraw-participant", said=said)
        facts = withdrawal_facts(place, asked, request.reason)
        record(place, facts)
        erased = finish_pending(place)
        return Outcome("withdraw-participant", said=applied_said(place, impact, facts, erased))
