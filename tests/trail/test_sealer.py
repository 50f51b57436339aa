"""Sealing: what is new, once; heartbeats; silent lanes, late and foreign objects; clocks; two sealers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from study import StudyError
from study.objects import AlreadyStored
from trail import seal
from trail.note import generate_key

Notebook = Any


def rows(notebook: Notebook, number: int) -> list[dict[str, Any]]:
    lines = (notebook.directory / f"seals/{number:08d}.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines[1:-1]]


def header(notebook: Notebook, number: int) -> dict[str, Any]:
    fields = json.loads((notebook.directory / f"seals/{number:08d}.jsonl").read_bytes().splitlines()[0])
    assert isinstance(fields, dict)
    return fields


def test_an_empty_trail_is_not_sealed(notebook: Notebook) -> None:
    assert notebook.seal() is None
    assert notebook.objects("") == []
    assert notebook.verified().names == ["NO_TRAIL"]


def test_a_forced_heartbeat_seals_a_trail_without_events(notebook: Notebook) -> None:
    sealed = notebook.seal(heartbeat=True)
    assert (sealed.size, sealed.events) == (1, 0)
    assert notebook.verified().code == 0


def test_nothing_new_writes_nothing(told: Notebook) -> None:
    before = told.objects("")
    assert told.seal() is None
    assert told.objects("") == before


def test_a_heartbeat_is_due_on_another_day(told: Notebook) -> None:
    told.wait(hours=14)
    assert told.now().day == 2
    assert told.seal() is None
    told.wait(hours=1)
    sealed = told.seal()
    assert (sealed.seq, sealed.events, sealed.size) == (3, 0, 35)
    assert told.seal() is None
    assert told.verified("--now", "2026-03-03T10:00:00Z").code == 0


def test_sealing_grows_the_tree_by_events_and_seals(told: Notebook) -> None:
    told.open().append([told.site(900), told.site(901)])
    sealed = told.seal()
    assert (sealed.objects, sealed.events, sealed.size) == (1, 2, 34 + 3)
    assert (told.directory / "checkpoints/000000000037").read_text().startswith(f"{told.origin}\n37\n")


def test_a_seal_without_its_checkpoint_is_proved_and_signed(told: Notebook) -> None:
    last = told.objects("checkpoints")[-1]
    body = last.read_bytes()
    last.unlink()
    assert told.verified().names == ["CHECKPOINT_MISSING"]
    sealed = told.seal()
    assert sealed.size == 34
    assert last.read_bytes() == body
    assert told.seal() is None


def test_a_forged_seal_is_not_signed(told: Notebook) -> None:
    told.objects("checkpoints")[-1].unlink()
    last = told.objects("seals")[-1]
    told.edit(last, b"2026-03-02T09:29", b"2026-03-02T09:28")
    with pytest.raises(StudyError, match=r"does not hold together here.*trail verify"):
        told.seal()


def test_an_altered_newest_seal_or_checkpoint_stops_sealing(told: Notebook) -> None:
    last = told.objects("checkpoints")[-1]
    body = last.read_bytes()
    last.write_bytes(told.objects("checkpoints")[0].read_bytes())
    with pytest.raises(StudyError, match="checkpoints/"):
        told.seal()
    last.write_bytes(body)
    told.objects("seals")[-1].write_bytes(b"{}\n")
    with pytest.raises(StudyError, match=r"seals/00000002\.jsonl"):
        told.seal()


def test_a_missing_seal_stops_sealing(told: Notebook) -> None:
    told.objects("seals")[1].unlink()
    told.open().append([told.site(900)])
    with pytest.raises(StudyError, match=r"seals/00000001\.jsonl"):
        told.seal()


def test_a_cut_tail_stops_the_heartbeat(told: Notebook) -> None:
    told.objects("seals")[-1].unlink()
    told.wait(days=1)
    with pytest.raises(StudyError, match="newest seal is missing"):
        told.seal()


def test_another_trails_key(told: Notebook) -> None:
    with pytest.raises(StudyError, match="for another trail"):
        seal(told.store, origin=told.origin, key=generate_key("fieldtrail/cps/00000000")[0], now=told.now)


def test_a_clock_behind_the_last_seal(told: Notebook) -> None:
    told.wait(hours=-1)
    with pytest.raises(StudyError, match="but the trail was last sealed at"):
        told.seal(heartbeat=True)
    told.wait(minutes=50)
    sealed = told.seal(heartbeat=True)  # within the slack the seal takes the time of the one before it
    assert sealed.sealed_at == header(told, 2)["sealed_at"]
    assert told.verified().code == 0


def test_a_lane_silent_for_a_day_is_closed_by_the_sealer(notebook: Notebook) -> None:
    notebook.open("killed", 1).append([notebook.opened()])
    notebook.seal()
    assert list(header(notebook, 0)["open"]) == ["killed.1"]
    notebook.wait(hours=23)
    sealer = notebook.open("sealer-1")
    assert notebook.seal(record=sealer.append).silent == 0
    notebook.wait(hours=2)
    sealer = notebook.open("sealer-2")
    sealed = notebook.seal(record=sealer.append)
    sealer.close()
    assert (sealed.silent, sealed.events) == (1, 1)
    closing = notebook.open().events(kinds=["run.closed"])[0]
    assert dict(closing.data) == {"lane": "killed.1", "reason": "silent"}
    notebook.seal()
    notebook.wait(days=1)
    assert notebook.seal(record=notebook.open("sealer-3").append).silent == 0
    notebook.wait(days=1)
    notebook.seal()
    assert header(notebook, 5)["open"] == {}
    assert notebook.verified().code == 0


def test_an_object_of_a_lane_given_up_is_admitted_late(notebook: Notebook) -> None:
    slow = notebook.open("slow", 1)
    slow.append([notebook.opened()])
    notebook.seal()
    for _ in range(3):
        notebook.wait(days=1)
        notebook.seal(record=notebook.open().append)
    assert "slow.1" not in header(notebook, 3)["open"]
    slow._last_put = notebook.now()  # a writer that does not know how long its PUT took
    slow.append([notebook.site(1)])
    assert notebook.seal() is None  # between heartbeats nobody looks at that day any more
    notebook.wait(days=1)
    sealed = notebook.seal()
    assert (sealed.late, sealed.events) == (1, 1)
    assert rows(notebook, sealed.seq)[0]["late"] is True
    result = notebook.verified()
    assert result.code == 0
    assert any("after their lane was given up" in note for note in result.notes)
    notebook.wait(days=1)
    assert notebook.seal().events == 0


def test_a_wrong_clock_is_written_as_skew_and_admitted(notebook: Notebook) -> None:
    trail = notebook.open()
    real = notebook.store.clock
    notebook.store.clock = lambda: notebook.moment.replace(hour=11)
    trail.append([notebook.opened()])
    notebook.store.clock = real
    notebook.wait(hours=3)
    notebook.seal()
    assert rows(notebook, 0)[0]["skew_s"] == -7200
    result = notebook.verified()
    assert result.code == 0
    assert any("stored over 15 minutes" in note for note in result.notes)


def test_only_structure_rejects_and_a_reject_is_named_once(told: Notebook) -> None:
    lane = told.open("bad", 1)
    lane.append([told.site(900)])
    path = told.directory / "lanes/2026-03-02/bad.1/000000.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":2', 1))
    sealed = told.seal()
    assert (sealed.rejected, sealed.events) == (1, 0)
    assert rows(told, 3) == [{"key": "lanes/2026-03-02/bad.1/000000.jsonl", "rejected": "header"}]
    assert told.seal() is None
    told.wait(days=1)
    assert told.seal().rejected == 0
    assert told.verified().code == 0


def test_an_object_after_a_gap_waits(told: Notebook) -> None:
    lane = told.open("gap", 1)
    for number in range(3):
        lane.append([told.site(900 + number)])
    held = told.directory / "lanes/2026-03-02/gap.1/000001.jsonl"
    body = held.read_bytes()
    held.unlink()
    assert told.seal().events == 1
    held.write_bytes(body)
    assert told.seal().events == 2
    assert told.verified().code == 0


@pytest.mark.slow
def test_a_five_minute_seal_looks_only_at_days_that_can_have_news(in_memory: Callable[[], Notebook]) -> None:
    def cost(days: int) -> int:
        notebook = in_memory()
        for day in range(days):
            for number in range(2):
                trail = notebook.open()
                trail.append([notebook.site(10 * day + number)])
                trail.close()
                notebook.seal()
            notebook.wait(days=1)
        notebook.seal()
        notebook.open().append([notebook.site(9999)])
        before = notebook.store.calls
        notebook.seal()
        return int(notebook.store.calls - before)

    few, many = cost(2), cost(20)
    assert many - few <= 8  # the bisection's logarithm


@pytest.mark.slow
def test_two_sealers_at_once(notebook: Notebook) -> None:
    trail = notebook.open()
    for round in range(6):
        trail.append([notebook.site(10 * round + n) for n in range(3)])
        gate, made, wrong = threading.Barrier(2), [], []

        def work(gate: threading.Barrier = gate, made: list[Any] = made, wrong: list[Any] = wrong) -> None:
            gate.wait()
            try:
                made.append(notebook.seal())
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert any(sealed and sealed.events == 3 for sealed in made)
    assert len(notebook.objects("seals")) == len(notebook.objects("checkpoints")) == 6
    assert notebook.verified().code == 0


def test_the_loser_of_a_race_seals_what_is_left(told: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    told.open().append([told.site(900)])
    put, raced = told.store.put_new, []

    def late(key: str, body: bytes) -> Any:
        if key.startswith("seals/") and not raced:
            raced.append(key)
            monkeypatch.setattr(told.store, "put_new", put)
            told.seal()
            told.open().append([told.site(901)])
            raise AlreadyStored(key)
        return put(key, body)

    monkeypatch.setattr(told.store, "put_new", late)
    assert told.seal().events == 1
    assert told.verified().report["events"] == 33
