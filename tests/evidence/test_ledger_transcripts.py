"""Verdicts folded from any order of events; pseudonyms that fail to hide."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence.ledger import fold_verdicts
from evidence.pseudonyms import pseudonym_collisions
from study import Actor, Event, Reference, Run, Subject


def validated(number: int, transcript: str, verdict: str, ref: str = "a1", kind: str = "transcript") -> Event:
    at = f"2026-01-02T03:04:{number:02d}.000Z"
    return Event(
        id=f"00000000-0000-0000-0000-{number:012d}",
        kind=f"{kind}.validated",
        occurred=at,
        recorded_at=at,
        actor=Actor("service", "x", "y"),
        run=Run("r", "f", "d", 1, "c"),
        subject=(Subject(kind, transcript),),
        generated=(Reference(ref, 1, hmac="0" * 64),),
        data={"verdict": verdict},
    )


EVENTS = [
    validated(1, "I1", "blocked"),
    validated(2, "I1", "passed"),
    validated(3, "I2", "review", "a2"),
    validated(4, "I2", "passed", "a3"),
    validated(5, "staff", "unreadable", "a4", "survey"),
]


@given(st.permutations(EVENTS), st.integers(0, 5))
def test_any_order_and_repetition_gives_the_same_verdicts(events, repeated):
    folded = fold_verdicts([*events, *events[:repeated]])
    assert folded.by_transcript == {"I1": "passed", "I2": "review"}
    assert folded.by_survey == {"staff": "unreadable"}
    assert folded.transcripts == {"passed": 1, "review": 1, "blocked": 0, "unreadable": 0}


def test_nothing_was_judged_yet():
    assert sum(fold_verdicts([]).transcripts.values()) == 0


def test_pseudonyms_that_are_shared_doubled_or_real():
    pairs = [
        ("P1", "Juniper"),
        ("P2", "juniper "),
        ("P3", "Ámbar"),
        ("P4", ""),
        ("P5", "Fern"),
        ("P5", "Moss"),
        ("P6", "Ivy"),
    ]
    assert pseudonym_collisions(pairs, ["Tessa Ambar"]) == [1, 1, 1, None, 1, 1, 0]
