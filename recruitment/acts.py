"""What was done under consent, read from the trail: each act of a person with the gate it had to pass.

Survey rows are not in the trail one by one; whoever calls hands them in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from recruitment.log import newest_versions, row_of
from study import Event
from study.event import in_fold_order, local_day, time_zone_of

What = Literal["interview", "recording", "transcript", "coded transcript", "packet", "survey row"]
PACKET_STEPS = {
    "member_check.released": "release_packet",
    "member_check.sent": "send_packet",
    "member_check.reminded": "send_packet",
}


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Something done about a participant (trail code): what, which, under which step of GATES, on which day.

    `day` is the one the gate asks about (the interview's for a transcript); `recorded_at` is when we knew of the act.
    """

    what: What
    id: str
    participant: str
    step: str
    day: date
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A coded row of a survey file: the survey, the row's number, whose it is (trail code), its day, when it came."""

    survey: str
    row: int
    participant: str
    day: date
    recorded_at: str


def acts(events: Iterable[Event], answers: Iterable[Answer] = ()) -> list[Act]:
    """Every act that consent covers, in a fixed order; the same for any order of the events.

    A transcript and its codings are acts about every speaker of every sitting of its interview.
    """
    ordered = in_fold_order(events)
    zone = time_zone_of(ordered)
    held = sittings(ordered)
    first: dict[tuple[str, str], Event] = {}
    found: set[Act] = set()
    for event in ordered:
        if event.kind in ("transcript.received", "coding.imported"):
            key = (event.kind, event.subject_id("transcript") or "")
            first[key] = min(first.get(key, event), event, key=lambda e: (e.recorded_at, e.id))
        elif event.kind in PACKET_STEPS:
            who, packet = event.subject_id("participant") or "", event.data["packet"]
            day = local_day(event.occurred, zone)
            found.add(Act("packet", packet, who, PACKET_STEPS[event.kind], day, event.recorded_at))
    for events_of in held.values():
        for event in events_of:
            found.update(_interview(event, zone))
    for (kind, transcript), event in first.items():
        for sitting in held.get(transcript, ()):
            for who in _participants(sitting):
                day = local_day(sitting.occurred, zone)
                found.add(
                    Act("transcript", transcript, who, "validate_transcript", day, event.recorded_at)
                    if kind == "transcript.received"
                    else Act("coded transcript", transcript, who, "code", day, event.recorded_at)
                )
    rows = (
        Act("survey row", f"{a.survey}:{a.row}", a.participant, "answer_survey", a.day, a.recorded_at) for a in answers
    )
    return sorted({*found, *rows})


def sittings(ordered: Iterable[Event]) -> dict[str, list[Event]]:
    """The interview.held events of each interview, the newest version of each sitting and person."""
    ordered = list(ordered)
    newest = newest_versions(ordered)
    held: dict[str, list[Event]] = defaultdict(list)
    for event in ordered:
        if event.kind == "interview.held" and newest.get(row_of(event), event.id) == event.id:
            held[event.subject_id("interview") or ""].append(event)
    return held


def _interview(event: Event, zone: ZoneInfo) -> Iterator[Act]:
    id, day = event.subject_id("interview") or "", local_day(event.occurred, zone)
    for who in _participants(event):
        yield Act("interview", id, who, "interview", day, event.recorded_at)
        if event.data["recorded"]:
            yield Act("recording", id, who, "record_interview", day, event.recorded_at)


def _participants(event: Event) -> list[str]:
    return [s.id for s in event.subject if s.type == "participant"]
