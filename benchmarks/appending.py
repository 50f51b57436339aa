"""Commits per second and their 99th percentile: our lanes and a linear chain, 1 and 16 writers, far from the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.far_store import FarStore, Latency, MemoryStore
from benchmarks.linear_chain import ChainWriter
from benchmarks.material import ORIGIN, RUN, SERVICE, fact
from study import Fact, Run
from study.event import Event, instant
from study.identifiers import event_id
from trail import Trail
from trail.line import line_of

Commit = Callable[[list[Fact]], object]


@dataclass(frozen=True, slots=True)
class Appended:
    """What writers got done at once: commits, seconds, each commit's seconds, requests."""

    commits: int
    events: int
    seconds: float
    latencies: tuple[float, ...]
    requests: int

    @property
    def commits_per_s(self) -> float:
        return self.commits / self.seconds

    @property
    def p99_ms(self) -> float:
        return 1000 * sorted(self.latencies)[max(0, -(-99 * len(self.latencies) // 100) - 1)]

    @property
    def requests_per_event(self) -> float:
        return self.requests / self.events


def lane_writer(store: FarStore, number: int) -> Commit:
    """A run that appends to its own lane."""
    run = Run(f"run-{number:04d}", RUN.flow, RUN.deployment, 1, RUN.code)
    trail = Trail.open(
        store, study=ORIGIN, actor=SERVICE, run=run, now=lambda: datetime.now(UTC), forbidden=lambda line: None
    )
    return trail.append


def chain_writer(store: FarStore, number: int) -> Commit:
    """A writer of the one chain; it spells its lines as ours does."""
    writer = ChainWriter(store)

    def commit(facts: list[Fact]) -> None:
        writer.append([line_of(_event(one)) for one in facts])

    return commit


def _event(one: Fact) -> Event:
    return Event(
        id=event_id(ORIGIN, one.kind, one.natural_key),
        kind=one.kind,
        occurred=one.occurred,
        recorded_at=instant(datetime.now(UTC)),
        actor=SERVICE,
        run=RUN,
        subject=one.subject,
        used=one.used,
        data=one.data,
    )


DESIGNS: dict[str, Callable[[FarStore, int], Commit]] = {"lanes": lane_writer, "chain": chain_writer}


def append_at_once(design: str, writers: int, batch: int, seconds: float, latency: Latency) -> Appended:
    """Let writers commit batches for `seconds`; a commit under way then is finished and counted.

    What opening a trail reads is not counted; every request of a commit is.
    """
    store = FarStore(MemoryStore(), latency)
    commits = [DESIGNS[design](store, number) for number in range(writers)]
    store.requests.clear()
    taken: list[list[float]] = [[] for _ in range(writers)]
    gate = threading.Barrier(writers + 1)

    def work(number: int) -> None:
        gate.wait()
        began = time.perf_counter()
        while True:
            first = (number * 100_000 + len(taken[number])) * batch
            facts = [fact(first + n) for n in range(batch)]
            start = time.perf_counter()
            commits[number](facts)
            end = time.perf_counter()
            taken[number].append(end - start)
            if end - began >= seconds:
                return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - began
    latencies = tuple(one for each in taken for one in each)
    return Appended(len(latencies), len(latencies) * batch, whole, latencies, sum(store.requests.values()))
