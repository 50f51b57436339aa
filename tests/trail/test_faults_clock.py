"""Clocks set back under writers and sealers, trails without events: refused in one sentence, or no harm done."""

from __future__ import annotations

from typing import Any

import pytest

from study import StudyError
from study.objects import StoreUnavailable

Notebook = Any

SET_RIGHT = r"clock says .*, but the trail was last sealed at .*Set the clock right"


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
