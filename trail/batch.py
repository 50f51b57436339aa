"""One object of a lane: a header line and the event lines of one PUT."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trail.canonical import NotCanonical, canonical, parsed
from trail.line import FIELDS, LONGEST, VERSION, is_instant

PREFIX = "lanes/"
LANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.[0-9]{1,6}(-[0-9a-f]{8})?")
_KEY = re.compile(rf"lanes/(\d{{4}}-\d{{2}}-\d{{2}})/({LANE.pattern})/(\d{{6}})\.jsonl")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{64}")


class Malformed(ValueError):
    """Bytes that are no object of a lane; the reason is one of the words a seal's row may hold."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object lies: the day its lane opened, the lane, its number in the lane."""

    day: str
    lane: str
    seq: int

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.day}/{self.lane}/{self.seq:06d}.jsonl"

    @classmethod
    def of(cls, key: str) -> Place | None:
        """The place a key names, or None for a foreign key."""
        match = _KEY.fullmatch(key)
        return cls(match[1], match[2], int(match[4])) if match else None


@dataclass(frozen=True, slots=True)
class Batch:
    """A well-formed object: SHA-256 of the one before it in its lane (None for the first), lines, lines parsed."""

    place: Place
    prev: str | None
    lines: tuple[bytes, ...]
    fields: tuple[dict[str, Any], ...]

    @property
    def recorded_at(self) -> str:
        """When it was recorded: one value an object."""
        return str(self.fields[0]["recorded_at"])


def batch_body(origin: str, place: Place, prev: str | None, lines: Sequence[bytes]) -> bytes:
    """The bytes of an object, each line ended by a newline."""
    header = canonical(
        {"v": VERSION, "log": origin, "lane": place.lane, "seq": place.seq, "prev": prev, "n": len(lines)}
    )
    return b"".join(line + b"\n" for line in (header, *lines))


def read_batch(origin: str, place: Place, body: bytes) -> Batch:
    """The object stored at `place`; Malformed when its structure is not that of an object there.

    Whether `prev` continues the lane is for the caller, who knows what came before.
    """
    if not body.endswith(b"\n"):
        raise Malformed("cut")
    first, *lines = body[:-1].split(b"\n")
    try:
        header, fields = parsed(first), tuple(parsed(line) for line in lines)
    except NotCanonical:
        raise Malformed("not_canonical") from None
    prev = header.get("prev")
    expected = {"v": VERSION, "log": origin, "lane": place.lane, "seq": place.seq, "prev": prev, "n": len(lines)}
    if header != expected or not lines:
        raise Malformed("header")
    if not (prev is None if place.seq == 0 else isinstance(prev, str) and _HEX.fullmatch(prev)):
        raise Malformed("header")
    if any(len(line) > LONGEST for line in lines):
        raise Malformed("too_long")
    if not all(_is_event(event) and event["recorded_at"] == fields[0]["recorded_at"] for event in fields) or (
        not is_instant(fields[0]["recorded_at"])
    ):
        raise Malformed("not_an_event")
    return Batch(place, prev, tuple(lines), fields)


def _is_event(fields: dict[str, Any]) -> bool:
    """True when what sealing and verifying look at is there: version, id, causes (and recorded_at, one an object)."""
    return (
        set(fields) == FIELDS
        and fields["v"] == VERSION
        and isinstance(fields["id"], str)
        and bool(_ID.fullmatch(fields["id"]))
        and isinstance(fields["causes"], list)
        and all(_is_cause(cause) for cause in fields["causes"])
    )


def _is_cause(cause: object) -> bool:
    return (
        isinstance(cause, dict)
        and set(cause) == {"id", "leaf"}
        and isinstance(cause["id"], str)
        and bool(_ID.fullmatch(cause["id"]))
        and isinstance(cause["leaf"], str)
        and bool(_HEX.fullmatch(cause["leaf"]))
    )
