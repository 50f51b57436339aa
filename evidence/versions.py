"""The versions of a transcript on its way from the vendor to coding, folded from the trail.

A version is one content of the transcript's file: another content is another version, whoever changed it. What was done
to a version (checked, de-identified, released) is done to it alone and stays with it. The order of the states is the
table STATES; a version reaches the furthest state that anything in the trail gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from study import Event, Reference
from study.event import in_fold_order

State = Literal["at_vendor", "returned", "corrected", "checked", "deidentified", "released"]


class StateRow(NamedTuple):
    """One state: its name, how people say it, what gives it to a version, and what comes next."""

    name: State
    said: str
    given_by: str
    next: str


STATES: tuple[StateRow, ...] = (
    StateRow("at_vendor", "at the vendor", "recording.sent", "wait for it, then enter its return"),
    StateRow("returned", "returned", "transcript.received", "have it checked against the audio"),
    StateRow("corrected", "corrected", "transcript.corrected", "have it checked against the audio"),
    StateRow(
        "checked", "checked against the audio", "transcript.checked", "make the de-identified copy, or release it"
    ),
    StateRow("deidentified", "de-identified", "transcript.deidentified", "read the copy, then release it"),
    StateRow("released", "released for coding", "transcript.released", "code it"),
)
"""Every state a transcript can be in, in the order of its way to coding."""

_ROW: Mapping[str, StateRow] = {row.name: row for row in STATES}
_RELEVANT = ("recording.", "transcript.", "correction.", "study.opened")
_ARRIVALS = ("transcript.received", "transcript.corrected", "transcript.validated")


class Check(NamedTuple):
    """A second person's check against the audio: who, share heard in thousandths, errors per 1,000 words, minutes."""

    event: str
    by: str
    listened: int
    errors: int
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its number from 1 in the order of arrival, its file's reference, the event of its arrival.

    `copies` are the files made of it (the copy first), the newest copy's; `released` the events that released it.
    """

    number: int
    reference: Reference
    arrival: str
    check: Check | None = None
    copies: tuple[Reference, ...] = ()
    deidentified: str = ""
    released: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """How far this version came."""
        if self.released:
            return "released"
        if self.copies:
            return "deidentified"
        if self.check is not None:
            return "checked"
        return "corrected" if self.number > 1 else "returned"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one transcript stands: its versions in order, which lies there now, and whether a recording is away."""

    id: str
    versions: tuple[Version, ...] = ()
    current: Version | None = None
    is_away: bool = False

    @property
    def state(self) -> State:
        """The state of the version that lies there now; at the vendor while there is none and a recording is away."""
        if self.current is not None:
            return self.current.state
        return "at_vendor" if self.is_away else "returned"

    @property
    def said(self) -> str:
        return _ROW[self.state].said

    @property
    def next(self) -> str:
        """What is to be done next, for people."""
        if self.current is None and not self.is_away:
            return "put its file into the folder of transcripts"
        return _ROW[self.state].next

    def version_of(self, reference: Reference) -> Version | None:
        """The version whose file this is."""
        return next((v for v in self.versions if _same(v.reference, reference)), None)

    def checks(self, version: Version) -> tuple[Check, ...]:
        """The checks of this version and of those before it, the newest version's first."""
        earlier = (v for v in reversed(self.versions) if v.number <= version.number)
        return tuple(v.check for v in earlier if v.check is not None)


@dataclass(slots=True)
class _Gathered:
    """What events said of one transcript, before its versions are put together."""

    arrivals: dict[tuple[str, str], tuple[Reference, str]] = field(default_factory=dict)
    last: tuple[str, str] | None = None
    checks: dict[tuple[str, str], Check] = field(default_factory=dict)
    copies: dict[tuple[str, str], tuple[str, tuple[Reference, ...]]] = field(default_factory=dict)
    of_copy: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    released: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    away: dict[str, int] = field(default_factory=dict)


def fold_versions(events: Iterable[Event]) -> dict[str, Standing]:
    """Where every transcript stands, by its id, in any order of the events; a recording counts for its interview."""
    found: dict[str, _Gathered] = {}
    relevant = in_fold_order(e for e in events if e.kind.startswith(_RELEVANT))
    ordered = sorted(relevant, key=lambda e: (e.recorded_at, _late(e), e.id))
    for event in ordered:
        subject = "interview" if event.kind.startswith("recording.") else "transcript"
        id = event.subject_id(subject)
        if id and event.kind.startswith(("recording.", "transcript.")):
            _take(found.setdefault(id, _Gathered()), event)
    return {id: _standing(id, gathered) for id, gathered in sorted(found.items())}


def _take(found: _Gathered, event: Event) -> None:
    about = [_key(reference) for reference in event.generated]
    if event.kind in ("recording.sent", "recording.returned"):
        recording = event.subject_id("recording") or ""
        found.away[recording] = found.away.get(recording, 0) + (1 if event.kind == "recording.sent" else -1)
    elif event.kind in _ARRIVALS and about:
        found.last = about[0]
        if event.kind != "transcript.validated":
            found.arrivals.setdefault(about[0], (event.generated[0], event.id))
    elif event.kind == "transcript.checked" and about:
        by = event.subject_id("person") or ""
        heard, errors, minutes = (int(event.data.get(name, 0)) for name in ("listened", "errors", "minutes"))
        found.checks[about[0]] = Check(event.id, by, heard, errors, minutes)
    elif event.kind == "transcript.deidentified" and about:
        original = _key(event.used[0]) if event.used else found.last
        if original is not None:
            found.copies[original] = (event.id, event.generated)
            found.of_copy[about[0]] = original
    elif event.kind == "transcript.released" and about:
        original = found.of_copy.get(about[0], about[0])
        found.released.setdefault(original, []).append(event.id)


def _standing(id: str, found: _Gathered) -> Standing:
    versions = []
    for number, (key, (reference, arrival)) in enumerate(found.arrivals.items(), 1):
        made, copies = found.copies.get(key, ("", ()))
        released = tuple(found.released.get(key, ()))
        versions.append(Version(number, reference, arrival, found.checks.get(key), copies, made, released))
    current = next((v for v in versions if _key(v.reference) == found.last), versions[-1] if versions else None)
    return Standing(id, tuple(versions), current, is_away=any(n > 0 for n in found.away.values()))


def _late(event: Event) -> int:
    """Of events recorded in one moment, what rests on another comes after it."""
    order = ("transcript.received", "transcript.corrected", "transcript.validated", "transcript.checked")
    later = ("transcript.deidentified", "transcript.released")
    return (*order, *later).index(event.kind) if event.kind in (*order, *later) else 0


def _key(reference: Reference) -> tuple[str, str]:
    return reference.ref, reference.hmac or reference.sha256 or ""


def _same(one: Reference, other: Reference) -> bool:
    return _key(one) == _key(other)
