"""Readings kept: found again as they were, by part, pruned, forgotten; a damaged cache is an empty one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from evidence.detectors import Entry
from evidence.reading import EVERYTHING, READING_VERSION, Asked, Looker, Reading
from storage.local import LocalStore
from tasks.compact import Numbers, Row
from tasks.readings import SHELVES, Readings, forget_readings, shelf_of

SAID = "Interviewer: So, how did it go?\n\nParticipant: Heather Mockperson told me that it went well.\n"
KEYS = {"text": "t1", "guide": "g1", "leaks": "l1"}
MALFORMED = json.dumps({"version": READING_VERSION, "readings": {"a1": {}}}).encode()
LOOKER = Looker(entries=(Entry("name", "Heather Mockperson"),), residue=())


@cache
def look(parts: Asked = EVERYTHING) -> Reading:
    return LOOKER.look(SAID.encode(), "I0001.txt", parts)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, private=True)


def test_what_was_kept_is_found_again_by_the_next_run(store: LocalStore) -> None:
    readings = Readings(store)
    readings.keep({f"a{n}": (f"transcripts/I{n:04}.txt", KEYS, look()) for n in range(200)})
    readings.judge(
        {"a7": {"rules": "r1", "features": {"gap_s": 2.5, "backward_s": None}, "states": {"TR001": "passed"}}}
    )
    again = Readings(store)
    assert set(again.kept) == {f"a{n}" for n in range(200)}
    assert again.reading("a7").document() == look().document()
    kept = again.kept["a7"]
    assert (kept.path, kept.format, dict(kept.keys), kept.rules) == ("transcripts/I0007.txt", "txt", KEYS, "r1")
    assert kept.features == {"gap_s": 2.5, "backward_s": None}
    assert kept.states == {"TR001": "passed"}
    assert again.kept["a8"].rules == ""
    assert len({shelf_of(f"a{n}") for n in range(200)}) > SHELVES / 2


def test_a_part_looked_at_again_keeps_the_others_and_asks_for_a_new_judgement(store: LocalStore) -> None:
    readings = Readings(store)
    readings.keep({"a1": ("x.txt", KEYS, look())})
    readings.judge({"a1": {"rules": "r1", "features": {}, "states": {}}})
    readings.keep({"a1": ("x.txt", {"leaks": "l2"}, look(Asked(frozenset({"leaks"}))))})
    assert Readings(store).kept["a1"].keys == {**KEYS, "leaks": "l2"}
    assert Readings(store).kept["a1"].rules == ""
    assert Readings(store).reading("a1").text.features == look().text.features
    readings.keep({"gone": ("y.txt", {"leaks": "l2"}, look(Asked(frozenset({"leaks"}))))})
    assert "gone" not in Readings(store).kept


def test_readings_of_files_that_are_gone_go_and_all_can_be_forgotten(store: LocalStore, tmp_path: Path) -> None:
    Readings(store).keep({f"a{n}": ("x.txt", KEYS, look()) for n in range(9)})
    readings = Readings(store)
    readings.keep_only({"a1", "a2"})
    assert set(readings.kept) == set(Readings(store).kept) == {"a1", "a2"}
    assert (tmp_path / "readings").stat().st_mode & 0o077 == 0
    forget_readings(store)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "damage", [b"{", b"[]", b'{"version": 1}', b'{"version": 0, "readings": {"a1": {}}}', b"\xff", MALFORMED]
)
def test_a_damaged_shelf_is_an_empty_one(store: LocalStore, damage: bytes) -> None:
    Readings(store).keep({"a1": ("x.txt", KEYS, look())})
    key = f"readings/{shelf_of('a1'):02x}.json"
    store.put(key, damage)
    assert Readings(store).kept == {}
    Readings(store).keep({"a1": ("x.txt", KEYS, look())})
    assert set(Readings(store).kept) == {"a1"}


def test_rows_are_mappings_like_any_other_but_small() -> None:
    numbers = Numbers({"gap_s": 2.5, "cues_lost_count": None, "turns_count": 3})
    assert numbers == {"gap_s": 2.5, "cues_lost_count": None, "turns_count": 3}
    assert Row({"a": "x"}) == {"a": "x"}
    with pytest.raises(KeyError):
        numbers["other"]
