"""Queries: new, persisting, set aside, resolved, opened again; all from events."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study import Actor, Event, Fact, Query, Run
from study.identifiers import event_id
from study.query import fold_queries, place, settle

NOW = "2016-05-01T12:00:00.000Z"
CLOCK = itertools.count()


def query(check: str, subject: str = "transcript:I0001") -> Query:
    return Query.raised(
        check, "block", study="s", subject=subject, place=place("a1", "text"), where="f, turn 1", message="Mend it."
    )


def recorded(facts: Iterable[Fact]) -> list[Event]:
    actor, run = Actor("person", "PI", "investigator"), Run("r", "f", "none", 1, "0")
    return [
        Event(
            event_id("o", f.kind, f.natural_key), f.kind, f.occurred, f"2026-01-01T00:{next(CLOCK) % 60:02d}:00.000Z",
            actor, run, f.subject, data=f.data,
        )
        for f in facts
    ]  # fmt: skip


def everything(_: object) -> bool:
    return True


def test_a_query_lives_through_new_persisting_resolved_and_new_again() -> None:
    events: list[Event] = []
    first = settle(fold_queries(events), [query("TR010")], everything, now=NOW)
    assert [q.check for q in first.new] == ["TR010"]
    events += recorded(first.facts)
    second = settle(fold_queries(events), [query("TR010")], everything, now=NOW)
    assert (second.facts, [q.check for q in second.persisting]) == ((), ["TR010"])
    gone = settle(fold_queries(events), [], everything, now=NOW)
    assert [r.check for r in gone.resolved] == ["TR010"]
    events += recorded(gone.facts)
    assert {r.state for r in fold_queries(events).values()} == {"resolved"}
    again = settle(fold_queries(events), [query("TR010")], everything, now=NOW)
    assert again.facts[0].data["occurrence"] == 2
    events += recorded(again.facts)
    assert {r.state for r in fold_queries(events).values()} == {"open"}


def test_what_a_run_did_not_look_at_stays_open() -> None:
    events = recorded(settle({}, [query("TR010"), query("SV001", "survey:staff")], everything, now=NOW).facts)
    after = settle(fold_queries(events), [], lambda r: r.check.startswith("TR"), now=NOW)
    assert [r.check for r in after.resolved] == ["TR010"]


def test_a_query_set_aside_is_neither_new_nor_persisting_and_says_by_whom() -> None:
    opened = recorded(settle({}, [query("TR013")], everything, now=NOW).facts)
    mark = opened[0].data["fingerprint"]
    aside = recorded([Fact("query.set_aside", NOW, data={"fingerprint": mark, "occurrence": 1})])
    records = fold_queries(opened + aside)
    assert (records[mark].state, records[mark].set_aside_by) == ("set_aside", "PI")
    settled = settle(records, [query("TR013")], everything, now=NOW)
    assert (settled.new, settled.persisting, len(settled.set_aside)) == ((), (), 1)


def test_the_fingerprint_depends_on_study_check_subject_and_place_alone() -> None:
    one = query("TR010")
    same = Query.raised(
        "TR010",
        "inform",
        study="s",
        subject="transcript:I0001",
        place=place("a1", "text"),
        where="elsewhere",
        message="?",
    )
    assert one.fingerprint == same.fingerprint
    assert len({one.fingerprint, query("TR011").fingerprint, query("TR010", "transcript:I0002").fingerprint}) == 3


def test_the_subject_of_a_record_is_what_the_query_said() -> None:
    events = recorded(settle({}, [query("SV001", "survey:staff")], everything, now=NOW).facts)
    assert [r.subject for r in fold_queries(events).values()] == ["survey:staff"]


@pytest.mark.slow
@given(st.lists(st.sets(st.sampled_from(["TR001", "TR010", "TR013"])), min_size=1, max_size=6), st.randoms())
def test_after_any_history_exactly_what_was_last_found_is_open(history: list[set[str]], rng: object) -> None:
    events: list[Event] = []
    for found in history:
        events += recorded(settle(fold_queries(events), [query(c) for c in found], everything, now=NOW).facts)
    shuffled = rng.sample(events, len(events))  # type: ignore[attr-defined]
    records = fold_queries([replace(e) for e in shuffled])
    assert {r.check for r in records.values() if r.state == "open"} == history[-1]
