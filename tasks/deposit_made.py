"""That a package was handed to the archive, as the person who did it says, under the archive's receipt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from recruitment import fold_consent, fold_recruitment
from study import Fact, StudyError, Subject
from study.event import local_day, time_zone_of
from study.identifiers import digest
from study.objects import NotStored
from tasks.audit_visit import CODE, Acted, refuse_nobody
from tasks.deposit_record import STEP, contents_path, ids_taken_back, package_path
from tasks.gates import Gatekeeper
from tasks.released import released_transcripts
from tasks.withdrawn_quotes import withdrawn_quotes
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
    _refuse_another(place, key, body, listed)
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
    told += _refuse_ended(place, listed, day)
    return Acted((place.with_record(fact, document, personal=True),), tuple(told))


def _refuse_another(place: Workspace, key: str, body: bytes, listed: Mapping[str, Any]) -> None:
    """StudyError for a package that is not as it was made."""
    if listed.get("package") != digest(body):
        raise StudyError(
            "the package that lies there is not as it was made",
            where=f"restricted/{key}",
            remedy="Make it again (deposit-material without a receipt), and hand that one over.",
        )


def _refuse_ended(place: Workspace, listed: Mapping[str, Any], day: date) -> list[str]:
    """StudyError where somebody's consent to archiving had ended, or words were taken back, by the day of the handing
    over; a sentence where that came after it."""
    events = place.events()
    gates, interviews = Gatekeeper(place, fold_consent(events)), fold_recruitment(events).interviews
    zone, by_id = time_zone_of(events), {event.id: event for event in events}
    gone = 0
    for transcript in listed["transcripts"].values():
        attended = interviews[transcript].attended if transcript in interviews else ()
        refused = [r for person in attended for r in gates.ask(STEP, person)]
        deciding = [by_id[r.decision.event_id] for r in refused if r.decision.event_id in by_id]
        if any(local_day(event.occurred, zone) <= day for event in deciding):
            raise _stale("somebody's consent to archiving ended")
        gone += bool(refused) or not attended
    if not set(ids_taken_back(withdrawn_quotes(place))) <= set(listed.get("taken_back", ())):
        if day >= place.today:
            raise _stale("words were taken back")
        gone = gone or 1
    ended = f"Consent to archiving {plural(gone, 'transcript')}, or to words in it, is not in force today"
    return [f"{ended}: make the package anew and ask the archive to replace it."] if gone else []


def _stale(why: str) -> StudyError:
    return StudyError(
        f"{why} since the package was made, so it may not be handed over",
        where="restricted/deposit",
        remedy="Make it again, which replaces it, and hand that one over; or give the day, where it was handed over "
        "before that.",
    )
