"""The register of recordings: made, sent to be transcribed, returned, destroyed; one row an act.

The trail gets what happened to a recording and of which interview it is, never who transcribes: that, and the length,
stay in the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from recruitment.checks import raised
from recruitment.consent import ConsentLedger, Refusal, gate, refusals
from recruitment.facts import Codes, Reading
from recruitment.measure import minutes_of
from recruitment.registers import RECORDINGS, recorded_rows
from study import Event, Fact, Protocol, Query, Subject
from study.event import local_day, time_zone_of
from study.protocol.consent import ConsentForm

NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("made", "sent", "destroyed"),
    "made": ("sent", "destroyed"),
    "sent": ("returned",),
    "returned": ("sent", "destroyed"),
    "destroyed": (),
}
"""What may come after each step of one recording; a register may begin with the first sending."""
_ORDER = {step: i for i, step in enumerate(("made", "sent", "returned", "destroyed"))}


@dataclass(frozen=True, slots=True)
class Destruction:
    """A recording that a consent promised to destroy: counted from the day `since`, due that many days later.

    `due` is None while its transcription has not come back.
    """

    recording: str
    interview: str
    since: date | None
    due: date | None


def recording_facts(rows: pd.DataFrame, events: list[Event], codes: Codes) -> Reading:
    """What happened to recordings; that one was made is known from its interview and gets no fact of its own."""
    reading = Reading(RECORDINGS, recorded_rows(events, RECORDINGS.kinds), taken_out=codes.taken_out)
    for r in _each(rows[rows["step"].isin(["sent", "returned", "destroyed"])]):
        about = (Subject("recording", r.recording_id), Subject("interview", r.interview_id))
        fact = Fact(f"recording.{r.step}", r.day, about, data={"ordinal": r.ordinal})
        key = (fact.kind, r.recording_id, r.interview_id, r.ordinal)
        reading.take(key, r.row, fact, is_usable=bool(r.is_usable))
    return reading


def recording_sequence(rows: pd.DataFrame, *, study: str, ref: str) -> list[Query]:
    """Steps of a recording that do not follow one another by their days; one query for each pair of steps."""
    found: dict[tuple[str, str], list[int]] = {}
    usable = rows[rows["is_usable"]]
    for _, acts in usable.groupby("recording_id", sort=True):
        state = ""
        for r in sorted(_each(acts), key=lambda r: (r.day, _ORDER[r.step], r.row)):
            if r.step not in NEXT[state]:
                found.setdefault((state, r.step), []).append(int(r.row))
            state = r.step
    return [
        raised(
            "RG011",
            study=study,
            subject=RECORDINGS.subject,
            ref=ref,
            file=RECORDINGS.file,
            rule=f"transition.{state or 'start'}.{step}",
            rows=numbers,
            state=state or "the start",
            attempted=step,
            allowed=", ".join(NEXT[state]) or "nothing",
        )
        for (state, step), numbers in sorted(found.items())
    ]


def sending_queries(
    rows: pd.DataFrame,
    ledger: ConsentLedger,
    spoke: Mapping[str, Iterable[str]],
    *,
    study: str,
    ref: str,
    refused: list[Refusal] | None = None,
) -> list[Query]:
    """Recordings sent to be transcribed without consent for it on that day, one query for each recording.

    `spoke` gives the trail codes of those who spoke in an interview; what the gates refused is added to `refused`.
    """
    found: dict[str, tuple[list[int], str]] = {}
    refused = [] if refused is None else refused
    for r in _each(rows[rows["is_usable"] & rows["step"].eq("sent")]):
        days = {"contact_day": date.fromisoformat(r.day)}
        for code in spoke.get(r.interview_id, ()):
            decision = gate(ledger, "send_recording", code, days)
            if not decision.in_force:
                refused += refusals(ledger, "send_recording", code, days)
                found.setdefault(r.recording_id, ([], decision.reason))[0].append(int(r.row))
    return [
        raised(
            "CN028",
            study=study,
            subject=f"recording:{recording}",
            ref=ref,
            file=RECORDINGS.file,
            column="step",
            rule=f"sent.{recording}",
            rows=set(numbers),
            reason=reason,
        )
        for recording, (numbers, reason) in found.items()
    ]


def recorded_seconds(rows: pd.DataFrame) -> dict[str, float]:
    """Interview → seconds of all its recordings, from the rows `made`; not where the length of one is unknown."""
    lengths: dict[str, dict[str, float | None]] = {}
    for r in _each(rows[rows["step"] == "made"]):
        lengths.setdefault(r.interview_id, {})[r.recording_id] = minutes_of(getattr(r, "minutes", ""))
    return {
        interview: 60 * sum(minutes for minutes in of_it.values() if minutes)
        for interview, of_it in lengths.items()
        if interview and all(of_it.values())
    }


def destructions(
    kept: Mapping[str, str],
    spoke: Mapping[str, Iterable[str]],
    protocol: Protocol,
    ledger: ConsentLedger,
    events: Iterable[Event],
) -> list[Destruction]:
    """Every recording that is not destroyed although a form somebody signed for it promised that, by due day.

    `kept` is recording → interview; where nobody is known to have spoken in it, any form's promise counts. The days
    count from the recording's last return, or where it never left from the first arrival of its transcript; of several
    people's forms the shortest time counts.
    """
    events = list(events)
    zone = time_zone_of(events)
    destroyed = {e.subject_id("recording") for e in events if e.kind == "recording.destroyed"}
    back: dict[str, date] = {}
    arrived: dict[str, date] = {}
    away: dict[str, int] = {}
    for event in events:
        day = local_day(event.occurred, zone)
        recording = event.subject_id("recording") or ""
        if event.kind in ("recording.sent", "recording.returned"):
            away[recording] = away.get(recording, 0) + (1 if event.kind.endswith("sent") else -1)
        if event.kind == "recording.returned":
            back[recording] = max(back.get(recording, day), day)
        if event.kind == "transcript.received":
            id = event.subject_id("transcript") or ""
            arrived[id] = min(arrived.get(id, day), day)
    found = []
    for recording, interview in kept.items():
        people = tuple(spoke.get(interview, ()))
        signed = [form for code in people for form in _signed(protocol, ledger, code)]
        forms = signed if people else protocol.consent_forms
        days = [f.audio_destroyed_within_days for f in forms if f.audio_destroyed_within_days is not None]
        if recording in destroyed or not days:
            continue
        since = None if away.get(recording, 0) > 0 else back.get(recording, arrived.get(interview))
        found.append(Destruction(recording, interview, since, since + timedelta(days=min(days)) if since else None))
    return sorted(found, key=lambda d: (d.due or date.max, d.recording))


def _signed(protocol: Protocol, ledger: ConsentLedger, code: str) -> list[ConsentForm]:
    """The form versions that a trail code signed, of those study.yaml has."""
    versions = (protocol.form_version(c.form, c.version) for c in ledger.given.get(code, ()))
    return [form for form in versions if form is not None]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    return iter(rows.astype(object).itertuples(index=False))
