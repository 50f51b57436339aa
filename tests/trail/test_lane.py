"""Appending: one PUT a batch, in a lane of one's own, nothing twice, nothing forbidden, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from study import Fact, Reference, StudyError, Subject
from study.errors import IdConflict
from study.objects import StoreUnavailable

Notebook = Any


@pytest.fixture
def trail(in_memory: Callable[[], Notebook]) -> Notebook:
    return in_memory()


def test_a_run_that_records_nothing_leaves_nothing(trail: Notebook) -> None:
    lane = trail.open()
    assert lane.append([]) == []
    lane.close()
    assert trail.store.objects == {}


def test_a_batch_is_one_object_and_the_lane_a_chain(trail: Notebook) -> None:
    lane = trail.open("run-1", 2)
    lane.append([trail.opened(), trail.site(1)])
    lane.append([trail.site(2)])
    lane.close()
    keys = sorted(trail.store.objects)
    assert keys == [f"lanes/2026-03-02/run-1.2/{n:06d}.jsonl" for n in range(3)]
    headers = [json.loads(trail.store.objects[key].split(b"\n")[0]) for key in keys]
    assert headers[0] == {"v": 1, "log": trail.origin, "lane": "run-1.2", "seq": 0, "prev": None, "n": 2}
    assert [h["n"] for h in headers] == [2, 1, 1]
    assert all(len(h["prev"]) == 64 for h in headers[1:])
    last = json.loads(trail.store.objects[keys[2]].split(b"\n")[1])
    assert (last["kind"], last["data"]) == ("run.closed", {"lane": "run-1.2", "reason": "completed"})
    lane.close()
    assert len(trail.store.objects) == 3
    with pytest.raises(RuntimeError, match="closed"):
        lane.append([trail.site(3)])


def test_one_time_an_object_stamped_at_the_put(trail: Notebook) -> None:
    lane = trail.open()
    trail.wait(minutes=2)
    events = lane.append([trail.site(1), trail.site(2)])
    assert {event.recorded_at for event in events} == {"2026-03-02T09:02:00.000Z"}


def test_an_act_already_there_is_not_written_again(trail: Notebook) -> None:
    first = trail.open().append([trail.site(1)])[0]
    trail.wait(minutes=1)
    lane = trail.open()
    again, new, twice = lane.append([trail.site(1), trail.site(2), trail.site(2)])
    assert again == first
    assert new == twice
    assert lane.append([trail.site(2)]) == [new]
    assert len(trail.store.objects) == 2


def test_another_act_under_the_same_id_is_refused(trail: Notebook) -> None:
    lane = trail.open()
    lane.append([trail.site(1)])
    with pytest.raises(IdConflict, match=r"kind site\.invited is already in the trail with other content"):
        lane.append([replace(trail.site(1), occurred="2026-02-03")])
    with pytest.raises(IdConflict):
        lane.append([trail.site(2), replace(trail.site(2), occurred="2026-02-03")])
    assert len(lane.events()) == 1


def test_the_never_list_stops_the_whole_batch(trail: Notebook) -> None:
    trail.forbidden = lambda line: "it holds a participant code" if "P017" in line else None
    lane = trail.open()
    bad = Fact("site.invited", "2026-02-02", (Subject("site", "P017"),), data={"ordinal": 0, "version": 1})
    with pytest.raises(StudyError, match="stopped before it entered the trail: it holds a participant code") as caught:
        lane.append([trail.site(1), bad])
    assert "P017" not in str(caught.value)
    assert trail.store.objects == {}
    lane.append([trail.site(1)])
    assert len(trail.store.objects) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"data": {"ordinal": 0, "version": 1, "note": "free text"}}, "note"),
        ({"data": {"ordinal": 0}}, "version"),
        ({"data": {"ordinal": 0.5, "version": 1}}, "ordinal"),
        ({"subject": (Subject("site", "a name with spaces"),)}, "subject"),
        ({"occurred": "2026-02-30"}, "occurred"),
        ({"occurred": "2026-02"}, "occurred"),
        ({"occurred": "2026-02-02T10:00:00Z"}, "occurred"),
        ({"used": (Reference("transcripts/I0007.vtt", 3, sha256="0" * 64),)}, "used"),
        ({"used": (Reference("a1", 3, sha256="0" * 64, hmac="0" * 64),)}, "used"),
        ({"generated": (Reference("a1", 3),)}, "generated"),
    ],
)
def test_what_may_not_be_in_a_line_is_refused(trail: Notebook, change: dict[str, Any], field: str) -> None:
    with pytest.raises(StudyError, match=field):
        trail.open().append([replace(trail.site(1), **change)])
    assert trail.store.objects == {}


def test_a_line_has_at_most_64_kib(trail: Notebook) -> None:
    references = tuple(Reference(f"a{n}", 1, sha256="0" * 64) for n in range(800))
    with pytest.raises(StudyError, match="length of"):
        trail.open().append([replace(trail.site(1), used=references)])


def test_causes_name_the_leaf_of_what_they_rest_on(trail: Notebook) -> None:
    first = trail.open()
    one = first.append([trail.site(1)])[0]
    lane = trail.open()
    two = lane.append([trail.site(2), trail.site(3, "site.invited", one.id)])[1]
    same_batch = lane.append([trail.site(4)])[0]
    assert [c.id for c in two.causes] == [one.id]
    again = trail.open().append([trail.site(5, "site.invited", one.id, same_batch.id)])[0]
    assert again.causes[0] == two.causes[0]
    with pytest.raises(StudyError, match="which is not in the trail"):
        lane.append([trail.site(6, "site.invited", "00000000-0000-0000-0000-000000000000")])


def test_a_cause_may_be_earlier_in_the_same_batch(trail: Notebook, in_memory: Callable[[], Notebook]) -> None:
    id = trail.open().append([trail.site(1)])[0].id
    one, two = in_memory().open().append([trail.site(1), trail.site(2, "site.invited", id)])
    assert [c.id for c in two.causes] == [one.id]


def test_a_lost_reply_is_our_own_success(trail: Notebook) -> None:
    lane = trail.open()
    lane.append([trail.site(1)])
    trail.store.lose = (trail.store.calls + 1, "after")
    with pytest.raises(StoreUnavailable):
        lane.append([trail.site(2)])
    lane.append([trail.site(3)])
    assert [key[-12:] for key in sorted(trail.store.objects)] == ["000000.jsonl", "000001.jsonl", "000002.jsonl"]
    assert len(trail.open().events()) == 3


def test_a_batch_that_never_arrived_gets_a_fresh_stamp_after_five_minutes(trail: Notebook) -> None:
    lane = trail.open()
    trail.store.lose = (trail.store.calls + 1, "before")
    with pytest.raises(StoreUnavailable):
        lane.append([trail.site(1)])
    trail.wait(minutes=20)
    lane.append([trail.site(2)])
    first, second = trail.open().events()
    assert first.recorded_at == second.recorded_at == "2026-03-02T09:20:00.000Z"


def test_a_batch_that_had_arrived_keeps_its_stamp(trail: Notebook) -> None:
    lane = trail.open()
    trail.store.lose = (trail.store.calls + 1, "after")
    with pytest.raises(StoreUnavailable):
        lane.append([trail.site(1)])
    trail.wait(minutes=20)
    lane.flush()
    assert [e.recorded_at for e in lane.events()] == ["2026-03-02T09:00:00.000Z"]
    assert len(trail.store.objects) == 1


def test_two_writers_of_one_attempt_take_two_lanes(trail: Notebook) -> None:
    one, two = trail.open("run", 1), trail.open("run", 1)
    one.append([trail.site(1)])
    two.append([trail.site(2)])
    lanes = {key.split("/")[2] for key in trail.store.objects}
    assert one.lane == "run.1"
    assert two.lane.startswith("run.1-")
    assert lanes == {one.lane, two.lane}
    kinds = [e.kind for e in trail.open().events()]
    assert kinds == ["site.invited", "site.invited", "run.closed"]
    left = trail.open().events(kinds=["run.closed"])[0]
    assert dict(left.data) == {"lane": "run.1", "reason": "taken_over"}


def test_an_attempt_started_again_takes_another_lane(trail: Notebook) -> None:
    trail.open("run", 1).append([trail.site(1)])
    again = trail.open("run", 1)
    again.append([trail.site(2)])
    again.close()
    assert again.lane != "run.1"
    assert len({e.data["lane"] for e in trail.open().events(kinds=["run.closed"])}) == 2


def test_a_lane_silent_for_over_an_hour_is_left(trail: Notebook) -> None:
    lane = trail.open("run", 1)
    lane.append([trail.site(1)])
    trail.wait(minutes=59)
    lane.append([trail.site(2)])
    assert lane.lane == "run.1"
    trail.wait(minutes=61)
    lane.append([trail.site(3)])
    lane.close()
    assert lane.lane.startswith("run.1-")
    closed = {e.data["lane"]: e.data["reason"] for e in trail.open().events(kinds=["run.closed"])}
    assert closed == {"run.1": "taken_over", lane.lane: "completed"}


def test_a_clock_behind_the_last_seal_records_nothing(trail: Notebook) -> None:
    trail.open().append([trail.site(1)])
    trail.seal()
    lane = trail.open()
    trail.wait(minutes=-14)
    lane.append([trail.site(2)])
    trail.wait(minutes=-2)
    with pytest.raises(StudyError, match="but the trail was last sealed at"):
        lane.append([trail.site(3)])
    trail.wait(hours=1)
    lane.append([trail.site(3)])
    assert len(lane.events()) == 3


def test_events_by_kind_subject_and_what_was_known(trail: Notebook) -> None:
    lane = trail.open()
    lane.append([trail.opened(), trail.site(1)])
    trail.wait(minutes=10)
    lane.append([trail.site(2), trail.site(1, "site.permitted")])
    assert [e.kind for e in lane.events(kinds=["study.opened"])] == ["study.opened"]
    assert [e.kind for e in lane.events(subject="site:S001")] == ["site.invited", "site.permitted"]
    assert len(lane.events(known_at="2026-03-02T09:05:00.000Z")) == 2
    assert len(lane.events(known_at=trail.start)) == 2
    assert len(lane.events(kinds=[])) == 0


def test_a_correction_takes_effect_at_once(trail: Notebook) -> None:
    lane = trail.open()
    wrong = lane.append([trail.site(1)])[0]
    assert len(lane.events()) == 1
    lane.append([Fact("correction.made", "2026-03-02", data={"target": wrong.id, "action": "drop"})])
    assert [e.kind for e in lane.events()] == ["correction.made"]


def test_objects_that_do_not_fit_are_passed_over_and_named(trail: Notebook) -> None:
    lane = trail.open("run", 1)
    lane.append([trail.site(1)])
    lane.append([trail.site(2)])
    folder = "lanes/2026-03-02/"
    good = trail.store.objects[folder + "run.1/000000.jsonl"]
    for key, body in {
        "lanes/notes.txt": b"hello",
        folder + "a.1/000000.jsonl": good,
        folder + "b.1/000001.jsonl": good,
        folder + "c.1/000000.jsonl": b"{}\n",
        folder + "d.1/000000.jsonl": good[:-9],
    }.items():
        trail.store.objects[key], trail.store.times[key] = body, trail.now()
    again = trail.open()
    assert len(again.events()) == 2
    assert set(again.unread) == {
        "lanes/notes.txt: foreign",
        f"{folder}a.1/000000.jsonl: header",
        f"{folder}b.1/000001.jsonl: gap",
        f"{folder}c.1/000000.jsonl: header",
        f"{folder}d.1/000000.jsonl: cut",
    }


def test_a_run_whose_id_cannot_name_a_lane(trail: Notebook) -> None:
    with pytest.raises(StudyError, match="cannot name a lane"):
        trail.open("../evil")
