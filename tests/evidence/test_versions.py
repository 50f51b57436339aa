"""Where a transcript stands: the same for every order of what the trail holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.versions import STATES, Standing, fold_versions
from study import Actor, Event, Reference, Run, Subject

FIRST, SECOND = (Reference("a1", 1, hmac=digit * 64) for digit in "12")
COPY, LIST = Reference("a2", 1, hmac="3" * 64), Reference("a3", 1, hmac="4" * 64)


def event(number: int, kind: str, *generated: Reference, used: tuple[Reference, ...] = (), **data: object) -> Event:
    at = f"2026-01-02T03:04:{number:02d}.000Z"
    about = (Subject("recording", "R1"), Subject("interview", "I1"))
    subject = about if kind.startswith("recording.") else (Subject("transcript", "I1"), Subject("person", "RA1"))
    return Event(
        id=f"00000000-0000-0000-0000-{number:012d}",
        kind=kind,
        occurred=at,
        recorded_at=at,
        actor=Actor("service", "x", "y"),
        run=Run("r", "f", "d", 1, "c"),
        subject=subject,
        used=used,
        generated=generated,
        data=data,
    )


SENT = event(1, "recording.sent", ordinal=1, version=1)
BACK = event(2, "recording.returned", ordinal=1, version=1)
ARRIVED = event(3, "transcript.received", FIRST, format="txt")
JUDGED = event(4, "transcript.validated", FIRST, verdict="review")
HEARD = event(5, "transcript.checked", FIRST, listened=100, errors=3)
CHANGED = event(6, "transcript.received", SECOND, format="txt")
CORRECTED = event(7, "transcript.corrected", SECOND, used=(FIRST,), version=2)
MASKED = event(8, "transcript.deidentified", COPY, LIST, used=(SECOND,), version=1, changes=4)
RELEASED = event(9, "transcript.released", COPY, version=1)
WAY = (SENT, BACK, ARRIVED, JUDGED, HEARD, CHANGED, CORRECTED, MASKED, RELEASED)


def standing(*events: Event) -> Standing:
    return fold_versions(events)["I1"]


def test_every_state_is_reached_in_the_order_of_the_table() -> None:
    steps = [WAY[:1], WAY[:2], WAY[:4], WAY[:5], WAY[:7], WAY[:8], WAY]
    states = [standing(*events).state for events in steps]
    assert states == ["at_vendor", "returned", "returned", "checked", "corrected", "deidentified", "released"]
    assert set(states) == {row.name for row in STATES}
    assert standing(*WAY[:2]).next == "put its file into the folder of transcripts"
    assert standing(*WAY[:3]).next == "have it checked against the audio"


def test_each_version_keeps_what_was_done_to_it() -> None:
    first, second = standing(*WAY).versions
    assert (first.number, first.state, first.check and first.check.errors) == (1, "checked", 3)
    assert (second.number, second.state, second.copies) == (2, "released", (COPY, LIST))
    assert standing(*WAY).checks(second) == standing(*WAY).checks(first) != ()
    assert standing(*WAY).version_of(FIRST) == first
    assert standing(*WAY).version_of(COPY) is None


def test_what_lies_there_again_stands_where_it_stood() -> None:
    again = event(10, "transcript.validated", FIRST, verdict="passed")
    assert (standing(*WAY, again).state, standing(*WAY, again).current) == ("checked", standing(*WAY).versions[0])


def test_a_copy_that_a_withdrawal_left_is_of_what_lay_there() -> None:
    left = event(8, "transcript.deidentified", COPY, version=1, changes=4)
    assert standing(ARRIVED, left).versions[0].state == "deidentified"


@settings(max_examples=50, deadline=None)
@given(st.permutations(WAY), st.integers(0, len(WAY)), st.integers(1, len(WAY)))
def test_any_order_and_repetition_gives_the_same_standing(events: list[Event], repeated: int, kept: int) -> None:
    known = {e.id for e in WAY[:kept]}
    some = [e for e in (*events, *events[:repeated]) if e.id in known]
    assert fold_versions(some) == fold_versions(WAY[:kept])
