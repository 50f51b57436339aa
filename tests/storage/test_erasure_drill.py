"""The drill of docs/erasure.md: a name was sealed into the trail, on a real S3 server under GOVERNANCE.

Rehearsed step by step: who cannot remove the object and who can, what the verifier says before and after, how the
removal is recorded, and that a cleaned copy in its place never passes.
"""

from __future__ import annotations

import contextlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from storage import open_store
from storage.mirror import local_copy
from storage.policy import documents
from storage.s3 import S3Store
from study import Actor, Fact, Run, StudyError
from study.objects import StoreUnavailable
from tasks.removal import announced, removed
from tests.weed import Weed
from trail import Trail, seal
from trail.note import generate_key
from trail.verify_trail import main

pytestmark = pytest.mark.real

ORIGIN = "fieldtrail/drill/00c0ffee"
PRIVATE, VKEY = generate_key(ORIGIN)
NAME = "Kowalczyk"


class Drill:
    """A trail in a bucket under GOVERNANCE, and one identity of each role."""

    def __init__(self, weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bucket = weed.bucket(mode="GOVERNANCE", days=1)
        roles = documents(self.bucket)
        self.owner = weed.client()
        self.client: dict[str, Any] = {}
        self.store: dict[str, S3Store] = {}
        for role in ("writer", "sealer", "data-protection"):
            identity = weed.identity(roles[role])
            self.client[role] = weed.client(identity)
            for name, value in weed.environment(identity).items():
                monkeypatch.setenv(name, value)
            self.store[role] = open_store(f"s3://{self.bucket}")

    @contextlib.contextmanager
    def run(self) -> Iterator[Any]:
        """One run of the study, as the part of a workspace that recording a removal needs."""
        store = self.store["writer"]
        trail = Trail.open(
            store,
            study=ORIGIN,
            actor=Actor("service", "fieldtrail", "software"),
            run=Run(str(uuid.uuid4()), "record-amendment", "none", 1, "0.1.0"),
            now=lambda: datetime.now(UTC),
            forbidden=lambda line: None,  # the never-list did not know the name
        )
        events: Callable[..., Any] = lambda kinds=None: trail.events(kinds=kinds)  # noqa: E731
        yield SimpleNamespace(trail=trail, trail_store=store, origin=ORIGIN, instant="2026-01-05", events=events)
        trail.close()

    def seal(self) -> None:
        seal(self.store["sealer"], origin=ORIGIN, key=PRIVATE, now=lambda: datetime.now(UTC))

    def verdict(self, *options: str) -> dict[str, Any]:
        """What an auditor's copy of the bucket says."""
        printed = io.StringIO()
        with local_copy(self.store["data-protection"]) as copy, contextlib.redirect_stdout(printed):
            code = main([str(copy.directory), "--key", VKEY, "--json", *self.versions(copy), *options])
        return {**json.loads(printed.getvalue()), "code": code}

    def versions(self, copy: Any) -> list[str]:
        return ["--versions", str(copy.versions)]

    def key_with_the_name(self) -> str:
        """The object a search for the name finds: in the bucket, not in the software."""
        store = self.store["data-protection"]
        (key,) = [s.key for s in store.list("lanes/") if NAME.encode() in store.get(s.key)]
        return key


@pytest.fixture
def drill(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """A trail of two runs; in the second object of the first somebody's name is sealed as an amendment's id."""
    drill = Drill(weed, monkeypatch)
    opened = {"time_zone": "UTC", "protocol": "ab" * 32, "approval_from": "2026-01-05"}
    with drill.run() as place:
        place.trail.append([Fact("study.opened", "2026-01-05", data=opened)])
        place.trail.append([Fact("amendment.submitted", "2026-01-06", data={"amendment": f"{NAME}-2"})])
        place.trail.append([Fact("storage.dpia", "2026-01-07", data={"assessment": "D1"})])
    drill.seal()
    with drill.run() as place:
        place.trail.append([Fact("approval.renewed", "2026-01-08", data={"approval_from": "2026-01-08"})])
    drill.seal()
    assert drill.verdict()["faults"] == []
    return drill


def refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    return False


def test_only_data_protection_can_remove_it_and_the_removal_stays_visible(drill: Drill) -> None:
    key, before = drill.key_with_the_name(), drill.verdict()
    with drill.run() as place:
        with pytest.raises(StudyError, match="Announce it"):
            removed(place, "D7", [key])
        announced(place, "D7")
        with pytest.raises(StudyError, match="still there"):
            removed(place, "D7", [key])
    drill.seal()

    (version,) = [s.version_id for s in drill.store["writer"].list_versions(key)]
    named = {"Bucket": drill.bucket, "Key": key, "VersionId": version}
    sooner = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(minutes=5)}
    for role in ("writer", "sealer"):
        client = drill.client[role]
        assert refused(lambda client=client: client.delete_object(**named))
        assert refused(lambda client=client: client.delete_object(**named, BypassGovernanceRetention=True))
        assert refused(lambda client=client: client.delete_object(Bucket=drill.bucket, Key=key))
        assert refused(
            lambda client=client: client.put_object_retention(**named, Retention=sooner, BypassGovernanceRetention=True)
        )
    with pytest.raises(StoreUnavailable):
        drill.store["data-protection"].erase_all_versions(key)  # locked, without the bypass
    assert drill.verdict()["faults"] == []
    assert drill.store["data-protection"].erase_all_versions(key, bypass_governance=True) == 1

    found = drill.verdict("--pin", f"{before['size']}:{before['root']}")
    assert found["code"] == 1
    assert found["faults"] == [f"MISSING_OBJECT {key} (events 1..1)"]

    with drill.run() as place:
        assert [e.kind for e in place.events()].count("storage.dpia") == 0  # behind the gap, until it is explained
        assert removed(place, "D7", [key]).data["trail_objects"] == [key]
    drill.seal()
    assert drill.verdict()["faults"] == found["faults"]
    with drill.run() as place:
        kinds = [e.kind for e in place.events()]
        assert kinds.count("storage.dpia") == kinds.count("approval.renewed") == 1
        assert "amendment.submitted" not in kinds
        assert place.trail.unread == ()
    store = drill.store["data-protection"]
    assert not [s.key for s in store.list_versions() if NAME.encode() in store.get(s.key, s.version_id)]


def test_a_cleaned_copy_in_its_place_never_passes(drill: Drill) -> None:
    key = drill.key_with_the_name()
    body = drill.store["writer"].get(key)
    clean = body.replace(NAME.encode(), b"A" * len(NAME))
    drill.store["data-protection"].erase_all_versions(key, bypass_governance=True)
    drill.store["writer"].put_new(key, clean)
    drill.seal()
    (fault,) = drill.verdict()["faults"]
    assert fault.split()[:2] in (["OBJECT_ALTERED", key], ["EXTRA_VERSION", key])


def test_hidden_under_a_delete_marker_it_is_found_by_the_listing_of_versions(drill: Drill) -> None:
    """By the account's owner: no role may put a delete marker."""
    key = drill.key_with_the_name()
    clean = drill.store["writer"].get(key).replace(NAME.encode(), b"A" * len(NAME))
    drill.owner.delete_object(Bucket=drill.bucket, Key=key)
    drill.store["writer"].put_new(key, clean)
    (fault,) = drill.verdict()["faults"]
    assert fault.split()[:2] == ["EXTRA_VERSION", key]
