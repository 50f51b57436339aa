"""Who took a decision, and how sure the trail can be of it."""

from __future__ import annotations

from typing import Any

import pytest

from study import Actor, Event, Run, Subject
from study.decisions import decisions_taken

RUN = Run("run", "approve-sample", "none", 1, "0.1.0")


def event(actor: Actor, kind: str = "sample.approved", **data: Any) -> Event:
    return Event(
        "00000000-0000-0000-0000-000000000000", kind, "2026-03-02", "2026-03-02T09:00:00.000Z", actor, RUN, data=data
    )


SERVICE = Actor("service", "fieldtrail", "software")


@pytest.mark.parametrize(
    ("actor", "signature_holds", "assurance"),
    [
        (SERVICE, True, "declared"),
        (Actor("person", "INV1", "investigator"), True, "declared"),
        (Actor("person", "INV1", "investigator", "authenticated"), True, "authenticated"),
        (Actor("person", "INV1", "investigator", "signed", "c2ln"), True, "signed"),
        (Actor("person", "INV1", "investigator", "signed", "c2ln"), False, "declared"),
        (Actor("person", "COO1", "coordinator", "signed", "c2ln"), True, "declared"),  # for INV1, whose word it is not
    ],
)
def test_only_the_deciders_own_holding_signature_makes_it_signed(
    actor: Actor, signature_holds: bool, assurance: str
) -> None:
    (taken,) = decisions_taken([event(actor, by="INV1")], lambda _: signature_holds)
    assert (taken.by, taken.kind, taken.assurance) == ("INV1", "sample.approved", assurance)


def test_the_decider_is_named_by_the_subject_or_is_who_acts() -> None:
    released = event(SERVICE, "transcript.released")
    named = Event(**{f: getattr(released, f) for f in Event.__slots__} | {"subject": (Subject("person", "COO1"),)})
    closed = event(Actor("person", "INV1", "investigator"), "study.closed")
    other = event(SERVICE, "transcript.received", by="INV1")
    taken = decisions_taken([named, closed, other, event(SERVICE, "study.closed")], lambda _: True)
    assert [(t.kind, t.by) for t in taken] == [("transcript.released", "COO1"), ("study.closed", "INV1")]
