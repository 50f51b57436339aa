"""A transcript's way from the recording to coding as people read it: its stations, and everything recorded on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from evidence.histories import History
from pages.layout import plural
from pages.transcript_page import VERDICTS, Moment, Step
from recruitment.log import HELD
from study import Event
from study.event import local_day
from study.protocol.material import AudioCheck
from tasks.transcript_known import Known

_LABELS = {
    "recording.sent": "Sent to be transcribed",
    "recording.returned": "Came back",
    "transcript.received": "Received",
    "transcript.checked": "Checked against the audio",
    "transcript.corrected": "Corrected",
    "transcript.deidentified": "De-identified",
    "transcript.released": "Released for coding",
    "recording.destroyed": "Recording destroyed",
}
_WAY = tuple(_LABELS)
_ALWAYS = {"transcript.received", "transcript.deidentified", "transcript.released"}
"""Stations that are shown before they are reached; the check against the audio too where study.yaml declares it."""


def steps_of(known: Known, zone: ZoneInfo, audio_check: AudioCheck | None = None) -> Iterator[Step]:
    """The stations of the version that lies there now, with a note on what was done to an earlier one."""
    if known.interview and known.interview.state in HELD:
        yield Step("Interview", said(known.interview.day))
    done = {kind: e for kind in _WAY if (e := _reached(kind, known)) is not None}
    last = max((_WAY.index(kind) for kind in done), default=-1)
    for position, kind in enumerate(_WAY):
        events = known.history.of(kind)
        if kind in done:
            yield Step(_LABELS[kind], day_of(done[kind], zone), _note(kind, events))
        elif events:
            yield Step(_LABELS[kind], note=f"an earlier version, on {day_of(events[-1], zone)}")
        elif kind in _ALWAYS or (kind == "transcript.checked" and audio_check):
            yield Step(_LABELS[kind], note="not recorded" if position < last else "")


def _reached(kind: str, known: Known) -> Event | None:
    """The event by which the version that lies there now reached a station; None where it did not."""
    events, current = known.history.of(kind), known.standing.current
    if not events or current is None:
        return events[-1] if events else None
    ids = {
        "transcript.received": {e.id for e in events},
        "transcript.checked": {check.event for check in known.standing.checks(current)},
        "transcript.deidentified": {current.deidentified},
        "transcript.released": set(current.released),
    }.get(kind, {e.id for e in events})
    return next((e for e in reversed(events) if e.id in ids), None)


def _note(kind: str, events: tuple[Event, ...]) -> str:
    if kind == "transcript.checked":
        return _listened(events[-1])
    if kind == "transcript.deidentified":
        return plural(events[-1].data["changes"], "change")
    if kind == "transcript.received" and len(events) > 1:
        return f"{_ordinal(len(events))} version"
    return ""


def moments_of(history: History, checks: Mapping[str, str], zone: ZoneInfo) -> Iterator[Moment]:
    """The latest day first; queries opened or closed in one run by one person are one line."""
    lines: dict[tuple[Any, ...], list[Event]] = {}
    for event in sorted(history.events, key=lambda e: local_day(e.occurred, zone)):
        by_run = (event.kind, event.run.flow_run_id) if event.kind.startswith("query.") else (event.id,)
        lines.setdefault((*by_run, day_of(event, zone), _who(event)), []).append(event)
    for (*_, day, who), events in reversed(lines.items()):
        yield Moment(day, _what(events, checks), who)


def _what(events: list[Event], checks: Mapping[str, str]) -> str:
    event = events[-1]
    if event.kind.startswith("query."):
        named = ", ".join(sorted({checks.get(e.data["fingerprint"], "") for e in events} - {""}))
        how = {"query.opened": "raised", "query.resolved": "resolved", "query.set_aside": "set aside"}[event.kind]
        return f"{plural(len(events), 'query', 'queries')} {how}{': ' if named else ''}{named}"
    return _SAID[event.kind](event)


def day_of(event: Event, zone: ZoneInfo) -> str:
    """The study's day of an event, as people write it."""
    return said(local_day(event.occurred, zone))


def said(day: date) -> str:
    """`3 March 2016`."""
    return f"{day:%-d %B %Y}"


_SAID: Mapping[str, Callable[[Event], str]] = {
    "transcript.received": lambda e: f"Received ({e.data['format']})",
    "transcript.validated": lambda e: f"Checked: {VERDICTS[e.data['verdict']][0]}",
    "transcript.checked": lambda e: f"Checked against the audio: {_listened(e)}",
    "transcript.corrected": lambda e: f"Corrected, version {e.data['version']}",
    "transcript.deidentified": lambda e: f"De-identified, {plural(e.data['changes'], 'change')}",
    "transcript.released": lambda e: f"Released for coding, version {e.data['version']}",
    "recording.sent": lambda e: "Recording sent to be transcribed",
    "recording.returned": lambda e: "Recording came back",
    "recording.destroyed": lambda e: "Recording destroyed",
}


def _who(event: Event) -> str:
    if person := event.subject_id("person"):
        return person
    return event.actor.id if event.actor.type == "person" else "software"


def _listened(event: Event) -> str:
    share, errors = event.data["listened"] / 1000, event.data["errors"]
    return f"{share:.0%} listened to, {plural(errors, 'error')} in 1,000 words"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
