"""State is a function of the set of events: how they are split into batches, lanes and seals says nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from study import Fact, Subject
from study.event import in_fold_order
from study.query import fold_queries

Notebook = Any

QUERIES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from(["opened", "resolved", "set_aside"])), max_size=14
)


def query_fact(number: int, occurrence: int, step: str) -> Fact:
    data: dict[str, Any] = {"fingerprint": f"{number:064x}", "occurrence": occurrence}
    if step == "opened":
        data |= {"check": "leak.name", "severity": "block"}
    if step == "resolved":
        data |= {"how": "corrected"}
    return Fact(f"query.{step}", f"2026-02-{number + 1:02d}", (Subject("transcript", f"I{number}"),), data=data)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=QUERIES, data=st.data())
def test_any_split_into_lanes_folds_alike(
    in_memory: Callable[[], Notebook], steps: list[Any], data: st.DataObject
) -> None:
    facts = [query_fact(*step) for step in steps]
    one = in_memory()
    alone = one.open()
    alone.append(facts)

    many = in_memory()
    lanes = [many.open() for _ in range(3)]
    for fact in data.draw(st.permutations(facts)):
        lanes[data.draw(st.integers(0, 2))].append([fact])
        if data.draw(st.booleans()):
            many.wait(minutes=1)
            many.seal()
    split = many.open().events()

    assert [e.id for e in split] == [e.id for e in alone.events()]
    assert fold_queries(split) == fold_queries(alone.events())
    shuffled = data.draw(st.permutations(split))
    assert in_fold_order(shuffled) == split
    assert fold_queries(shuffled) == fold_queries(split)
