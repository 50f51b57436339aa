"""A local directory keeps what it was given, once, and says clearly what it cannot do."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from storage import LocalStore
from study import StudyError
from study.objects import AlreadyStored, FolderStore, ImmutableStore, NotStored, StoreUnavailable


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "place")


def test_it_is_both_kinds_of_store(store: LocalStore) -> None:
    immutable: ImmutableStore = store
    folder: FolderStore = store
    assert immutable.place == folder.place == str(store.root)


def test_an_object_is_read_back_and_never_overwritten(store: LocalStore) -> None:
    stored = store.put_new("lanes/2026-01-02/a/000000.jsonl", b"one")
    assert (stored.key, stored.bytes, stored.version_id) == ("lanes/2026-01-02/a/000000.jsonl", 3, "")
    with pytest.raises(AlreadyStored):
        store.put_new("lanes/2026-01-02/a/000000.jsonl", b"two")
    assert store.get("lanes/2026-01-02/a/000000.jsonl") == b"one"


def test_of_sixteen_racing_writers_exactly_one_wins(store: LocalStore) -> None:
    for round in range(4):
        key, gate, won = f"race/{round:06d}", threading.Barrier(16), []

        def write(number: int, key: str = key, gate: threading.Barrier = gate, won: list[int] = won) -> None:
            gate.wait()
            try:
                store.put_new(key, b"%d" % number)
            except AlreadyStored:
                return
            won.append(number)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert store.get(key) == b"%d" % won[0]
    assert [s.key for s in store.list()] == [f"race/{n:06d}" for n in range(4)]
    assert not list((store.root / "race").glob(".*"))


def test_a_file_may_be_replaced_and_erased(store: LocalStore) -> None:
    store.put("a/b.txt", b"old")
    store.put("a/b.txt", b"new")
    assert store.get("a/b.txt") == b"new"
    assert store.erase_all_versions("a/b.txt") == 1
    assert store.erase_all_versions("a/b.txt") == 0
    assert store.erase_all_versions("no/folder") == 0
    with pytest.raises(NotStored):
        store.get("a/b.txt")


def test_listing_is_sorted_by_key_and_by_prefix(store: LocalStore) -> None:
    for key in ("b-c/1", "b/1", "b/0", "a", ".hidden", "b/.tmp"):
        (store.root / key).parent.mkdir(parents=True, exist_ok=True)
        (store.root / key).write_bytes(b"x")
    assert [s.key for s in store.list()] == ["a", "b-c/1", "b/0", "b/1"]
    assert [s.key for s in store.list("b/")] == ["b/0", "b/1"]
    assert [s.key for s in store.list("b")] == ["b-c/1", "b/0", "b/1"]
    assert [s.key for s in store.list_versions("b/1")] == ["b/1"]
    assert list(store.list("nothing/here")) == []


def test_a_place_that_does_not_exist_is_empty(store: LocalStore) -> None:
    assert list(store.list()) == []
    with pytest.raises(NotStored):
        store.get("a")


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a\0b"])
def test_a_key_cannot_lead_out(store: LocalStore, key: str) -> None:
    for act in (lambda: store.get(key), lambda: store.put(key, b""), lambda: store.put_new(key, b"")):
        with pytest.raises(StudyError, match="leads out of"):
            act()


def test_a_link_cannot_lead_out(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x").write_bytes(b"secret")
    store.root.mkdir()
    (store.root / "folder").symlink_to(tmp_path / "secret")
    (store.root / "file").symlink_to(tmp_path / "secret" / "x")
    for key in ("folder/x", "file"):
        with pytest.raises(StudyError, match="leads out of"):
            store.get(key)
    with pytest.raises(StoreUnavailable, match="link to another folder"):
        list(store.list())


def test_a_folder_is_no_file(store: LocalStore) -> None:
    store.put("a/b", b"")
    with pytest.raises(NotStored):
        store.get("a")
    with pytest.raises(StoreUnavailable, match="a file stands where a folder is needed"):
        store.put("a/b/c", b"")


def test_a_private_place_is_its_owners_alone(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "restricted", private=True)
    store.put_new("keys/a", b"k")
    store.put("keys/a", b"l")
    assert (store.root / "keys" / "a").stat().st_mode & 0o777 == 0o600
    assert (store.root / "keys").stat().st_mode & 0o777 == 0o700
    assert store.root.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_one_sentence_and_leaves_nothing(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    store.put_new("a/0", b"kept")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="the disk is full") as caught:
        store.put_new("a/1", b"lost")
    monkeypatch.undo()
    assert str(caught.value).startswith(f"{store.root}/a/1: ")
    assert [p.name for p in (store.root / "a").iterdir()] == ["0"]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (13, r"may not write it\. Give this account access"),
        (30, "read-only"),
        (5, "reported a fault"),
        (95, "no hard links"),
    ],
)
def test_what_the_disk_refuses_is_explained(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(StoreUnavailable, match=says):
        store.put_new("a", b"")
