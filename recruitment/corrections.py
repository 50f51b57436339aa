"""Corrections of recorded register rows: which events go, and which version of the row comes in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recruitment.facts import Reading
from recruitment.registers import RowKey, register_row
from study import Event, Fact


@dataclass(frozen=True, slots=True)
class Correctable:
    """A row that says something else than recorded, or that is gone: by its key in a reading."""

    reading: Reading
    key: RowKey


def versions_taken_out(recorded: Iterable[Event], standing: Iterable[Event]) -> Mapping[RowKey, int]:
    """Of each row the highest version that a correction took out: what is entered again counts on from it."""
    left = {event.id for event in standing}
    highest: dict[RowKey, int] = {}
    for event in recorded:
        key = register_row(event) if event.id not in left else None
        if key is not None:
            highest[key] = max(highest.get(key, 0), int(event.data["version"]))
    return highest


def standing_of(row: Correctable, events: Iterable[Event]) -> list[Event]:
    """The events that a correction takes out, as recorded: the row's newest, or all of a row that is gone.

    A withdrawal of taking part from the consent register goes with the consent withdrawal that it came from.
    """
    newest = row.reading.recorded[row.key]
    is_gone = row.key not in row.reading.rows
    found = [e for e in events if e.id == newest.id or (is_gone and register_row(e) == row.key)]
    if newest.kind != "consent.withdrawn":
        return found
    rows = {(e.data["ordinal"], e.data["version"]) for e in found}
    return found + [
        e
        for e in events
        if e.kind == "recruitment.withdrawn"
        and e.data.get("source") == "consent_register"
        and e.subject_id("participant") == newest.subject_id("participant")
        and (e.data["ordinal"], e.data["version"]) in rows
    ]


def entered_anew(row: Correctable) -> list[Fact]:
    """What the row is recorded as from now on, under the version that follows; nothing where it is gone."""
    reading = row.reading
    if row.key not in reading.rows:
        return []
    before = max(int(reading.recorded[row.key].data["version"]), reading.taken_out.get(row.key, 0))
    return [replace(fact, data={**fact.data, "version": before + 1}) for fact in reading.proposed[row.key]]


def taken_out(row: Correctable) -> None:
    """Leave the row as settled in its reading: it is no query any more."""
    row.reading.settled.add(row.key)
