"""How many things a set of records is about: versions of one thing count once, and a claim that was retracted not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recruitment.log import newest_versions, row_of
from study import Event
from study.kinds import KINDS

VERSIONS = frozenset(
    {
        "data.version",
        "generated",
        "data.content",
        "data.rules",
        "data.inputs",
        "data.disposition",
        "data.codebook",
        "data.receipt",
    }
)
"""Parts of natural keys that tell versions of one thing apart."""
EACH_COUNTS = ("guide.", "codebook.", "consent.", "hypothesis.", "reporting.", "member_check.", "audit.", "query.")
"""Kinds of which every record counts: each is an act of its own, or a version is what is counted."""


def current(events: Iterable[Event]) -> list[Event]:
    """The events without those of a register's row of which there is a newer version, in the order given."""
    found = list(events)
    newest = set(newest_versions(found).values())
    return [event for event in found if event.id in newest or row_of(event) is None]


def counted(kind: str, events: Mapping[str, Sequence[Event]]) -> int:
    """How many things the events of a kind, among events by kind, are about."""
    if kind == "claim.asserted":
        return len(standing_claims(events.get(kind, ()), events.get("claim.retracted", ())))
    return len({_thing(event) for event in events.get(kind, ())})


def standing_claims(asserted: Iterable[Event], retracted: Iterable[Event]) -> dict[str, Event]:
    """The newest version of each claim that stands: no retraction of that version or a later one."""
    newest: dict[str, Event] = {}
    for event in asserted:
        claim = event.subject_id("claim") or ""
        newest[claim] = max(newest.get(claim, event), event, key=_version)
    gone: dict[str, int] = {}
    for event in retracted:
        claim = event.subject_id("claim") or ""
        gone[claim] = max(gone.get(claim, 0), _version(event)[0])
    return {claim: event for claim, event in sorted(newest.items()) if gone.get(claim, 0) < _version(event)[0]}


def _version(event: Event) -> tuple[int, str]:
    return int(event.data["version"]), event.id


def _thing(event: Event) -> tuple[Any, ...]:
    """What an event is about, without its version; the event itself where it names nothing."""
    if event.kind.startswith(EACH_COUNTS):
        return (event.id,)
    subjects = {s.type for s in event.subject}
    named = [part for part in KINDS[event.kind].key if part not in VERSIONS]
    of_its_kind = event.kind.partition(".")[0]
    if not named and of_its_kind in subjects:
        named = [of_its_kind]
    return tuple(_part(event, part) for part in named) or (event.id,)


def _part(event: Event, part: str) -> Any:
    if part == "occurred":
        return event.occurred
    if part.startswith("data."):
        return str(event.data.get(part.removeprefix("data."), ""))
    return tuple(s.id for s in event.subject if s.type == part)
