"""A reader that loops, eats memory or crashes costs one call; the next ones go on."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from evidence.isolated import ReaderDied, call, call_each
from study import load_protocol

pytestmark = pytest.mark.real

LIMITS = {"seconds": 10, "megabytes": 100}


def test_results_come_back_in_order_from_one_child_and_exceptions_only_by_their_type():
    calls = [
        "__import__('math').factorial(20)",
        "int('Heather said')",
        "lambda: 1",
        "b'a'.upper() * 3_000_000",
        "bytes(500_000_000)",
    ]
    results = call_each(eval, [(c,) for c in calls], **LIMITS)
    assert list(results) == [
        math.factorial(20),
        ReaderDied("failed", "ValueError"),
        ReaderDied("failed", "PicklingError"),
        b"A" * 3_000_000,
        ReaderDied("memory", "MemoryError"),
    ]


def test_large_arrays_and_texts_come_back_whole_and_can_be_written_to():
    table = "__import__('pandas').DataFrame({'n': range(300_000), 't': ['ä'] * 300_000})"
    frame = call(eval, f"{table}.astype({{'n': float}})", seconds=60, megabytes=3000)
    assert frame["n"].sum() == 299_999 * 150_000
    assert set(frame["t"]) == {"ä"}
    frame.loc[0, "n"] = 5.0
    assert frame["n"].iloc[0] == 5.0
    kept = call(eval, "__import__('numpy').arange(0)", seconds=60, megabytes=1000)
    assert len(kept) == 0


def test_one_bad_call_costs_only_itself():
    slow, after, crash, last = call_each(
        eval,
        [("__import__('time').sleep(30)",), ("1 + 1",), ("__import__('os').abort()",), ("2 + 2",)],
        seconds=0.5,
        megabytes=200,
    )
    assert slow == ReaderDied("time", "0.5 s")
    assert after == 2
    assert crash == ReaderDied("crashed", "SIGABRT")
    assert last == 4


def test_a_study_error_keeps_its_sentence():
    died = call(load_protocol, Path("/nowhere"), seconds=5, megabytes=200)
    assert isinstance(died, ReaderDied)
    assert died.reason == "refused"
    assert "study.yaml" in died.detail


def test_leaving_early_ends_the_child():
    results = call_each(os.getpid, [(), ()], seconds=5, megabytes=100)
    pid = next(results)
    results.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()


def test_arguments_larger_than_the_limit_are_a_matter_of_memory():
    died = call(len, bytes(90_000_000), seconds=20, megabytes=20)
    assert died == ReaderDied("memory", "exit 77")


def test_the_first_table_of_strings_takes_no_more_than_it_needs():
    taken = "int(open('/proc/self/statm').read().split()[0]) >> 8"
    table = f"(__import__('pandas').DataFrame({{'text': ['a']}}), {taken})[1]"
    before, after = call_each(eval, [(f"__import__('pandas') and {taken}",), (table,)], seconds=60, megabytes=3000)
    assert after - before < 100


def test_two_children_share_the_calls_answer_in_order_and_one_death_costs_one_call():
    slow = "__import__('time').sleep(0.4) or __import__('os').getpid()"
    calls = [(slow,), (slow,), ("1 + 1",), ("__import__('os').abort()",), *[(str(n),) for n in range(8)]]
    first, second, *rest = call_each(eval, calls, seconds=10, megabytes=200, processes=2)
    assert first != second
    assert rest == [2, ReaderDied("crashed", "SIGABRT"), *range(8)]


def test_calls_are_taken_shortly_before_they_are_made_and_leaving_early_ends_every_child():
    taken: list[int] = []

    def calls():
        for number in range(100):
            taken.append(number)
            yield ("__import__('os').getpid()",)

    results = call_each(eval, calls(), seconds=10, megabytes=200, processes=2)
    pids = {next(results), next(results)}
    assert len(taken) <= 6
    results.close()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
