"""Sealers and writers at once, in threads and in processes, on a directory and on a real S3 server.

Two processes that run the same attempt of one run, another run beside them and two sealers start together, several
rounds; then the attempt is run once more, and a second attempt after it. Run as a script, this file is those
processes: it imports everything once and forks them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from storage import open_store
from trail import seal

if TYPE_CHECKING:
    from tests.weed import Weed

Notebook = Any
ROOT = Path(__file__).parents[2]
BATCHES, COMMON = 3, 7


def now() -> datetime:
    return datetime.now(UTC)


# The processes.
def at(address: str) -> Notebook:
    from conftest import Notebook as Book  # the tests' own, beside this script

    class Live(Book):  # type: ignore[misc, valid-type]
        def now(self) -> datetime:
            return now()

    notebook = Live()
    notebook.store = open_store(address, endpoint=os.environ.get("AWS_ENDPOINT_URL_S3"))
    return notebook


def write(notebook: Notebook, run: str, attempt: int, first: int, told: Callable[[str], None]) -> None:
    """A run: sites of its own, and one site that every run of the round records."""
    trail = notebook.open(run, attempt)
    for batch in range(BATCHES):
        numbers = [first + 2 * batch, first + 2 * batch + 1, COMMON + first // 100 * 100]
        for event in trail.append([notebook.site(number) for number in numbers]):
            told(event.id)
    trail.close()


def seal_twice(notebook: Notebook) -> None:
    for _ in range(2):
        sealer = notebook.open()
        notebook.seal(record=sealer.append)
        sealer.close()


def round_of(address: str, number: int) -> list[str]:
    """Five processes that start together; the event ids that the writers had acknowledged."""
    first = 100 * number
    works: list[Callable[[Notebook, Callable[[str], None]], None]] = [
        lambda notebook, told: write(notebook, f"round-{number}", 1, first + 10, told),
        lambda notebook, told: write(notebook, f"round-{number}", 1, first + 20, told),
        lambda notebook, told: write(notebook, f"other-{number}", 1, first + 30, told),
        lambda notebook, told: seal_twice(notebook),
        lambda notebook, told: seal_twice(notebook),
    ]
    gate, start = os.pipe()
    reading, writing = os.pipe()
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            os.close(start)
            notebook = at(address)
            notebook.runs = 1000 * number + 100 * len(children)
            os.read(gate, 1)  # until the parent closes its end
            work(notebook, lambda id: os.write(writing, f"{id}\n".encode()))
            os._exit(0)
        children.append(child)
    for end in (gate, start, writing):
        os.close(end)
    with os.fdopen(reading) as pipe:
        acknowledged = pipe.read().split()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(works)
    return acknowledged


def main(address: str, rounds: int) -> None:
    at(address).open().append([at(address).opened()])
    acknowledged = [id for number in range(1, rounds + 1) for id in round_of(address, number)]
    notebook = at(address)
    before = notebook.open().event_count
    for attempt in (1, 2):  # the attempt once more, and the next one: nothing new, so nothing is written
        write(notebook, "round-1", attempt, 110, acknowledged.append)
    seal_twice(notebook)
    trail = notebook.open()
    print(
        json.dumps(
            {
                "vkey": notebook.vkey,  # made by this process
                "acknowledged": acknowledged,
                "held": [event.id for event in trail.events() if event.kind == "site.invited"],
                "again": trail.event_count - before,
                "unread": trail.unread,
            }
        )
    )


# The tests.
def raced(address: str, rounds: int, environment: dict[str, str]) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, __file__, address, str(rounds)],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def check(seen: dict[str, Any], rounds: int, notebook: Notebook) -> None:
    assert len(seen["acknowledged"]) == 3 * BATCHES * (3 * rounds + 2)
    assert set(seen["acknowledged"]) == set(seen["held"]), "nothing acknowledged is lost, nothing else is there"
    assert len(seen["held"]) == len(set(seen["held"])) == rounds * (3 * 2 * BATCHES + 1)
    assert (seen["again"], seen["unread"]) == (0, [])
    result = notebook.verified(key=seen["vkey"])
    assert (result.code, result.faults) == (0, [])
    assert not any("not sealed" in note for note in result.notes)
    lanes = {path.parent.name for path in notebook.objects("lanes")}
    for number in range(1, rounds + 1):  # one attempt twice at once: two lanes, each of one process alone
        assert len([lane for lane in lanes if lane.startswith(f"round-{number}.1")]) == 2


@pytest.mark.real
def test_processes_at_once_on_a_directory(notebook: Notebook) -> None:
    check(raced(str(notebook.directory), 3, {}), 3, notebook)


@pytest.mark.real
def test_processes_at_once_on_s3(notebook: Notebook, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"s3://{weed.bucket(mode='GOVERNANCE')}/trail"
    seen = raced(address, 1, weed.environment())
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    copy(open_store(address, endpoint=weed.endpoint), notebook.directory)
    check(seen, 1, notebook)


@pytest.mark.real
def test_two_sealers_in_threads_on_s3(notebook: Notebook, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    notebook.store = store = open_store(f"s3://{weed.bucket()}", endpoint=weed.endpoint)
    notebook.moment = now()
    trail = notebook.open()
    for number in range(2):
        trail.append([notebook.site(10 * number + n) for n in range(3)])
        gate, made, wrong = threading.Barrier(2), [], []

        def work(gate: threading.Barrier = gate, made: list[Any] = made, wrong: list[Any] = wrong) -> None:
            gate.wait()
            try:
                made.append(seal(store, origin=notebook.origin, key=notebook.private, now=now))
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert any(sealed and sealed.events == 3 for sealed in made)
    copy(store, notebook.directory)
    assert len(notebook.objects("seals")) == len(notebook.objects("checkpoints")) == 2
    assert notebook.verified().faults == []


def copy(store: Any, directory: Path) -> None:
    """What an auditor synchronises."""
    for stored in store.list():
        (directory / stored.key).parent.mkdir(parents=True, exist_ok=True)
        (directory / stored.key).write_bytes(store.get(stored.key))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
