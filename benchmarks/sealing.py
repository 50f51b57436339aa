"""What a five-minute seal and a daily heartbeat cost on trails of different length, with the same new work."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.far_store import FarStore, Latency
from benchmarks.made_trail import BATCH, make_trail, noon
from benchmarks.material import ORIGIN, PRIVATE, RUN, SERVICE, fact
from storage import LocalStore
from study import Run
from trail import Trail, seal

NEW_OBJECTS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """One sealing: seconds, requests by kind, objects listed."""

    seconds: float
    requests: Counter[str]
    looked_at: int


class GrowingTrail:
    """A trail with `past` events of other days behind it, and work that comes in every five minutes."""

    def __init__(self, directory: Path, past: int, per_seal: int, latency: Latency) -> None:
        self.past = past
        self._far = FarStore(LocalStore(directory), latency)
        self._near = LocalStore(directory)
        self._moment = noon()
        make_trail(directory, past, per_seal=per_seal, until=noon() - timedelta(days=3))
        self._heartbeat()  # what is left of those days is behind it
        self._number = past
        self.seal()  # the first after a silence

    def seal(self) -> Cost:
        """Five minutes' work, then its seal."""
        self._work()
        self._moment += timedelta(minutes=5)
        return self._sealed(heartbeat=False)

    def heartbeat(self) -> Cost:
        """The daily look at everything."""
        self._moment += timedelta(minutes=5)
        return self._sealed(heartbeat=True)

    def _heartbeat(self) -> None:
        seal(self._near, origin=ORIGIN, key=PRIVATE, now=self._now, heartbeat=True)

    def _work(self) -> None:
        """A run of its own that writes a few objects and ends; written without delays, only sealing is measured."""
        run = Run(f"new-{self._number:09d}", RUN.flow, RUN.deployment, 1, RUN.code)
        trail = Trail(self._near, ORIGIN, SERVICE, run, self._now, lambda line: None)
        for _ in range(NEW_OBJECTS):
            trail.append([fact(self._number + n) for n in range(BATCH)])
            self._number += BATCH
        trail.close()

    def _sealed(self, *, heartbeat: bool) -> Cost:
        self._far.requests.clear()
        began = time.perf_counter()
        made = seal(self._far, origin=ORIGIN, key=PRIVATE, now=self._now, heartbeat=heartbeat)
        seconds = time.perf_counter() - began
        if made is None:
            raise RuntimeError("there was nothing to seal")
        return Cost(seconds, Counter(self._far.requests), made.looked_at)

    def _now(self) -> datetime:
        return self._moment
