"""What stays for others: the package of de-identified material for the archive the protocol names."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from tasks.deposit import looked_at, package
from tasks.deposit_made import HandedOver, deposit_made
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.workspace import opened


class DepositMaterial(StudyRequest):
    """Make the package; or, with a receipt, say that it was handed over."""

    receipt: str = Field(
        "", title="Receipt", description="The archive's number for what was handed over. Empty to make the package."
    )
    day: date | None = Field(None, title="Day", description="The day it was handed over; with a receipt. Empty: today.")


@flow(name="deposit-material")
def deposit_material(request: DepositMaterial) -> Outcome:
    """Make the deposit package under restricted/deposit/, or record that it was handed over.

    Only de-identified copies that a person released go in, where every speaker consents to archiving today. Every text
    is searched again first: where something is found, no package is made.
    """
    with opened(request, flow="deposit-material") as place:
        if request.receipt:
            handed = deposit_made(place, HandedOver(request.receipt, request.day))
            record(place, handed.facts)
            return Outcome("deposit-material", handed.said)
        made = package(place)
        settled = settle_queries(place, made.queries, looked_at)
        return Outcome("deposit-material", made.said, (*settled.new, *settled.persisting), made.made)
