"""Events for folding, made from facts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from study import Actor, Event, Fact, Run, Subject
from study.identifiers import event_id

ORIGIN = "fieldtrail/fsp/00000000"
RUN = Run("run", "test", "none", 1, "0")


@pytest.fixture
def event() -> Callable[..., Event]:
    """`event(kind, occurred, participant=None, **data)`: the event such a fact becomes."""

    def make(kind: str, occurred: str, participant: str | None = None, **data: object) -> Event:
        subject = (Subject("participant", participant),) if participant else ()
        fact = Fact(kind, occurred, subject=subject, data=data)
        return Event(
            id=event_id(ORIGIN, kind, fact.natural_key),
            kind=kind,
            occurred=occurred,
            recorded_at="2016-09-01T00:00:00.000Z",
            actor=Actor("service", "fieldtrail", "software"),
            run=RUN,
            subject=subject,
            data=data,
        )

    return make
