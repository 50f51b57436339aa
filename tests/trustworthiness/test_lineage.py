"""From claim to consent and back, over events."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study import Actor, Cause, Event, Fact, Run, Subject
from study.identifiers import event_id
from trustworthiness.lineage import resting_on, rests_on, trace, trace_claim

ORIGIN = "fieldtrail/test/00000000"
ACTOR = Actor("service", "fieldtrail", "software")
RUN = Run("00000000-0000-0000-0000-000000000000", "test", "none", 1, "0")
HASH = "a" * 64
TODAY = date(2016, 12, 1)
SCOPES = ["take_part", "record", "transcribe"]


def event(kind: str, day: str, subject: dict[str, str], causes: tuple[Event, ...] = (), **data: object) -> Event:
    fact = Fact(kind, day, subject=tuple(Subject(*pair) for pair in subject.items()), data=data)
    id = event_id(ORIGIN, kind, fact.natural_key)
    return Event(
        id,
        kind,
        day,
        "2016-11-01T00:00:00.000Z",
        ACTOR,
        RUN,
        fact.subject,
        causes=tuple(Cause(c.id, HASH) for c in causes),
        data=data,
    )


OPENED = event(
    "study.opened", "2016-01-01T12:00:00.000Z", {}, time_zone="UTC", protocol=HASH, approval_from="2016-01-01"
)
FORM = event(
    "consent.form_approved",
    "2016-01-02",
    {},
    form="F",
    version="1",
    language="en",
    opens="2016-01-02",
    reconsent="none",
    scopes=SCOPES,
    approval_from="2016-01-01",
    text=HASH,
)
TEAM = event("personnel.authorised", "2016-01-01", {"person": "R1"}, role="interviewer", task="obtain_consent")
ROW = {"ordinal": 1, "version": 1, "row": HASH}
CONSENT = event(
    "consent.given",
    "2016-02-01",
    {"participant": "t1"},
    **ROW,
    form="F",
    form_version="1",
    language="en",
    mode="signed",
    given=SCOPES,
    declined=[],
    obtained_by="R1",
    has_witness=False,
    has_representative=False,
    copy_given=True,
)
HELD = event(
    "interview.held", "2016-02-02", {"interview": "I1", "participant": "t1"}, **ROW, outcome="full", recorded=True
)
RELEASED = event("transcript.released", "2016-03-01", {"transcript": "I1"}, version=1)
OTHER = event("transcript.released", "2016-03-02", {"transcript": "I2"}, version=1)
IMPORTED = event(
    "coding.imported",
    "2016-04-01",
    {"transcript": "I1"},
    (RELEASED, CONSENT),
    codebook="1",
    segments=3,
    coders=["R1"],
    rejected=0,
    inputs=HASH,
)
CLAIM = event(
    "claim.asserted",
    "2016-05-01",
    {"claim": "F1"},
    (IMPORTED, RELEASED, CONSENT),
    version=1,
    themes=1,
    codes=["hope"],
    codings=2,
)
EVENTS = [OPENED, FORM, TEAM, CONSENT, HELD, RELEASED, OTHER, IMPORTED, CLAIM]


def test_every_step_of_a_claim_is_there() -> None:
    found = trace_claim(EVENTS, "F1", TODAY)
    assert found is not None
    assert found.codes == ("hope",)
    (step,) = found.transcripts
    assert (step.transcript, step.import_id, step.release_id) == ("I1", IMPORTED.id, RELEASED.id)
    (consent,) = step.consents
    assert (consent.event_id, consent.in_force_then, consent.in_force_now) == (CONSENT.id, True, True)
    assert found.gaps == ()
    assert trace_claim(EVENTS, "F2", TODAY) is None


def test_the_way_back_reaches_the_claim() -> None:
    assert set(resting_on(EVENTS, CONSENT.id)) == {IMPORTED.id, CLAIM.id}
    assert set(rests_on(EVENTS, CLAIM.id)) == {IMPORTED.id, RELEASED.id, CONSENT.id}
    assert resting_on(EVENTS, CLAIM.id) == ()


def test_a_withdrawal_since_is_named() -> None:
    ended = event(
        "consent.withdrawn", "2016-06-01", {"participant": "t1"}, **ROW, scopes=["take_part"], disposition="keep"
    )
    found = trace_claim([*EVENTS, ended], "F1", TODAY)
    assert found is not None
    assert found.gaps == ("withdrawn_since",)
    before = trace_claim([*EVENTS, ended], "F1", date(2016, 5, 1))
    assert before is not None
    assert before.gaps == ()


def test_gaps_are_named_not_hidden() -> None:
    def gaps(events: list[Event]) -> tuple[str, ...]:
        found = trace_claim(events, "F1", TODAY)
        assert found is not None
        return found.gaps

    assert gaps([OPENED, CLAIM]) == ("no_coding", "cause_missing")
    assert gaps([e for e in EVENTS if e is not RELEASED]) == ("not_released", "cause_missing")
    assert gaps([e for e in EVENTS if e is not HELD]) == ("no_interview",)
    assert gaps([e for e in EVENTS if e is not CONSENT]) == ("no_consent_then", "cause_missing")


def test_orphans_are_listed() -> None:
    loose = replace(CLAIM, id="00000000-0000-0000-0000-000000000009", subject=(Subject("claim", "F2"),), causes=())
    uncited = event("coding.imported", "2016-04-02", {"transcript": "I3"}, inputs=HASH, codebook="1")
    orphans = trace([*EVENTS, loose, uncited], TODAY).orphans
    assert (orphans.claims, orphans.unreleased, orphans.never_coded, orphans.uncited) == (
        ("F2",),
        ("I3",),
        ("I2",),
        ("I3",),
    )


def test_the_newest_version_of_a_claim_stands() -> None:
    second = event(
        "claim.asserted", "2016-05-02", {"claim": "F1"}, (IMPORTED,), version=2, themes=0, codes=["role"], codings=1
    )
    found = trace_claim([second, *EVENTS], "F1", TODAY)
    assert found is not None
    assert (found.version, found.codes) == (2, ("role",))


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(EVENTS)))
def test_any_order_and_any_repetition_gives_the_same(order: random.Random, repeated: list[Event]) -> None:
    events = [*EVENTS, *repeated]
    order.shuffle(events)
    assert trace(events, TODAY) == trace(EVENTS, TODAY)
    assert set(resting_on(events, CONSENT.id)) == {IMPORTED.id, CLAIM.id}


@pytest.mark.slow
@given(st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), max_size=8))
def test_the_way_back_is_the_inverse_of_the_way_down(edges: dict[int, set[int]]) -> None:
    ids = [f"00000000-0000-0000-0000-{n:012d}" for n in range(8)]
    events = [
        replace(CLAIM, id=ids[n], causes=tuple(Cause(ids[m], HASH) for m in sorted(edges.get(n, ())) if m < n))
        for n in range(8)
    ]
    for start in ids:
        for end in ids:
            assert (end in rests_on(events, start)) == (start in resting_on(events, end))
