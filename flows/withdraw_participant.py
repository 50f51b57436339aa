"""A participant withdraws: what would change first, then the withdrawal, then what happens to their data."""

from __future__ import annotations

from datetime import date
from typing import Literal

from prefect import flow
from pydantic import Field

from tasks.erasure import finish_pending
from tasks.outcome import Outcome
from tasks.record import record
from tasks.withdrawing import Withdrawal, impact_of, impact_said, withdrawal_facts
from tasks.workspace import StudyRequest, opened

Scope = Literal["take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive"]


class WithdrawParticipant(StudyRequest):
    """Whose consent ends, from when on, and what becomes of data already given."""

    participant: str = Field(title="Participant code", description="The code in the registers, such as P017.")
    effective: date | None = Field(
        None, title="Effective", description="The day from which it counts. Leave empty for today."
    )
    scopes: list[Scope] = Field([], title="Scopes", description="What is withdrawn. Leave empty for everything.")
    disposition: Literal["keep", "deidentify", "delete"] = Field(
        "keep",
        title="Data already given",
        description="What the signed form allows and the participant chose.",
    )
    apply: bool = Field(False, title="Apply", description="Without this, only what would change is shown.")


@flow(name="withdraw-participant")
def withdraw_participant(request: WithdrawParticipant) -> Outcome:
    """Show what a participant's withdrawal would change; with *Apply*, carry it out.

    The withdrawal is recorded first and takes effect at once; deletion follows and is recorded when done. A run that
    was interrupted is finished by the next one. The proof that the person withdrew stays in the trail.
    """
    with opened(request, flow="withdraw-participant") as place:
        finish_pending(place)
        asked = Withdrawal(
            request.participant, request.effective or place.today, tuple(request.scopes), request.disposition
        )
        impact = impact_of(place, asked)
        if not request.apply:
            said = ("This is what would change; nothing was changed.", *impact_said(impact, applied=False))
            return Outcome("withdraw-participant", said=said)
        record(place, withdrawal_facts(place, asked))
        erased = finish_pending(place)
        done = ("The person's data was erased, and that is recorded.",) if erased else ()
        return Outcome("withdraw-participant", said=(*impact_said(impact, applied=True), *done))
