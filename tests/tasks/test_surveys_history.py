"""What changed between two judgements of a survey, from their counts."""

from __future__ import annotations

import pytest

from tasks.survey_history import Counted, Counts, History


def counts(rows: int = 100, queries: dict[str, str] | None = None, **variables: Counted) -> Counts:
    return Counts("2026-06-30", "passed", rows, variables, queries or {})


def test_the_first_judgement_has_nothing_to_compare_with() -> None:
    first = History(counts(q1=Counted(100, 0, 0)))
    assert (first.rows_added, first.appeared, first.vanished, first.new, first.moved(), first.said) == (
        0,
        (),
        (),
        {},
        (),
        "",
    )


def test_rows_variables_and_queries_that_came_and_went() -> None:
    before = counts(q1=Counted(100, 0, 0), old=Counted(100, 0, 0), queries={"a": "SV020", "b": "SV021"})
    now = counts(97, q1=Counted(97, 0, 0), new=Counted(97, 0, 0), queries={"b": "SV021", "c": "SV090", "d": "SV090"})
    history = History(now, before)
    assert (history.rows_added, history.appeared, history.vanished) == (-3, ("new",), ("old",))
    assert (dict(history.new), dict(history.resolved)) == ({"SV090": 2}, {"SV020": 1})
    assert history.said == "3 rows fewer, 1 variable more, 1 variable gone"


@pytest.mark.parametrize(("now", "moved"), [(59, ()), (60, (("1", 0.5, 0.6), ("2", 0.5, 0.4)))])
def test_a_share_of_a_code_moves_from_the_threshold_on(now: int, moved: tuple[object, ...]) -> None:
    before = counts(q1=Counted(100, 0, 0, {"1": 50, "2": 50}))
    after = counts(q1=Counted(100, 0, 0, {"1": now, "2": 100 - now}))
    found = History(after, before).moved()
    assert tuple((m.of, m.before, m.now) for m in found) == moved


def test_a_code_that_is_new_and_blanks_that_grow_are_moves_and_few_rows_are_none() -> None:
    before = counts(q1=Counted(100, 0, 0, {"1": 100}))
    after = counts(q1=Counted(60, 10, 30, {"1": 30, "2": 30}))
    assert {m.of for m in History(after, before).moved()} == {"1", "2", "blank", "missing"}
    assert {m.of for m in History(after, before).moved(0.5)} == {"1", "2"}
    few = counts(19, q1=Counted(0, 0, 19))
    assert History(few, before).moved() == ()
