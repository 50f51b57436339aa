"""Real kill -9: a process ends itself at every write point of the writer and of the sealer; the next run goes on.

A fresh process imports everything once (this file, run as a script), then forks one child a point. The child counts
the points it passes and sends itself SIGKILL at its own: before and after each storage call, and within the directory
store after each system call that changes the disk and in the middle of writing a file's bytes.
"""

from __future__ import annotations

import builtins
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest

import storage.local
from storage import open_store

if TYPE_CHECKING:
    from tests.weed import Weed

Notebook = Any
ROOT = Path(__file__).parents[2]


# What is killed.
def working_day(notebook: Notebook, done: Callable[[dict[str, Any]], None], batches: int) -> Any:
    """A run that records, then the sealer; `done` is told what each acknowledged, as soon as it has."""
    writer = notebook.open()
    opened = writer.append([notebook.opened()])
    done({"events": [opened[0].id]})
    for batch in range(batches):
        facts = [notebook.site(10 * batch + n, "site.invited", opened[0].id) for n in range(2)]
        done({"events": [event.id for event in writer.append(facts)]})
    writer.close()
    sealer = notebook.open()
    sealed = notebook.seal(record=sealer.append)
    if sealed:
        done({"size": sealed.size, "root": sealed.root})
    sealer.close()
    return sealer


def left_open(notebook: Notebook) -> None:
    """A trail whose writer died without closing its lane, sealed; two days ago."""
    notebook.open().append([notebook.opened()])
    notebook.wait(minutes=5)
    notebook.seal()
    notebook.wait(days=2)


PREPARED: dict[str, Callable[[Notebook], None]] = {"the first day": lambda notebook: None, "a lane left": left_open}
CALLS = ("put_new", "get", "list", "list_versions")


