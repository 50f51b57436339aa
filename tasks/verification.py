"""The trail looked at as an auditor would: verified by the stand-alone verifier, its signed decisions checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.mirror import local_copy
from study import Event, Protocol
from study.decisions import Taken, decisions_taken
from tasks.workspace import Workspace
from trail import Verdict, verify
from trail.act import verify_act
from trail.line import line_of


def verified(place: Workspace) -> Verdict:
    """The verdict on the whole trail; one on S3 is copied here first, with its list of versions."""
    persons = [person.key for person in place.protocol.team if person.key]
    with local_copy(place.trail_store) as copy:
        verdict = verify(copy.directory, place.public_key, versions=copy.versions, persons=persons)
    return replace(verdict, faults=tuple(fault.replace(str(copy.directory), "the trail") for fault in verdict.faults))


def decisions(protocol: Protocol, events: Iterable[Event]) -> tuple[Taken, ...]:
    """Every decision with who took it; signed only where the key in study.yaml says so."""
    return tuple(decisions_taken(events, lambda event: _holds(protocol, event)))


def _holds(protocol: Protocol, event: Event) -> bool:
    person = protocol.person(event.actor.id)
    return person is not None and person.key is not None and verify_act(line_of(event), person.key)
