"""An auditor's tools read a copy of the bucket: what was current in it, and the listing of what else there is."""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from storage import LocalStore, open_store
from storage.mirror import Copy, local_copy
from storage.s3 import S3Store
from study.objects import StoreUnavailable
from tests.weed import Weed


def files(copy: Copy) -> dict[str, bytes]:
    found = (path for path in copy.directory.rglob("*") if path.is_file())
    return {path.relative_to(copy.directory).as_posix(): path.read_bytes() for path in found}


def test_a_directory_is_its_own_copy(tmp_path: Path) -> None:
    with local_copy(LocalStore(tmp_path)) as copy:
        assert copy == Copy(tmp_path, None)
    assert tmp_path.exists()


@pytest.fixture
def bucket(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    store = open_store(f"s3://{weed.shared_bucket(locked=True)}/{uuid.uuid4()}/study/trail")
    assert isinstance(store, S3Store)
    return store


@pytest.mark.real
def test_a_bucket_is_copied_privately_with_its_versions_and_the_copy_removed(weed: Weed, bucket: S3Store) -> None:
    keys = [f"lanes/2026-01-02/run.1/{n:06d}.jsonl" for n in range(40)]
    put = {key: bucket.put_new(key, key.encode()) for key in keys}
    client, name = weed.client(), bucket.bucket.name
    client.delete_object(Bucket=name, Key=f"{bucket.bucket.prefix}{keys[0]}")
    client.put_object(Bucket=name, Key=f"{bucket.bucket.prefix}{keys[0]}", Body=b"put anew")
    client.delete_object(Bucket=name, Key=f"{bucket.bucket.prefix}{keys[1]}")
    client.put_object(Bucket=name, Key=f"{bucket.bucket.prefix[:-1]}er", Body=b"another's")
    steps: list[tuple[int, int]] = []
    with local_copy(bucket, lambda done, of: steps.append((done, of))) as copy:
        assert copy.versions
        assert copy.directory.parent.stat().st_mode & 0o777 == 0o700
        assert files(copy) == {**{key: key.encode() for key in keys if key != keys[1]}, keys[0]: b"put anew"}
        listing = json.loads(copy.versions.read_text())
        assert steps == [(n + 1, 39) for n in range(39)]
    assert not copy.directory.parent.exists()
    first = [row for row in listing["Versions"] if row["Key"] == f"{bucket.bucket.prefix}{keys[0]}"]
    assert [(row["IsLatest"], row["Size"]) for row in first] == [(True, 8), (False, len(keys[0]))]
    assert first[1]["VersionId"] == put[keys[0]].version_id
    assert first[1]["LastModified"].endswith("+00:00")
    assert [(row["Key"], row["IsLatest"]) for row in listing["DeleteMarkers"]] == [
        (f"{bucket.bucket.prefix}{keys[0]}", False),
        (f"{bucket.bucket.prefix}{keys[1]}", True),
    ]


class OddBucket:
    """Stands in for a bucket whose keys no SeaweedFS would take."""

    prefix = "study/"
    keys = ("a", "a/x", "lanes//b", "x" * 300, "n\0l", "/etc/passwd", "folder/", ".DS_Store", "../../outside")

    def entries(self, prefix: str) -> Iterator[tuple[dict[str, Any], bool]]:
        for key in self.keys:
            yield {"Key": prefix + key, "VersionId": "null", "IsLatest": True, "Size": 1}, True

    def attempt(self, request: Callable[[int], Any], key: str = "") -> Any:
        return request(0)

    def read(self, full: str, version_id: str) -> bytes:
        return full.encode()


def test_keys_that_no_file_can_have_stay_inside_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store: Any = SimpleNamespace(bucket=OddBucket(), place="s3://odd/study")
    with local_copy(store) as copy:
        found = files(copy)
        assert set(os.listdir(copy.directory.parent)) == {"copy", "versions.json"}
        assert len(list(tmp_path.rglob("*outside*"))) == 0
    assert sorted(found.values()) == sorted(f"study/{key}".encode() for key in OddBucket.keys[:6])
    assert {name for name in found if not name.startswith("key%")} < {"a", "a/x"}
    assert os.listdir(tmp_path) == []


@pytest.mark.real
def test_without_access_nothing_is_copied(weed: Weed, bucket: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put_new("seals/00000000.jsonl", b"sealed")
    for name, value in weed.environment(weed.identity()).items():
        monkeypatch.setenv(name, value)
    refused = open_store(bucket.place)
    with pytest.raises(StoreUnavailable, match="this account may not do that"), local_copy(refused):
        pass


@pytest.mark.real
def test_what_came_in_through_the_back_door_is_copied_as_it_is(weed: Weed, bucket: S3Store) -> None:
    for number in range(3):
        bucket.put_new(f"seals/{number:08d}.jsonl", b"sealed")
    weed.tamper(bucket.bucket.name, f"{bucket.bucket.prefix}seals/00000001.jsonl", b"forged")
    weed.vanish(bucket.bucket.name, f"{bucket.bucket.prefix}seals/00000002.jsonl")
    with local_copy(bucket) as copy:
        assert files(copy) == {"seals/00000000.jsonl": b"sealed", "seals/00000001.jsonl": b"forged"}


@pytest.mark.real
def test_where_nothing_is_there_is_nothing_to_list(bucket: S3Store) -> None:
    with local_copy(bucket) as copy:
        assert (files(copy), copy.versions) == ({}, None)
