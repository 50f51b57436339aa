"""That a package was handed to the archive, as the person who did it says, under the archive's receipt."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from recruitment import fold_consent, fold_recruitment
from study import Fact, StudyError, Subject
from study.identifiers import digest
from study.objects import NotStored
from tasks.audit_visit import CODE, Acted, refuse_nobody
from tasks.deposit_record import STEP, contents_path, package_path
from tasks.gates import Gatekeeper
from tasks.released import released_transcripts
from tasks.workspace import Workspace

MOST_USED = 150
"""A line of the trail holds 64 KiB: above this transcripts are named by their ids alone."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The archive's receipt, and the day on which the package was handed over."""

    receipt: str
    day: date | None = None


@task(name="record the deposit", cache_policy=NO_CACHE)
def deposit_made(place: Workspace, said: HandedOver) -> Acted:
    """That the package as it lies there was handed over; StudyError without a package, a person or a receipt."""
    refuse_nobody(place)
    archive = place.protocol.archive
    if archive is None or not CODE.fullmatch(said.receipt) or not re.search(r"\d", said.receipt):
        raise StudyError(
            "a deposit needs the archive that the protocol names, and the number on its receipt",
            where="the entry form, receipt",
            remedy="Give the number as the archive wrote it: letters, digits, dash, dot, underscore.",
        )
    key, day = package_path(place, archive.id), said.day or place.today
    try:
        body, listed = place.restricted.get(key), json.loads(place.restricted.get(contents_path(archive.id)))
    except NotStored:
        raise StudyError(
            "no package lies there to have been handed over",
            where=f"restricted/{key}",
            remedy="Make it first (deposit-material without a receipt), and hand that one over.",
        ) from None
    if day > place.today:
        raise StudyError("the day is still to come", where="the entry form, day", remedy="Enter it once it happened.")
    events = place.events()
    before = [e for e in events if e.kind == "archive.deposited" and e.data.get("receipt") == said.receipt]
    if before:
        return Acted(said=("This receipt is on record; nothing was recorded again.",))
    transcripts = sorted(listed["transcripts"].values())
    released = released_transcripts(place, events)
    used = tuple(released[t].reference for t in transcripts if t in released) if len(transcripts) <= MOST_USED else ()
    fact = Fact(
        "archive.deposited",
        day.isoformat(),
        tuple(Subject("transcript", t) for t in transcripts),
        used=used,
        generated=(place.reference(f"restricted/{key}", body, personal=True),),
        causes=tuple(released[t].event for t in transcripts if t in released)[:MOST_USED],
        data={
            "archive": archive.id,
            "receipt": said.receipt,
            "files": int(listed["files"]),
            "transcripts": len(transcripts),
        },
    )
    document = {"archive": archive.name, "receipt": said.receipt, "sha256": digest(body), "by": place.actor.id}
    told = [f"Deposited at {archive.name} under {said.receipt}: {plural(len(transcripts), 'transcript')}."]
    told += _ended(place, transcripts)
    return Acted((place.with_record(fact, document, personal=True),), tuple(told))


def _ended(place: Workspace, transcripts: list[str]) -> list[str]:
    """A sentence where somebody's consent to archiving ended between making the package and saying so."""
    events = place.events()
    gates, interviews = Gatekeeper(place, fold_consent(events)), fold_recruitment(events).interviews
    gone = [t for t in transcripts if t not in interviews or any(gates.ask(STEP, p) for p in interviews[t].attended)]
    if not gone:
        return []
    which = plural(len(gone), "transcript")
    return [
        f"Consent to archiving {which} is not in force today: make the package anew and ask the archive to replace it."
    ]
