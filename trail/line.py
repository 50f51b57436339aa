"""One event as one canonical line, and back (the line format is described in docs/audit-trail.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from study.errors import StudyError
from study.event import Actor, Cause, Event, Reference, Run, Subject
from trail.canonical import NotCanonical, canonical

VERSION = 1
LONGEST = 64 * 1024  # bytes of one line
FIELDS = frozenset(
    ("v", "id", "kind", "occurred", "recorded_at", "actor", "run", "subject", "used", "generated", "causes", "data")
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
_HEX = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/=]{1,128}")
_VERSION_ID = re.compile(r"[!-~]{0,1024}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_actor = lru_cache(maxsize=256, typed=True)(Actor)
_run = lru_cache(maxsize=256, typed=True)(Run)  # a batch names its actor and its run in every line


def line_of(event: Event) -> bytes:
    """The event's line without its newline; StudyError for a field that may not be in a line as it is."""
    _refuse(event, _faults(event))
    fields = {
        "v": VERSION,
        "id": event.id,
        "kind": event.kind,
        "occurred": event.occurred,
        "recorded_at": event.recorded_at,
        "actor": _written(event.actor),
        "run": _written(event.run),
        "subject": [_written(subject) for subject in event.subject],
        "used": [_written(reference) for reference in event.used],
        "generated": [_written(reference) for reference in event.generated],
        "causes": [_written(cause) for cause in event.causes],
        "data": dict(event.data),
    }
    try:
        line = canonical(fields)
    except NotCanonical as error:
        _refuse(event, [f"data ({error})"])
        raise
    if len(line) > LONGEST:
        _refuse(event, [f"length of {len(line)} bytes"])
    return line


def event_of(fields: Mapping[str, Any]) -> Event:
    """The event of a parsed line; KeyError, TypeError or ValueError for one that is no event of this version."""
    if set(fields) != FIELDS or fields["v"] != VERSION:
        raise ValueError("not an event of this version")
    return Event(
        id=fields["id"],
        kind=fields["kind"],
        occurred=fields["occurred"],
        recorded_at=fields["recorded_at"],
        actor=_actor(**fields["actor"]),
        run=_run(**fields["run"]),
        subject=tuple(Subject(**subject) for subject in fields["subject"]),
        used=tuple(Reference(**reference) for reference in fields["used"]),
        generated=tuple(Reference(**reference) for reference in fields["generated"]),
        causes=tuple(Cause(**cause) for cause in fields["causes"]),
        data=fields["data"],
    )


def is_instant(text: object) -> bool:
    """True for an RFC 3339 UTC time with milliseconds."""
    return isinstance(text, str) and bool(_INSTANT.fullmatch(text)) and _parses(datetime.fromisoformat, text)


def _faults(event: Event) -> list[str]:
    """The names of fields that hold something a line may not hold; `data` has its own schema."""
    codes = {
        "actor.id": event.actor.id,
        "actor.role": event.actor.role,
        "run.flow_run_id": event.run.flow_run_id,
        "run.flow": event.run.flow,
        "run.deployment": event.run.deployment,
        "run.code": event.run.code,
    }
    found = [name for name, value in codes.items() if not _CODE.fullmatch(value)]
    if not all(_CODE.fullmatch(subject.type) and _CODE.fullmatch(subject.id) for subject in event.subject):
        found.append("subject")
    if not (_DAY.fullmatch(event.occurred) and _parses(date.fromisoformat, event.occurred)) and not is_instant(
        event.occurred
    ):
        found.append("occurred")
    if event.actor.signature is not None and not _SIGNATURE.fullmatch(event.actor.signature):
        found.append("actor.signature")
    found += ["used"] * (not _allowed(event.used)) + ["generated"] * (not _allowed(event.generated))
    return found


def _allowed(references: Iterable[Reference]) -> bool:
    """Each names an opaque ref, a size and exactly one of SHA-256 and HMAC."""
    return all(
        _CODE.fullmatch(reference.ref)
        and reference.bytes >= 0
        and (reference.sha256 is None) != (reference.hmac is None)
        and _HEX.fullmatch(reference.sha256 or reference.hmac or "")
        and _VERSION_ID.fullmatch(reference.version_id or "")
        for reference in references
    )


def _refuse(event: Event, faults: list[str]) -> None:
    if faults:
        raise StudyError(
            f"an event of kind {event.kind} was refused for its {', '.join(faults)}",
            remedy="A line holds codes, digests, numbers and days only: use ids of letters, digits and - _ . +",
        )


def _written(part: Actor | Run | Subject | Reference | Cause) -> dict[str, Any]:
    """A part's fields, those left out that are None."""
    return {name: value for name in part.__slots__ if (value := getattr(part, name)) is not None}


def _parses(parser: Any, text: str) -> bool:
    try:
        parser(text)
    except ValueError:
        return False
    return True
