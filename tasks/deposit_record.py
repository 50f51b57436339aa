"""Deposits as they are recorded: which archive still waits for one, and which transcripts went into one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from recruitment import fold_consent
from study import Event
from study.event import local_day, time_zone_of
from tasks.gates import Gatekeeper
from tasks.withdrawn_quotes import WithdrawnQuotes
from tasks.workspace import Workspace

FOLDER = "deposit/"
STEP = "deposit"


def deposit_owed(place: Workspace, events: Iterable[Event]) -> tuple[str, ...]:
    """The archive of the protocol, where nothing was handed over yet and somebody consents to archiving today."""
    events = list(events)
    archive = place.protocol.archive
    if archive is None or any(e.kind == "archive.deposited" and e.data["archive"] == archive.id for e in events):
        return ()
    gates = Gatekeeper(place, fold_consent(events))
    agree = any(not gates.ask(STEP, code) for code in gates.ledger.given)
    return (archive.id,) if agree else ()


def deposited_transcripts(events: Iterable[Event]) -> dict[str, list[tuple[str, date]]]:
    """Each transcript that was handed over: to which archive, on which day."""
    events = list(events)
    zone = time_zone_of(events)
    found: dict[str, list[tuple[str, date]]] = {}
    for event in (e for e in events if e.kind == "archive.deposited"):
        for subject in event.subject:
            if subject.type == "transcript":
                found.setdefault(subject.id, []).append((event.data["archive"], local_day(event.occurred, zone)))
    return found


def package_path(place: Workspace, archive: str) -> str:
    """Where the package for an archive lies, under restricted/."""
    return f"{FOLDER}{archive}/{place.protocol.id}-deposit.zip"


def contents_path(archive: str) -> str:
    """Where it says which of its ids is which transcript, under restricted/ and never in the package."""
    return f"{FOLDER}{archive}/contents.json"


def ids_taken_back(quotes: WithdrawnQuotes) -> list[str]:
    """Which quotes were taken back when a package was made, as its list of contents keeps them."""
    return sorted(f"{packet}/{quote}" for packet, ids in quotes.ids.items() for quote in ids)
