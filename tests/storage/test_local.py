"""What only a directory does, beside what test_both_stores.py holds it to: links, rights, full disks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage import LocalStore
from study import StudyError
from study.objects import NotStored, StoreUnavailable


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "place")


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


def test_a_file_of_any_length_is_read_in_parts(store: LocalStore) -> None:
    store.put("a/long", b"abcdefgh")
    assert list(store.get_parts("a/long", 3)) == [b"abc", b"def", b"gh"]
    for key in ("a/none", "a"):
        with pytest.raises(NotStored):
            list(store.get_parts(key))


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put("deidentified/I0001.txt", b"kept")
    left, young = tmp_path / "deidentified/.0123456789abcdef.tmp", tmp_path / ".fedcba9876543210.tmp"
    for path in (left, young, tmp_path / "deidentified/.notes.tmp"):
        path.write_bytes(b"half a na")
    os.utime(left, (0, 0))
    os.utime(tmp_path / "deidentified/.notes.tmp", (0, 0))
    assert store.erase_unfinished() == 1
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [young.name, ".notes.tmp", "I0001.txt"]
