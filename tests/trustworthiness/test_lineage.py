"""From claim to consent and back, over events."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study import Actor, Cause, Event, Fact, Reference, Run, Subject
from study.identifiers import event_id
from trustworthiness.lineage import ClaimRecord, trace, trace_claim
from trustworthiness.loose_ends import Coded, loose_ends
from trustworthiness.walk import Step, reached, walk_back, walk_forward
from trustworthiness.web import weave

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
@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(EVENTS)))
def test_any_order_and_any_repetition_gives_the_same(order: random.Random, repeated: list[Event]) -> None:
    events = [*EVENTS, *repeated]
    order.shuffle(events)
    assert trace(events, TODAY) == trace(EVENTS, TODAY)


AGAIN = "00000000-0000-0000-0000-00000000000a"
CODINGS = ("I1/R1/hope/2", "I1/R2/hope/9")
RECORDS = {CLAIM.id: ClaimRecord(("T1",), ("hope",), CODINGS)}
THEMES = {"T1": ("hope",), "T2": ()}
CASE = event(
    "negative_case.raised",
    "2016-05-02",
    {"negative_case": "N1"},
    case="N1",
    hypothesis="H1",
    hypothesis_version="1",
    version=1,
)
DEBRIEFED = event(
    "debriefing.held",
    "2016-05-03",
    {"debriefing": "D1"},
    debriefing="D1",
    debriefer="X1",
    analyst="R1",
    changed=True,
    version=1,
    claims=("F1",),
)
MEMO = event("memo.written", "2016-05-04", {"memo": "M1"}, memo="M1", person="R1", about=("hope",))
LOOSE_MEMO = event("memo.written", "2016-05-05", {"memo": "M2"}, memo="M2", person="R1")
CHALLENGED = [*EVENTS, CASE, DEBRIEFED, MEMO, LOOSE_MEMO]


def said(step: Step) -> list[tuple[int, str, str]]:
    """Every node of a tree as (depth, kind or type, about or name)."""
    node = step.node
    here = (node.name, node.about) if node.type == "event" else (node.type, node.name)
    return [(0, *here), *((depth + 1, *rest) for below in step.steps for depth, *rest in said(below))]  # type: ignore[misc]


def test_a_claim_is_walked_down_to_consent_by_theme_code_and_excerpt() -> None:
    web = weave(CHALLENGED, TODAY, records=RECORDS, themes=THEMES)
    assert said(walk_forward(web, CLAIM.id)) == [
        (0, "claim.asserted", "claim F1"),
        (1, "theme", "T1"),
        (2, "code", "hope"),
        (3, "excerpts", "; ".join(CODINGS)),
        (4, "coding.imported", "transcript I1"),
        (5, "transcript.released", "transcript I1"),
        (6, "interview.held", "interview I1"),
        (7, "consent.given", ""),
    ]
    assert not any("t1" in str(part) for line in said(walk_forward(web, CLAIM.id)) for part in line)


def test_a_corrected_interview_is_ground_once() -> None:
    """Two versions of one row of the register: the newer one holds."""
    corrected = event(
        "interview.held",
        "2016-02-03",
        {"interview": "I1", "participant": "t1"},
        **{**ROW, "version": 2},
        outcome="full",
        recorded=True,
    )
    web = weave([*EVENTS, corrected], TODAY)
    interviews = [id for id in web.down[RELEASED.id] if web.nodes[id].name == "interview.held"]
    assert interviews == [corrected.id]


def test_a_consent_is_walked_back_to_the_claim_and_a_claim_to_what_speaks_to_it() -> None:
    web = weave(CHALLENGED, TODAY, records=RECORDS, themes=THEMES, cites={CASE.id: ("F1", CODINGS[0])})
    up = said(walk_back(web, CONSENT.id))
    assert [line[1] for line in up[:4]] == ["consent.given", "interview.held", "transcript.released", "coding.imported"]
    assert any(line[1:] == ("claim.asserted", "claim F1") for line in up)
    beside = {line[1] for line in said(walk_back(web, CLAIM.id))}
    assert beside == {"claim.asserted", "negative_case.raised", "debriefing.held"}
    assert MEMO.id in reached(web.up, f"{CLAIM.id}/code/hope")


def test_gaps_stand_where_they_are() -> None:
    ended = event(
        "consent.withdrawn", "2016-06-01", {"participant": "t1"}, **ROW, scopes=["take_part"], disposition="keep"
    )
    again = replace(event("transcript.released", "2016-07-01", {"transcript": "I1"}, version=2), id=AGAIN)
    retracted = event("claim.retracted", "2016-08-01", {"claim": "F1"}, (CLAIM,), version=1, content=HASH)
    web = weave([*EVENTS, ended, again, retracted], TODAY, records=RECORDS)
    gaps = {web.nodes[key].name: web.nodes[key].gaps for key in (CLAIM.id, RELEASED.id, CONSENT.id)}
    assert gaps == {
        "claim.asserted": ("retracted since",),
        "transcript.released": ("a later version was released",),
        "consent.given": ("withdrawn since",),
    }
    without = weave([e for e in EVENTS if e not in (IMPORTED, HELD)], TODAY, records=RECORDS)
    assert without.nodes[CLAIM.id].gaps == ("an event it names as its cause is not in the trail",)
    assert without.nodes[RELEASED.id].gaps == ("no interview behind it is recorded",)
    assert without.nodes[f"{CLAIM.id}/hope/I1"].gaps == ("no import of these codings is among the causes of the claim",)


def test_a_file_rests_on_the_event_that_made_it_and_carries_those_that_used_it() -> None:
    version = Reference("a1", 3, hmac=HASH)
    received = replace(event("transcript.received", "2016-02-09", {"transcript": "I1"}), generated=(version,))
    checked = replace(
        event("transcript.validated", "2016-02-10", {"transcript": "I1"}),
        used=(version,),
        recorded_at="2016-11-02T00:00:00.000Z",
    )
    web = weave([received, checked], TODAY)
    key = f"file:a1:{HASH[:16]}"
    assert (web.down[key], web.up[key]) == ((received.id,), (checked.id,))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(range(len(CHALLENGED))), max_size=5))
def test_forward_and_back_are_inverse_in_any_order_of_any_part_of_the_events(
    order: random.Random, missing: set[int]
) -> None:
    kept = [e for n, e in enumerate(CHALLENGED) if n not in missing]
    web = weave(kept, TODAY, records=RECORDS, themes=THEMES, cites={CASE.id: ("F1",)})
    shuffled = [*kept, *kept[:2]]
    order.shuffle(shuffled)
    assert weave(shuffled, TODAY, records=RECORDS, themes=THEMES, cites={CASE.id: ("F1",)}) == web
    down = {key: reached(web.down, key) for key in web.nodes}
    up = {key: reached(web.up, key) for key in web.nodes}
    assert {(a, b) for a in down for b in down[a]} == {(a, b) for b in up for a in up[b]}
    for key in web.nodes:
        assert _keys(walk_forward(web, key)) == {key, *down[key]}
        assert _keys(walk_back(web, key)) == {key, *up[key]}


def _keys(step: Step) -> set[str]:
    return {step.node.key}.union(*map(_keys, step.steps))


def test_what_hangs_loose_is_listed() -> None:
    found = loose_ends(
        CHALLENGED,
        trace(CHALLENGED, TODAY, records=RECORDS, themes=THEMES),
        Coded((*CODINGS, "I1/R1/anger/4"), ("hope", "anger", "never")),
    )
    assert (found.claims, found.transcripts, found.codings, found.codes, found.themes) == (
        (),
        ("I2",),
        ("I1/R1/anger/4",),
        ("never",),
        ("T2",),
    )
    assert (found.memos, found.negative_cases) == (("M2",), ("N1",))
    assert loose_ends(CHALLENGED, trace(CHALLENGED, TODAY), None).codes is None


def test_a_retracted_claim_is_shown_as_such_and_asks_for_nothing() -> None:
    retracted = event("claim.retracted", "2016-08-01", {"claim": "F1"}, (CLAIM,), version=1, content=HASH)
    assert trace_claim([*EVENTS, retracted], "F1", TODAY).is_retracted  # type: ignore[union-attr]
    second = event(
        "claim.asserted", "2016-09-02", {"claim": "F1"}, (IMPORTED,), version=2, themes=0, codes=["role"], codings=1
    )
    assert not trace_claim([*EVENTS, retracted, second], "F1", TODAY).is_retracted  # type: ignore[union-attr]


def test_a_later_release_is_a_gap() -> None:
    again = replace(event("transcript.released", "2016-07-01", {"transcript": "I1"}, version=2), id=AGAIN)
    found = trace_claim([*EVENTS, again], "F1", TODAY)
    assert found is not None
    assert found.gaps == ("later_release",)
