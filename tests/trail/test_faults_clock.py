"""Clocks set back under writers and sealers, trails without events: refused in one sentence, or no harm done."""

from __future__ import annotations

from typing import Any

import pytest

from study import StudyError
from study.objects import StoreUnavailable

Notebook = Any

SET_RIGHT = r"clock says .*, but the trail was last sealed at .*Set the clock right"


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [1, 9, 14])
def test_a_clock_set_back_by_less_than_the_slack_harms_nothing(told: Notebook, minutes: int) -> None:
    writer = told.open()
    writer.append([told.site(900)])
    told.seal()
    told.wait(minutes=-minutes)
    writer.append([told.site(901)])
    told.open().append([told.site(902)])
    before, sealed = told.seal(), told.verified()
    assert sealed.faults == []
    assert before.sealed_at == sealed.report["sealed_at"] == "2026-03-02T09:34:30.000Z"  # the last seal's time again
    told.wait(minutes=minutes + 5)
    writer.close()
    assert told.seal().sealed_at > before.sealed_at
    assert told.verified("--pin", f"{before.size}:{before.root}").faults == []
    assert len(told.open().events(kinds=["site.invited"])) == 27 + 3


@pytest.mark.slow
@pytest.mark.parametrize("back", [{"minutes": 16}, {"hours": 3}, {"days": 40}])
def test_a_clock_set_back_by_more_stops_writer_and_sealer(told: Notebook, back: dict[str, float]) -> None:
    told.open().append([told.site(900)])
    told.seal()
    before = {path: path.read_bytes() for path in told.objects("")}
    told.wait(**{unit: -value for unit, value in back.items()})
    with pytest.raises(StudyError, match=SET_RIGHT):
        told.open().append([told.site(901)])
    with pytest.raises(StudyError, match=SET_RIGHT):
        told.seal(heartbeat=True)
    assert {path: path.read_bytes() for path in told.objects("")} == before
    told.wait(**back)
    told.wait(minutes=1)
    told.open().append([told.site(901)])
    told.seal()
    assert told.verified().faults == []
    assert len(told.open().events(kinds=["site.invited"])) == 27 + 2


@pytest.mark.slow
def test_a_clock_set_back_while_a_run_goes_on(told: Notebook) -> None:
    """The run opened before the seals that its clock is now behind."""
    writer = told.open()
    writer.append([told.site(900)])
    for hour in range(3):
        told.wait(hours=1)
        told.open().append([told.site(910 + hour)])
        told.seal()
    told.wait(hours=-2)
    with pytest.raises(StudyError, match=SET_RIGHT):
        writer.append([told.site(901)])
    told.wait(hours=2)
    writer.append([told.site(901)])
    told.seal()
    assert told.verified().faults == []


