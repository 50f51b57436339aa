"""Short ways to write the events of a small study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from study import Actor, Event, Fact, Run, Subject
from study.identifiers import event_id

ORIGIN = "fieldtrail/test/00000000"
ACTOR = Actor("service", "fieldtrail", "software")
RUN = Run("00000000-0000-0000-0000-000000000000", "test", "none", 1, "0")
ROW = "a" * 64
SCOPES = ("take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive")

Make = Callable[..., Event]


def entered(fact: Fact, recorded_at: str = "2020-01-01T00:00:00.000Z") -> Event:
    """The event a trail would make of a fact."""
    return Event(
        event_id(ORIGIN, fact.kind, fact.natural_key),
        fact.kind,
        fact.occurred,
        recorded_at,
        ACTOR,
        RUN,
        fact.subject,
        fact.used,
        fact.generated,
        (),
        dict(fact.data),
    )


class Study:
    """Makes events of a study: one method a kind, days as text."""

    def event(
        self, kind: str, day: str, *, recorded_at: str = "2020-01-01T00:00:00.000Z", data: Any = None, **subjects: str
    ) -> Event:
        subject = tuple(Subject(type, id) for type, id in subjects.items())
        return entered(Fact(kind, day, subject=subject, data=data or {}), recorded_at)

    def opened(self, start: str = "2016-01-01", end: str | None = None, zone: str = "America/Los_Angeles") -> Event:
        data = {"time_zone": zone, "protocol": ROW, "approval_from": start, **({"approval_to": end} if end else {})}
        return self.event("study.opened", "2016-01-01T12:00:00.000Z", data=data)

    def renewed(self, start: str, end: str | None = None) -> Event:
        data = {"approval_from": start, **({"approval_to": end} if end else {})}
        return self.event("approval.renewed", start, data=data)

    def excepted(self, start: str, end: str, *permits: str) -> Event:
        data = {"reference": "B-7", "excepted_from": start, "excepted_to": end, "permits": list(permits)}
        return self.event("approval.excepted", start, data=data)

    def form(self, version: str = "v1", opens: str = "2016-02-01", closes: str | None = None, **more: Any) -> Event:
        data = {
            "form": "interview",
            "version": version,
            "language": "en",
            "opens": opens,
            "reconsent": "none",
            "scopes": list(SCOPES),
            "approval_from": "2016-01-01",
            "text": ROW,
            **({"closes": closes} if closes else {}),
        }
        return self.event("consent.form_approved", more.pop("approved", opens), data={**data, **more})

    def consent(
        self,
        day: str,
        version: str = "v1",
        who: str = "t1",
        *,
        kind: str = "consent.given",
        recorded_at: str = "2020-01-01T00:00:00.000Z",
        **more: Any,
    ) -> Event:
        declined = list(more.pop("declined", ()))
        data = {
            "ordinal": 1,
            "version": more.pop("row_version", 1),
            "row": ROW,
            "form": "interview",
            "form_version": version,
            "language": "en",
            "mode": "signed",
            "given": [s for s in SCOPES if s not in declined],
            "declined": declined,
            "obtained_by": "RA1",
            "has_witness": False,
            "has_representative": False,
            "copy_given": True,
        }
        return self.event(kind, day, recorded_at=recorded_at, data={**data, **more}, participant=who)

    def withdrawn(self, day: str, scopes: tuple[str, ...] = (), who: str = "t1", **more: Any) -> Event:
        recorded_at = more.pop("recorded_at", "2020-01-01T00:00:00.000Z")
        data = {"ordinal": 1, "version": 1, "row": ROW, "scopes": list(scopes), "disposition": "keep", **more}
        return self.event("consent.withdrawn", day, recorded_at=recorded_at, data=data, participant=who)

    def row(self, kind: str, day: str, who: str = "t1", **more: Any) -> Event:
        return self.event(kind, day, data={"ordinal": 1, "version": 1, "row": ROW, **more}, participant=who)

    def interview(self, kind: str, day: str, id: str = "I0001", who: str = "t1", **more: Any) -> Event:
        held = {"outcome": "full", "recorded": True} if kind == "interview.held" else {}
        data = {"ordinal": 1, "version": 1, "row": ROW, **held, **more}
        return self.event(kind, day, data=data, interview=id, participant=who)

    def site(self, kind: str, day: str, site: str = "S01") -> Event:
        return self.event(kind, day, data={"ordinal": 1, "version": 1}, site=site)


@pytest.fixture(scope="session")
def study() -> Study:
    return Study()