class Mortal:
    """Counts points, and ends this process with SIGKILL at the chosen one; `names` are the points passed."""

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.names: list[str] = []

    def point(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, call: Callable[..., Any], *, before: bool = False) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            if before:
                self.point(f"before {name}")
            try:
                return call(*arguments, **options)
            finally:
                self.point(f"after {name}")

        return called

    @contextmanager
    def disk(self) -> Iterator[None]:
        """The directory store's own system calls: each that changes the disk, and half of a file's bytes written."""
        changed = ("link", "unlink", "mkdir", "fsync")
        kept = {name: getattr(os, name) for name in changed}

        def opened(*arguments: Any, **options: Any) -> Any:
            file = builtins.open(*arguments, **options)  # noqa: SIM115
            if "rb" in arguments:
                return file
            self.point("after create")
            whole = file.write

            def write(body: bytes) -> int:
                whole(body[: len(body) // 2])
                file.flush()
                self.point("after half a write")
                return int(whole(body[len(body) // 2 :]))

            return _Writing(file, write)

        for name, call in kept.items():
            setattr(os, name, self.around(name, call))
        storage.local.open = opened  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for name, call in kept.items():
                setattr(os, name, call)
            del storage.local.open  # type: ignore[attr-defined]

    def watch(self, store: Any, calls: tuple[str, ...]) -> None:
        for name in calls:
            setattr(store, name, self.around(name, getattr(store, name), before=True))


class _Writing:
    """A file whose `write` is another."""

    def __init__(self, file: Any, write: Callable[[bytes], int]) -> None:
        self.file, self.write = file, write

    def __enter__(self) -> _Writing:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


# The script: one child a point.
class Trial:
    """One way to spoil the same day at each of its points."""

    def __init__(self, calls: tuple[str, ...], batches: int) -> None:
        self.calls, self.batches = calls, batches

    def names_of_points(self, notebook: Notebook) -> list[str]:
        """The points of a day on which nothing dies."""
        mortal = Mortal(None)
        mortal.watch(notebook.store, self.calls)
        with mortal.disk():
            working_day(notebook, lambda done: None, self.batches)
        return mortal.names

    def killed_at(self, notebook: Notebook, point: int) -> tuple[list[dict[str, Any]], bool]:
        """Fork, work, die at `point`; what was acknowledged before, and whether the child lived to the end instead."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            mortal = Mortal(point)
            mortal.watch(notebook.store, self.calls)
            with mortal.disk():
                working_day(notebook, lambda done: _sent(writing, done), self.batches)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            acknowledged = [json.loads(line) for line in pipe]
        _, status = os.waitpid(child, 0)
        if not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0):
            assert os.WTERMSIG(status) == signal.SIGKILL, status
        return acknowledged, os.WIFEXITED(status)

    def afterwards(self, notebook: Notebook, acknowledged: list[dict[str, Any]], **later: float) -> dict[str, Any]:
        """Let the next run do the day's work; what the trail then holds and what the verifier says of it."""
        notebook.wait(**later)
        again: list[dict[str, Any]] = []
        recorded = working_day(notebook, again.append, self.batches)
        if not notebook.directory.exists():
            synchronised(notebook)
        told = [f"{done['size']}:{done['root']}" for done in (*acknowledged, *again) if "size" in done]
        result = notebook.verified(*(["--pin", told[0]] if told else []))  # the oldest seal anybody was told of
        acts = [event.id for event in recorded.events() if event.kind != "run.closed"]
        return {
            "lost": [id for done in acknowledged for id in done.get("events", []) if id not in acts],
            "missing": 1 + 2 * self.batches - len(acts),
            "doubled": len(acts) - len(set(acts)),
            "unread": recorded.unread,
            "faults": result.faults,
            "code": result.code,
            "events_differ": result.report["events"] - len(recorded.events()),
        }


def _sent(pipe: int, done: dict[str, Any]) -> None:
    os.write(pipe, json.dumps(done).encode() + b"\n")


def synchronised(notebook: Notebook) -> None:
    for stored in notebook.store.list():
        (notebook.directory / stored.key).parent.mkdir(parents=True, exist_ok=True)
        (notebook.directory / stored.key).write_bytes(notebook.store.get(stored.key))


def in_a_directory(directory: Path, scenario: str) -> None:
    from conftest import Notebook as Book  # the tests' own, beside this script

    start, trial = Book(directory / "start"), Trial(CALLS, batches=3)
    start.directory.mkdir()
    PREPARED[scenario](start)

    def copied(name: str) -> Notebook:
        notebook = Book(directory / name)
        shutil.copytree(start.directory, notebook.directory)
        notebook.moment, notebook.runs = start.moment, start.runs
        return notebook

    for point, name in enumerate(trial.names_of_points(copied("whole")), 1):
        notebook = copied("killed")
        acknowledged, lived = trial.killed_at(notebook, point)
        notebook.runs += 10
        seen = trial.afterwards(notebook, acknowledged, **({"minutes": 7} if point % 2 else {"hours": 27}))
        print(json.dumps({"point": point, "name": name, "lived": lived, **seen}))
        shutil.rmtree(notebook.directory)


def on_s3(directory: Path, address: str) -> None:
    """Each point on a prefix of its own; only writes leave anything behind, so only they are points."""
    from conftest import Notebook as Book

    trial = Trial(("put_new",), batches=1)

    def fresh(number: int) -> Notebook:
        notebook = Book(directory / f"{number:03d}")
        notebook.store = open_store(f"{address}/{number:03d}", endpoint=os.environ["AWS_ENDPOINT_URL_S3"])
        return notebook

    for point, name in enumerate(trial.names_of_points(fresh(0)), 1):
        notebook = fresh(point)
        acknowledged, lived = trial.killed_at(notebook, point)
        notebook.runs += 10
        print(json.dumps({"point": point, "name": name, "lived": lived, **trial.afterwards(notebook, acknowledged)}))


# The tests.
def killed(*runs: tuple[str, str], **environment: str) -> list[dict[str, Any]]:
    """What this file prints, run as a script with each pair of a directory and a scenario (or address) at once."""
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, *arguments],
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
            stdout=PIPE,
            stderr=PIPE,
            text=True,
        )
        for arguments in runs
    ]
    printed = [process.communicate(timeout=200) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(runs), [errors[-2000:] for _, errors in printed]
    return [json.loads(line) for output, _ in printed for line in output.splitlines()]


def check(points: list[dict[str, Any]]) -> None:
    for point in points:
        assert not point["lived"], point
        assert (point["lost"], point["doubled"], point["missing"]) == ([], 0, 0), point
        assert (point["code"], point["faults"], point["unread"], point["events_differ"]) == (0, [], [], 0), point


@pytest.mark.real
def test_kill_minus_nine_at_every_write_point(tmp_path: Path) -> None:
    memory = Path("/dev/shm")  # a real directory too, where syncing costs nothing
    base = memory if os.access(memory, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(dir=base) as one, tempfile.TemporaryDirectory(dir=base) as two:
        points = killed(*zip((one, two), PREPARED, strict=True))
    assert len(points) >= 200
    for kind in ("create", "half a write", "fsync", "link", "unlink", "mkdir", *CALLS):
        assert sum(point["name"] == f"after {kind}" for point in points) >= 2, kind
    check(points)


@pytest.mark.real
def test_kill_minus_nine_around_every_put_on_s3(tmp_path: Path, weed: Weed) -> None:
    points = killed((str(tmp_path), f"s3://{weed.bucket(mode='GOVERNANCE')}/trails"), **weed.environment())
    assert len(points) == 2 * 5  # two batches, the lane's end, the seal, the checkpoint: before and after each
    check(points)


if __name__ == "__main__":
    gc.freeze()  # children share the pages
    (on_s3 if sys.argv[2].startswith("s3://") else in_a_directory)(Path(sys.argv[1]), sys.argv[2])
