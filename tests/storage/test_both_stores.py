"""What a directory and a bucket do alike: one suite, each test against both."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import LocalStore, open_store
from study import StudyError
from study.objects import AlreadyStored, FolderStore, ImmutableStore, NotStored
from tests.weed import Weed

KEY = "lanes/2026-01-02/a/000000.jsonl"


@pytest.fixture(params=["directory", pytest.param("bucket", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """An empty place of either kind; the bucket keeps versions, holds other things too, and is not locked."""
    if request.param == "directory":
        return LocalStore(tmp_path / "place")
    weed: Weed = request.getfixturevalue("weed")
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    return open_store(f"s3://{weed.shared_bucket()}/{uuid.uuid4()}/place")


def test_it_is_both_kinds_of_store(store: FolderStore) -> None:
    immutable: ImmutableStore = store
    assert immutable.place == store.place
    assert store.place.endswith("/place")


def test_an_object_is_read_back_and_never_overwritten(store: FolderStore) -> None:
    before = datetime.now(UTC)
    stored = store.put_new(KEY, b"one")
    assert (stored.key, stored.bytes) == (KEY, 3)
    assert abs(stored.stored_at - before) < timedelta(seconds=10)
    with pytest.raises(AlreadyStored):
        store.put_new(KEY, b"two")
    with pytest.raises(AlreadyStored):
        store.put_new(KEY, b"one")
    assert store.get(KEY) == store.get(KEY, stored.version_id) == b"one"


@pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n", bytes(range(256)) * 4096], ids=["empty", "binary", "1 MiB"])
def test_every_byte_comes_back(store: FolderStore, body: bytes) -> None:
    assert store.put_new("a/b", body).bytes == len(body)
    assert store.get("a/b") == body
    assert [stored.bytes for stored in store.list()] == [len(body)]


def test_of_sixteen_racing_writers_exactly_one_wins(store: FolderStore) -> None:
    for turn in range(4 if isinstance(store, LocalStore) else 1):  # SeaweedFS polls its lock once a second: 2 to 8 s
        key, gate = f"race/{turn:06d}", threading.Barrier(16)

        def write(number: int, key: str = key, gate: threading.Barrier = gate) -> int | None:
            gate.wait()
            try:
                store.put_new(key, b"%d" % number)
            except AlreadyStored:
                return None
            return number

        with ThreadPoolExecutor(16) as writers:
            won = [number for number in writers.map(write, range(16)) if number is not None]
        assert len(won) == 1
        assert store.get(key) == b"%d" % won[0]
        assert [s.key for s in store.list_versions(key)] == [key]
    if isinstance(store, LocalStore):
        assert not list((store.root / "race").glob(".*"))


def test_what_is_put_is_what_is_listed(store: FolderStore) -> None:
    put = [store.put_new(f"seals/{n:08d}.jsonl", b"x" * n) for n in (2, 0, 1)]
    listed = list(store.list())
    assert [s.key for s in listed] == [f"seals/{n:08d}.jsonl" for n in range(3)]
    assert {(s.key, s.version_id, s.bytes) for s in listed} == {(s.key, s.version_id, s.bytes) for s in put}
    assert all(abs(s.stored_at - put[0].stored_at) < timedelta(seconds=5) for s in listed)
    assert list(store.list_versions()) == listed


def test_a_file_may_be_replaced_and_erased(store: FolderStore) -> None:
    store.put("a/b.txt", b"old")
    store.put("a/b.txt", b"newer")
    store.put("a/b.txt.bak", b"other")
    assert store.get("a/b.txt") == b"newer"
    assert [(s.key, s.bytes) for s in store.list()] == [("a/b.txt", 5), ("a/b.txt.bak", 5)]
    assert store.erase_all_versions("a/b.txt") >= 1
    assert store.erase_all_versions("a/b.txt") == 0
    assert store.erase_all_versions("no/folder") == 0
    with pytest.raises(NotStored):
        store.get("a/b.txt")
    assert [s.key for s in store.list_versions()] == ["a/b.txt.bak"]
    store.put_new("a/b.txt", b"again")
    assert store.get("a/b.txt") == b"again"


def test_the_past_of_a_file_may_be_erased_and_the_file_stays(store: FolderStore) -> None:
    for body in (b"with a person", b"still with", b"without"):
        store.put("a/b.csv", body)
    store.put("a/b.csv.bak", b"other")
    former = len(list(store.list_versions("a/b.csv"))) - 2
    assert store.erase_old_versions("a/b.csv") == former
    assert store.erase_old_versions("a/b.csv") == 0
    assert [store.get(s.key, s.version_id) for s in store.list_versions("a/b.csv")] == [b"without", b"other"]
    assert store.erase_old_versions("no/folder") == 0


def test_listing_is_sorted_by_key_and_by_prefix(store: FolderStore) -> None:
    for key in ("b-c/1", "b/1", "b/0", "a", "b/.tmp", ".hidden/x"):
        store.put(key, b"x")
    assert [s.key for s in store.list()] == ["a", "b-c/1", "b/0", "b/1"]
    assert [s.key for s in store.list("b/")] == ["b/0", "b/1"]
    assert [s.key for s in store.list("b")] == ["b-c/1", "b/0", "b/1"]
    assert [s.key for s in store.list_versions("b/1")] == ["b/1"]
    assert list(store.list("nothing/here")) == []


def test_many_are_read_in_the_order_asked_for(store: FolderStore) -> None:
    keys = [f"many/{number:03d}" for number in range(90)]
    for number, key in enumerate(keys):
        store.put_new(key, b"%d" % number)
    asked = [*keys[::-1], keys[0]]
    assert list(store.get_all(asked)) == [b"%d" % number for number in [*range(89, -1, -1), 0]]
    some = store.get_all([*keys[:2], "many/none"])
    assert [next(some), next(some)] == [b"0", b"1"]
    with pytest.raises(NotStored):
        next(some)
    assert list(store.get_all([])) == []


def test_a_place_that_does_not_exist_is_empty(store: FolderStore) -> None:
    assert list(store.list()) == list(store.list_versions()) == []
    with pytest.raises(NotStored):
        store.get("a")
    with pytest.raises(NotStored):
        store.get("a", "f" * 32)


def test_names_of_all_scripts_are_kept(store: FolderStore) -> None:
    for key in ("transcripts/Müller+1 é.docx", "transcripts/面接 (2)&=#?.txt", "a b/%41.csv"):
        store.put(key, key.encode())
    assert [store.get(s.key).decode() for s in store.list()] == sorted(s.key for s in store.list())
    assert len(list(store.list())) == 3


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a\0b"])
def test_a_key_cannot_lead_out(store: FolderStore, key: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: store.get(key),
        lambda: store.put(key, b""),
        lambda: store.put_new(key, b""),
        lambda: store.erase_all_versions(key),
    ]
    for act in acts:
        with pytest.raises(StudyError, match="leads out of"):
            act()


def test_a_prefix_cannot_lead_out(store: FolderStore) -> None:
    def listing() -> Iterator[object]:
        return store.list("../x")

    with pytest.raises(StudyError, match="leads out of"):
        list(listing())
