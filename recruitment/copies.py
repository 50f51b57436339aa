"""Copies of a person's data outside this system: where to look, what was removed by whom, what is still to be done.

Sources: OHRP 2010 guidance on withdrawal; what users of other systems asked for (lookit-api #129, openneuro #2967).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from study import Event, Fact, Subject
from study.event import local_day, time_zone_of

COPIES = (
    "transcription_vendor",
    "meeting_cloud",
    "redcap",
    "analysis_project",
    "mailboxes",
    "deposit",
    "study_folder",
)
"""Where copies may lie; each is ticked by a person. The last is what no program can judge in the study folder itself:
joint transcripts, field notes, memos, names in free text."""

GOES = ("deidentify", "delete")
"""Dispositions after which no copy may stay as it is."""


@dataclass(frozen=True, slots=True)
class CopiesDue:
    """One withdrawal and the places somebody has still to look through; `code` is what people write to name it."""

    withdrawal: str
    participant: str
    since: date
    open: tuple[str, ...]
    cleared: Mapping[str, date]

    @property
    def code(self) -> str:
        return withdrawal_code(self.withdrawal)


def withdrawal_code(event_id: str) -> str:
    """What names a withdrawal when the participant code is gone: W and the first eight hex digits of its event."""
    return f"W{event_id[:8]}"


def is_applied(event: Event) -> bool:
    """Whether an event is a withdrawal that a person applied here; one a register mentions waits for that."""
    return event.kind == "consent.withdrawn" and event.data.get("source") == "request"


def takes_data(event: Event) -> bool:
    """Whether an applied withdrawal takes data already given out of the study, or out of connection with the person."""
    return is_applied(event) and event.data["disposition"] in GOES


def ends_contact(event: Event) -> bool:
    """Whether a withdrawal ends contacting the person: all of it, taking part, or being contacted again."""
    scopes = set(event.data["scopes"])
    return not scopes or bool(scopes & {"take_part", "recontact"})


def copies_due(events: Iterable[Event]) -> tuple[CopiesDue, ...]:
    """Every withdrawal after which data goes, oldest first, with what is ticked and what is open; all open at first."""
    events = list(events)
    zone = time_zone_of(events)
    cleared: dict[str, dict[str, date]] = {}
    for event in events:
        if event.kind == "copy.cleared":
            place, person = event.subject_id("copy") or "", event.subject_id("participant") or ""
            cleared.setdefault(person, {})[place] = local_day(event.occurred, zone)
    found: dict[str, CopiesDue] = {}
    for event in (e for e in events if takes_data(e)):
        person = event.subject_id("participant") or ""
        done = cleared.get(person, {})
        since = local_day(event.occurred, zone)
        found.setdefault(
            person,
            CopiesDue(event.id, person, since, tuple(c for c in COPIES if c not in done), dict(sorted(done.items()))),
        )
    return tuple(sorted(found.values(), key=lambda due: (due.since, due.code)))


def cleared_fact(due: CopiesDue, place: str, person: str, day: date) -> Fact:
    """That a person looked through one place and nothing of the participant is there any more."""
    subject = (Subject("participant", due.participant), Subject("copy", place), Subject("person", person))
    return Fact("copy.cleared", day.isoformat(), subject, causes=(due.withdrawal,))
