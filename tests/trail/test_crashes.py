"""A process may die before or after any storage call: nothing acknowledged is lost, nothing doubles, all verifies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from study.event import Event, in_fold_order
from study.objects import StoreUnavailable

Notebook = Any


def day(notebook: Notebook, acknowledged: list[Event]) -> None:
    """A writer and the sealer at work: what a scheduled hour does, from wherever the last one stopped."""
    writer = notebook.open()
    acknowledged += writer.append([notebook.opened()])
    for batch in range(3):
        facts = [notebook.site(10 * batch + n, "site.invited", acknowledged[0].id) for n in range(2)]
        acknowledged += writer.append(facts)
    writer.close()
    sealer = notebook.open()
    notebook.seal(record=sealer.append)
    sealer.close()


def calls_of_a_good_day(make: Callable[[], Notebook]) -> int:
    notebook = make()
    day(notebook, [])
    return int(notebook.store.calls)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("later", ["at once", "next day"])
def test_killed_at_any_storage_call(in_memory: Callable[[], Notebook], tmp_path: Path, when: str, later: str) -> None:
    calls = calls_of_a_good_day(in_memory)
    assert calls > 20
    for call in range(1, calls + 1):
        notebook = in_memory()
        notebook.store.lose = (call, when)
        acknowledged: list[Event] = []
        with pytest.raises(StoreUnavailable):
            day(notebook, acknowledged)
        notebook.store.lose = None
        notebook.wait(minutes=7 if later == "at once" else 60 * 27)
        day(notebook, again := [])
        recorded = notebook.open().events()
        ids = {event.id for event in recorded}
        assert {event.id for event in acknowledged} <= ids
        acts = [event for event in recorded if event.kind != "run.closed"]
        assert len(acts) == 7, "nothing is lost and nothing doubles"
        assert {e.id for e in again} == {e.id for e in acts}
        notebook.wait(minutes=5)
        notebook.seal()
        notebook.directory = notebook.store.written_to(tmp_path / f"{when}-{call}")
        result = notebook.verified()
        assert result.faults == [], (call, when)
        assert result.report["events"] == len(recorded)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_writer_that_lives_on_flushes(in_memory: Callable[[], Notebook], when: str) -> None:
    for call in range(1, 8):
        notebook = in_memory()
        writer = notebook.open()
        notebook.store.lose = (notebook.store.calls + call, when)
        for number in range(5):
            try:
                writer.append([notebook.site(number)])
            except StoreUnavailable:
                writer.append([notebook.site(number)])
        notebook.store.lose = None
        writer.close()
        assert [e.subject[0].id for e in notebook.open().events(kinds=["site.invited"])] == [
            e.subject[0].id for e in in_fold_order(writer.events(kinds=["site.invited"]))
        ]
        assert len(notebook.open().events()) == 6
        assert len({key.split("/")[2] for key in notebook.store.objects}) == 1


def test_a_full_disk_while_recording(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = notebook.open()
    writer.append([notebook.opened()])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        writer.append([notebook.site(1)])
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        notebook.seal()
    monkeypatch.undo()
    writer.append([notebook.site(2)])
    writer.close()
    notebook.seal()
    assert notebook.verified().code == 0
    assert len(notebook.open().events(kinds=["site.invited"])) == 2
