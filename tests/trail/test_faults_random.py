"""Any sequence of writers, sealers, lost calls, interruptions and clocks: what was acknowledged stands, once."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from study.objects import StoreUnavailable

Notebook = Any
SITES = st.lists(st.integers(0, 40), min_size=1, max_size=4)
WHICH = st.integers(0, 9)
# The call of an operation that something happens at, and what: the call or its reply is lost, or others come between.
FAULT = st.none() | st.tuples(st.integers(1, 14), st.sampled_from(["before", "after", "others write", "others seal"]))


class Interrupted:
    """A store on which something happens at the n-th call from now."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.place = store.place
        self.calls_left, self.happens = 0, ""
        self.others: dict[str, Callable[[], None]] = {}

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.store, name)

        def called(*arguments: Any) -> Any:
            self.calls_left -= 1
            happens = self.happens if self.calls_left == 0 else ""
            if happens == "before":
                raise StoreUnavailable("lost before it arrived. Try again.")
            if happens in self.others:
                self.others[happens]()
            result = call(*arguments)
            if happens == "after":
                raise StoreUnavailable("the reply was lost. Try again.")
            return result

        return called

    @contextlib.contextmanager
    def spoilt(self, fault: tuple[int, str] | None) -> Iterator[None]:
        self.calls_left, self.happens = fault or (0, "")
        try:
            yield
        finally:
            self.calls_left, self.happens = 0, ""


class Study(RuleBasedStateMachine):
    """Runs of a study under the worst of circumstances."""

    def __init__(self, notebook: Notebook) -> None:
        super().__init__()
        self.book = notebook
        self.store = notebook.store = Interrupted(notebook.store)
        self.store.others = {"others write": self.others_write, "others seal": self.others_seal}
        self.writers: list[Any] = []
        self.acknowledged: set[str] = set()
        self.pins: set[tuple[int, str]] = set()
        self.latest = notebook.moment

    @initialize()
    def study_is_opened(self) -> None:
        opened = self.book.open().append([self.book.opened()])
        self.opened = opened[0].id  # what every later event rests on
        self.acknowledge(opened)

    @rule(again=st.booleans(), which=WHICH)
    def a_run_starts(self, again: bool, which: int) -> None:
        """A new one, or the same attempt of one that still goes on or died."""
        one = self.writers[which % len(self.writers)] if again and self.writers else None
        self.writers.append(self.book.open(one.run.flow_run_id, one.run.attempt) if one else self.book.open())

    @precondition(lambda self: self.writers)
    @rule(which=WHICH, sites=SITES, fault=FAULT, dies=st.booleans())
    def a_run_records(self, which: int, sites: list[int], fault: tuple[int, str] | None, dies: bool) -> None:
        writer = self.writers[which % len(self.writers)]
        facts = [self.book.site(number, "site.invited", self.opened) for number in sites]
        try:
            with self.store.spoilt(fault):
                self.acknowledge(writer.append(facts))
        except StoreUnavailable:
            if dies:
                self.writers.remove(writer)

    @precondition(lambda self: self.writers)
    @rule(which=WHICH, fault=FAULT)
    def a_run_ends(self, which: int, fault: tuple[int, str] | None) -> None:
        writer = self.writers[which % len(self.writers)]
        with contextlib.suppress(StoreUnavailable), self.store.spoilt(fault):
            writer.close()
            self.writers.remove(writer)

    @rule(fault=FAULT, heartbeat=st.booleans())
    def the_sealer_runs(self, fault: tuple[int, str] | None, heartbeat: bool) -> None:
        with contextlib.suppress(StoreUnavailable), self.store.spoilt(fault):
            self.seal(heartbeat=heartbeat)

    @rule(minutes=st.sampled_from([1, 4, 6, 61, 60 * 13, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.book.wait(minutes=minutes)
        self.latest = max(self.latest, self.book.moment)

    @rule(minutes=st.integers(1, 10))
    def the_clock_is_set_back(self, minutes: int) -> None:
        """By ten minutes at most in all: test_faults_clock.py sets it back by more."""
        behind = (self.latest - self.book.moment).total_seconds() / 60
        self.book.wait(minutes=-min(minutes, 10 - behind) if behind < 10 else 0)

    def others_write(self) -> None:
        self.acknowledge(self.book.open().append([self.book.site(50), self.book.site(51)]))

    def others_seal(self) -> None:
        self.seal(heartbeat=False)

    def seal(self, heartbeat: bool) -> None:
        sealer = self.book.open()
        sealed = self.book.seal(record=sealer.append, heartbeat=heartbeat)
        if sealed:
            self.pins.add((sealed.size, sealed.root))
        sealer.close()

    def acknowledge(self, events: list[Any]) -> None:
        self.acknowledged |= {event.id for event in events}

    def teardown(self) -> None:
        """The next run does what is left; nothing that anybody was told of is gone, and the verifier passes."""
        self.book.wait(minutes=10)
        for writer in self.writers:
            writer.flush()
        trail = self.book.open()
        held = [event.id for event in trail.events()]
        assert self.acknowledged <= set(held)
        assert len(held) == len(set(held))
        assert trail.unread == ()
        self.seal(heartbeat=True)
        self.book.seal()
        with TemporaryDirectory() as directory:
            self.book.directory = self.store.written_to(Path(directory))
            result = self.book.verified("--pin", "{}:{}".format(*min(self.pins)))
            assert result.faults == []
            assert result.report["events"] >= len(held)
            assert not any("rejected" in note or "not sealed" in note for note in result.notes)
            for size, root in self.pins:
                assert bytes.fromhex(root) == checkpoint_root(self.book.directory / f"checkpoints/{size:012d}")


def checkpoint_root(path: Path) -> bytes:
    return base64.b64decode(path.read_text().splitlines()[2])


@pytest.mark.slow
def test_any_sequence_of_faults(in_memory: Callable[[], Notebook]) -> None:
    run_state_machine_as_test(
        lambda: Study(in_memory()),
        settings=settings(
            max_examples=60,
            stateful_step_count=20,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
