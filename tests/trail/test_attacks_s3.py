"""Attacks on a trail on a real S3 server with Object Lock: a new object over a delete marker, and the server's own
back door. Each is verified on a copy with the bucket's versions, and on the same copy without them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage import open_store
from storage.mirror import local_copy
from study import Actor, Fact, Run
from trail import Trail, Verdict, seal, verify

pytestmark = pytest.mark.real

Notebook = Any


@pytest.fixture
def kept(weed: Any, notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A trail of two sealed objects in a locked bucket: the store, and the bucket's name."""
    for name, value in weed.environment("admin").items():
        monkeypatch.setenv(name, value)
    bucket = weed.bucket(locked=True, mode="GOVERNANCE", days=1)
    store = open_store(f"s3://{bucket}/trail", endpoint=weed.endpoint)
    trail = Trail.open(
        store,
        study=notebook.origin,
        actor=Actor("service", "fieldtrail", "software"),
        run=Run("s3", "track-consent", "none", 1, "0.1.0"),
        now=_now,
        forbidden=lambda line: None,
    )
    trail.append([notebook.opened()])
    trail.append([_site(notebook, 1), _site(notebook, 2)])
    seal(store, origin=notebook.origin, key=notebook.private, now=_now)
    return store, bucket


def _now() -> datetime:
    return datetime.now(UTC)


def _site(notebook: Notebook, number: int) -> Fact:
    fact: Fact = notebook.site(number)
    return fact


def verdicts(store: Any, vkey: str) -> tuple[Verdict, Verdict]:
    """The verdict on a copy with the bucket's versions, and without."""
    with local_copy(store) as copy:
        assert isinstance(copy.versions, Path)
        return verify(copy.directory, vkey, versions=copy.versions), verify(copy.directory, vkey)


def names(verdict: Verdict) -> list[str]:
    return [fault.split()[0] for fault in verdict.faults]


def second(store: Any) -> str:
    return sorted(stored.key for stored in store.list("lanes/"))[1]


def test_untouched(kept: Any, notebook: Notebook) -> None:
    with_versions, without = verdicts(kept[0], notebook.vkey)
    assert with_versions.faults == without.faults == ()
    assert with_versions.events == 3
    assert not any("--versions" in note for note in with_versions.notes)


@pytest.mark.parametrize("other", [False, True])
def test_a_delete_marker_and_a_new_object_in_its_place(kept: Any, weed: Any, notebook: Notebook, other: bool) -> None:
    store, bucket = kept
    key = second(store)
    body = store.get(key).replace(b"S002", b"S009" if other else b"S002")
    client = weed.client()
    client.delete_object(Bucket=bucket, Key=f"trail/{key}")
    with_versions, without = verdicts(store, notebook.vkey)
    assert names(with_versions) == ["EXTRA_VERSION"]
    assert names(without) == ["MISSING_OBJECT"]
    client.put_object(Bucket=bucket, Key=f"trail/{key}", Body=body, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
    with_versions, without = verdicts(store, notebook.vkey)
    assert with_versions.faults == (f"EXTRA_VERSION {key} (3 versions or deletions)",)
    assert names(without) == (["OBJECT_ALTERED"] if other else [])
    if not other:
        assert any("--versions" in note for note in without.notes)


def test_other_bytes_through_the_servers_back_door(kept: Any, weed: Any, notebook: Notebook) -> None:
    store, bucket = kept
    key = second(store)
    body = store.get(key).replace(b"S002", b"S009")
    weed.tamper(bucket, f"trail/{key}", body)
    with_versions, without = verdicts(store, notebook.vkey)
    assert names(with_versions) == names(without) == ["OBJECT_ALTERED"]


def test_an_object_that_vanished_through_the_back_door(kept: Any, weed: Any, notebook: Notebook) -> None:
    store, bucket = kept
    key = second(store)
    weed.vanish(bucket, f"trail/{key}")
    with_versions, without = verdicts(store, notebook.vkey)
    assert [fault.split()[1] for fault in with_versions.faults] == [key]
    assert names(without) == ["MISSING_OBJECT"]