def test_a_batch_of_unknown_fate_is_not_put_with_a_clock_set_back(
    told: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = told.open()
    put = told.store.put_new

    def lost(key: str, body: bytes) -> Any:
        raise StoreUnavailable("the request was lost. Try again.")

    monkeypatch.setattr(told.store, "put_new", lost)
    with pytest.raises(StoreUnavailable):
        writer.append([told.site(900)])
    monkeypatch.setattr(told.store, "put_new", put)
    told.wait(hours=1)
    told.open().append([told.site(910)])
    told.seal()
    told.wait(minutes=-58)  # two minutes after the stamp of the lost batch, an hour before the seal
    with pytest.raises(StudyError, match=SET_RIGHT):
        writer.flush()
    told.wait(hours=1)
    assert [event.recorded_at[11:16] for event in writer.append([told.site(900)])] == ["10:36"]
    told.seal()
    assert told.verified().faults == []


@pytest.mark.slow
def test_two_processes_of_one_attempt_that_write_on_both_sides_of_midnight(notebook: Notebook) -> None:
    """Their first objects have different keys, so neither would see the other: the later one takes a new lane."""
    notebook.open().append([notebook.opened()])
    notebook.seal()
    notebook.wait(hours=14, minutes=50)  # 23:50
    early, late = notebook.open("run", 1), notebook.open("run", 1)
    early.append([notebook.site(1)])
    notebook.wait(minutes=20)
    unseen = notebook.open("run", 2)  # as if it had not seen what the first attempt wrote
    notebook.seal()
    late.append([notebook.site(2)])
    unseen.append([notebook.site(3)])
    assert (early.lane, late.lane[:6], unseen.lane[:6]) == ("run.1", "run.1-", "run.2-")
    notebook.seal()
    for _ in range(3):
        notebook.wait(hours=13)
        sealer = notebook.open()
        notebook.seal(record=sealer.append)
        result = notebook.verified()
        assert result.faults == []
        assert not any("rejected" in note for note in result.notes)
    assert len(notebook.open().events(kinds=["site.invited"])) == 3


def test_a_batch_that_never_arrived_before_midnight_goes_to_another_lane_after_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lost request may still arrive: one lane must not begin under two days."""
    notebook.wait(hours=14, minutes=57)
    writer = notebook.open("run", 1)
    put, lost = notebook.store.put_new, []

    def lose(key: str, body: bytes) -> Any:
        lost.append((key, body))
        raise StoreUnavailable("no answer. Try again.")

    monkeypatch.setattr(notebook.store, "put_new", lose)
    with pytest.raises(StoreUnavailable):
        writer.append([notebook.site(1)])
    monkeypatch.setattr(notebook.store, "put_new", put)
    notebook.wait(minutes=7)
    writer.flush()
    put(*lost[0])
    notebook.seal()
    result = notebook.verified()
    assert result.faults == []
    assert not any("rejected" in note for note in result.notes)
    assert len({path.parent.name for path in notebook.objects("lanes")}) == 2
    assert len(notebook.open().events()) == 1


@pytest.mark.slow
def test_a_lane_under_two_days_is_rejected_once_and_for_all(notebook: Notebook) -> None:
    """Another writer's fault: the object under the second day is no part of the trail, now and after its lane ended."""
    one = notebook.open("run", 1)
    one.append([notebook.site(1)])
    one.close()
    notebook.seal()
    notebook.wait(days=1)
    other = type(notebook)(notebook.directory.parent / "other")
    other.moment = notebook.moment
    other.open("run", 1).append([other.site(2)])
    key = "lanes/2026-03-03/run.1/000000.jsonl"
    notebook.store.put_new(key, (other.directory / key).read_bytes())
    assert notebook.seal().rejected == 1
    assert notebook.open().unread == (f"{key}: day",)
    for number in range(6):
        notebook.wait(hours=7)
        notebook.open().append([notebook.site(10 + number)])
        assert notebook.seal().rejected == 0
        assert notebook.verified().faults == []
    assert len(notebook.open().events(kinds=["site.invited"])) == 7


@pytest.mark.slow
def test_a_trail_of_zero_events(notebook: Notebook) -> None:
    """Nothing recorded: no object, and no verdict that passes. Heartbeats make a trail of seals alone."""
    notebook.open().close()
    assert notebook.seal(record=notebook.open().append) is None
    assert notebook.verified().names == ["NO_TRAIL"]
    pins = []
    for day in range(4):
        sealed = notebook.seal(heartbeat=day == 0)
        pins.append(f"{sealed.size}:{sealed.root}")
        assert (sealed.seq, sealed.size, sealed.events) == (day, day + 1, 0)
        assert notebook.seal() is None
        notebook.wait(days=1)
    for pin in pins:
        result = notebook.verified("--pin", pin, "--now", "2026-03-06T08:00:00Z")
        assert (result.code, result.faults, result.report["events"]) == (0, [], 0)
    notebook.open().append([notebook.opened()])
    assert notebook.seal().events == 1
    assert notebook.verified("--pin", pins[-1]).report["events"] == 1
