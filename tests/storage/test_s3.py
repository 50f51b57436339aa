"""A bucket holds what it was given against writers, attackers and a bad line, on a real S3 server."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from storage import open_store
from storage.retries import Patience
from storage.s3 import S3Store
from study import StudyError
from study.objects import AlreadyStored, NotStored, Retention, StoreUnavailable
from tests.flaky_door import FlakyDoor
from tests.weed import Weed

pytestmark = pytest.mark.real
KEY = "seals/00000000.jsonl"


@pytest.fixture(autouse=True)
def account(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process acts as the server's admin."""
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def door(weed: Weed) -> Iterator[FlakyDoor]:
    with FlakyDoor(weed.endpoint) as door:
        yield door


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def store(weed: Weed, door: FlakyDoor, waits: list[float]) -> S3Store:
    """A store behind the flaky door whose waiting costs nothing: chance is always one half."""
    patience = Patience(waits.append, lambda: 0.5)
    place = f"s3://{weed.shared_bucket(locked=True)}/{uuid.uuid4()}/p"
    return S3Store(place, endpoint=door.endpoint, patience=patience, timeout_s=0.5)


def refused(code: str, act: Any, **arguments: Any) -> None:
    with pytest.raises(ClientError) as caught:
        act(**arguments)
    assert caught.value.response["Error"]["Code"] == code


# Object Lock


def test_retention_is_set_on_each_object_and_cannot_be_shortened_or_lifted(weed: Weed) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    bucket = weed.bucket()
    store = S3Store(f"s3://{bucket}/p", retention=Retention("COMPLIANCE", until))
    stored = store.put_new(KEY, b"sealed")
    assert store.retention_of(KEY) == Retention("COMPLIANCE", until)
    client, named = weed.client(), {"Bucket": bucket, "Key": f"p/{KEY}", "VersionId": stored.version_id}
    sooner = {"Mode": "COMPLIANCE", "RetainUntilDate": until - timedelta(days=2)}
    refused("AccessDenied", client.put_object_retention, **named, Retention=sooner)
    refused("AccessDenied", client.put_object_retention, **named, Retention=sooner, BypassGovernanceRetention=True)
    refused("AccessDenied", client.delete_object, **named, BypassGovernanceRetention=True)
    assert store.retention_of(KEY, stored.version_id) == Retention("COMPLIANCE", until)
    with pytest.raises(StoreUnavailable, match=r"seals/00000000.jsonl: 1 of 1 versions stay\. Object Lock holds it"):
        store.erase_all_versions(KEY, bypass_governance=True)
    assert store.get(KEY, stored.version_id) == b"sealed"
    store.retention = Retention("GOVERNANCE", until)
    store.put_new("seals/1", b"")
    assert store.retention_of("seals/1") == Retention("GOVERNANCE", until)


def test_the_buckets_default_holds_where_no_retention_is_given(weed: Weed) -> None:
    store = S3Store(f"s3://{weed.bucket(mode='GOVERNANCE', days=2)}")
    stored = store.put_new(KEY, b"sealed")
    held = store.retention_of(KEY)
    assert held
    assert (held.mode, held.until - stored.stored_at < timedelta(days=2, minutes=1)) == ("GOVERNANCE", True)
    assert store.ready_for_a_trail() == ()


def test_governance_is_lifted_only_when_asked_for(weed: Weed) -> None:
    store = S3Store(f"s3://{weed.bucket(mode='GOVERNANCE')}/p")
    store.put_new(KEY, b"sealed")
    with pytest.raises(StoreUnavailable, match="Object Lock holds it"):
        store.erase_all_versions(KEY)
    assert store.get(KEY) == b"sealed"
    assert store.erase_all_versions(KEY, bypass_governance=True) == 1
    assert list(store.list_versions()) == []


def test_what_a_bucket_lacks_for_a_trail_is_said(weed: Weed) -> None:
    plain = open_store(f"s3://{weed.bucket(locked=False, versioned=False)}/p")
    unlocked = open_store(f"s3://{weed.bucket()}/p")
    assert isinstance(plain, S3Store)
    assert isinstance(unlocked, S3Store)
    assert [re.sub("s3://[^:]*", "PLACE", what) for what in plain.ready_for_a_trail()] == [
        "PLACE: the bucket has no Object Lock. Make one that has, as docs/s3.md says.",
        "PLACE: the bucket keeps no versions. Turn versioning on, as docs/s3.md says.",
    ]
    assert "nothing would be locked" in unlocked.ready_for_a_trail()[0]
    assert S3Store(unlocked.place, retention=Retention("GOVERNANCE", datetime.now(UTC))).ready_for_a_trail() == ()
    assert (plain.has_object_lock(), unlocked.has_object_lock()) == (False, True)
    plain.put_new(KEY, b"")
    unlocked.put_new(KEY, b"")
    assert plain.retention_of(KEY) is unlocked.retention_of(KEY) is None
    with pytest.raises(NotStored):
        unlocked.retention_of("absent")
    locked = S3Store(plain.place, retention=Retention("GOVERNANCE", datetime.now(UTC) + timedelta(days=1)))
    with pytest.raises(StoreUnavailable, match=r"s3://.*/p/seals/1: the server refused \(InvalidRequest\)"):
        locked.put_new("seals/1", b"")


# Versions


def test_a_delete_marker_and_a_new_put_leave_a_trace(weed: Weed) -> None:
    bucket = weed.bucket()
    store = S3Store(f"s3://{bucket}/p")
    first = store.put_new(KEY, b"sealed")
    weed.client().delete_object(Bucket=bucket, Key=f"p/{KEY}")
    with pytest.raises(NotStored):
        store.get(KEY)
    assert list(store.list()) == []
    assert [s.version_id for s in store.list_versions()] == [first.version_id]
    second = store.put_new(KEY, b"forged")  # If-None-Match looks only at the current version
    assert [s.version_id for s in store.list_versions()] == [first.version_id, second.version_id]
    assert [s.version_id for s in store.list()] == [second.version_id]
    assert (store.get(KEY), store.get(KEY, first.version_id)) == (b"forged", b"sealed")
    assert store.erase_all_versions(KEY) == 2
    assert weed.client().list_object_versions(Bucket=bucket).keys().isdisjoint({"Versions", "DeleteMarkers"})


def test_versions_come_oldest_first_across_pages(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    store = S3Store(f"s3://{weed.shared_bucket()}/{uuid.uuid4()}")
    put = [store.put(f"a/{n % 3}", b"x" * n) for n in range(9)]
    asked = store.bucket.client.list_object_versions
    pages: list[int] = []

    def three_at_a_time(**arguments: Any) -> Any:
        pages.append(1)
        return asked(**arguments, MaxKeys=4)

    monkeypatch.setattr(store.bucket.client, "list_object_versions", three_at_a_time)
    assert [(s.key, s.bytes) for s in store.list_versions()] == [(f"a/{n}", n + m) for n in range(3) for m in (0, 3, 6)]
    assert len(pages) == 3
    assert [s.version_id for s in store.list()] == [s.version_id for s in put[6:]]


# Checksums


def test_other_bytes_than_announced_are_refused(weed: Weed, store: S3Store, door: FlakyDoor) -> None:
    pass_on = door.pass_on

    def altered(method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        return pass_on(method, path, headers, body.replace(b"sealed", b"forged"))

    door.pass_on = altered  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable, match=r"p/seals/00000000.jsonl: other bytes arrived than were sent"):
        store.put_new(KEY, b"sealed")
    assert list(store.list_versions()) == []


def test_a_reply_altered_on_the_way_is_asked_for_again_and_never_handed_on(store: S3Store, door: FlakyDoor) -> None:
    store.put_new(KEY, b"sealed")
    door.faults.extend(["altered", "altered"])
    assert store.get(KEY) == b"sealed"
    door.faults.extend(["altered"] * 6)
    with pytest.raises(StoreUnavailable, match=r"p/seals/00000000.jsonl: the stored bytes are not those of its chec"):
        store.get(KEY)


def test_a_server_that_confirms_other_bytes_is_not_believed(store: S3Store) -> None:
    def forged(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ChecksumSHA256"] = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="

    store.bucket.client.meta.events.register("after-call.s3.PutObject", forged)
    with pytest.raises(StoreUnavailable, match=r"p/seals/00000000.jsonl: the server did not confirm the SHA-256"):
        store.put_new(KEY, b"sealed")


# A bad line


@pytest.mark.parametrize("fault", ["500 InternalError", "503 SlowDown", "409 ConditionalRequestConflict", "lost"])
def test_what_passes_is_tried_again(store: S3Store, door: FlakyDoor, waits: list[float], fault: str) -> None:
    door.faults.extend([fault, fault])
    stored = store.put_new(KEY, b"sealed")
    assert waits == [0.05, 0.1]
    assert [(s.key, s.version_id, s.bytes) for s in store.list_versions()] == [(KEY, stored.version_id, 6)]
    door.faults.extend([fault, fault])
    assert store.get(KEY) == b"sealed"
    door.faults.extend([fault, fault])
    assert [s.key for s in store.list()] == [KEY]


def test_silence_ends_and_the_write_stands_once(store: S3Store, door: FlakyDoor) -> None:
    door.faults.append("silent")
    stored = store.put_new(KEY, b"sealed")
    assert [s.version_id for s in store.list_versions()] == [stored.version_id]
    assert door.passed[:3] == ["PUT", "PUT", "GET"]


def test_a_lost_reply_is_told_from_anothers_object_by_its_bytes(weed: Weed, store: S3Store, door: FlakyDoor) -> None:
    door.faults.append("500 InternalError")
    weed.client().put_object(Bucket=store.bucket.name, Key=f"{store.bucket.prefix}{KEY}", Body=b"another's")
    with pytest.raises(AlreadyStored):
        store.put_new(KEY, b"ours")
    assert store.get(KEY) == b"another's"


def test_patience_ends_and_is_bounded(store: S3Store, door: FlakyDoor, waits: list[float]) -> None:
    door.faults.extend(["503 SlowDown"] * 50)
    with pytest.raises(StoreUnavailable, match=r"p/seals/00000000.jsonl: the server asks to be asked less often\."):
        store.put_new(KEY, b"sealed")
    assert door.asked == ["PUT"] * 6
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8]


def test_what_does_not_pass_is_not_tried_again(store: S3Store, door: FlakyDoor, waits: list[float]) -> None:
    door.faults.append("403 AccessDenied")
    with pytest.raises(StoreUnavailable, match="this account may not do that"):
        store.put_new(KEY, b"sealed")
    assert (door.asked, waits) == (["PUT"], [])


def test_an_absent_object_is_absent_even_where_s3_would_not_say(store: S3Store, door: FlakyDoor) -> None:
    """AWS answers a GET of a missing key with 403, not 404, when the right to list is limited to a prefix."""
    store.put_new(KEY, b"sealed")
    door.faults.append("403 AccessDenied")
    with pytest.raises(NotStored):
        store.get("seals/00000001.jsonl")
    door.faults.append("403 AccessDenied")
    with pytest.raises(StoreUnavailable, match="this account may not do that"):
        store.get(KEY)


# What a person can mend


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("403 RequestTimeTooSkewed", r"this machine's clock is too far off\. Set the clock right"),
        ("400 ExpiredToken", r"the credentials have expired\. Sign in again"),
        ("400 AuthorizationHeaderMalformed", r"lies in another region\. Set AWS_REGION"),
        ("403 QuotaExceeded", "the space granted is used up"),
        ("418 Teapot", r"the server refused \(Teapot\)"),
        ("501 NotImplemented", "this server cannot do that"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_servers_words(
    store: S3Store, door: FlakyDoor, fault: str, says: str
) -> None:
    door.faults.extend([fault] * 6)
    with pytest.raises(StoreUnavailable, match=says) as caught:
        store.put_new(KEY, b"sealed")
    assert str(caught.value).startswith(f"{store.place}/{KEY}: ")
    assert "secret-of-the-server" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_accounts_and_addresses_that_do_not_work_are_said(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, patience = weed.shared_bucket(), Patience(lambda seconds: None, lambda: 0.0)

    def said(address: str = f"s3://{bucket}/p", **options: Any) -> str:
        with pytest.raises(StoreUnavailable) as caught:
            S3Store(address, patience=patience, **options).put_new(KEY, b"sealed")
        return str(caught.value)

    assert said("s3://no-such-bucket/p").startswith(f"s3://no-such-bucket/p/{KEY}: there is no such bucket. Correct")
    assert "http://127.0.0.1:9 cannot be reached" in said(endpoint="http://127.0.0.1:9")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    assert "the secret key does not match the access key. Check the AWS credentials" in said()
    assert "not-the-secret" not in said()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    assert "the access key is not known there" in said()
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no usable AWS credentials were found" in said()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "no usable AWS credentials were found. Sign in, or set AWS_PROFILE" in said()
    monkeypatch.setenv("AWS_PROFILE", "absent")
    assert "no usable AWS credentials were found" in said()


def test_an_identity_without_rights_is_told_whom_to_ask(weed: Weed, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, stranger = weed.shared_bucket(), weed.identity()
    for name, value in weed.environment(stranger).items():
        monkeypatch.setenv(name, value)
    store = S3Store(f"s3://{bucket}/p")
    acts = (lambda: list(store.list()), lambda: store.put(KEY, b""), lambda: store.get(KEY), store.has_object_lock)
    for act in acts:
        with pytest.raises(StoreUnavailable, match=r"this account may not do that\. Ask whoever runs the bucket"):
            act()


def test_a_server_that_is_none_of_s3_is_named(store: S3Store, door: FlakyDoor) -> None:
    door.pass_on = lambda *request: (404, [("Content-Type", "text/html")], b"<html>")  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable, match=r"the server refused \(404\)\. Check that storage.endpoint names an S3"):
        list(store.list())
    with pytest.raises(StoreUnavailable, match=r"the server refused \(404\)"):
        store.get(KEY)  # not taken for a trail without that object


def test_a_directory_needs_no_boto3(tmp_path: Path) -> None:
    code = "import sys, storage; storage.open_store(sys.argv[1]).put_new('a', b''); sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2]).returncode == 0


@pytest.mark.parametrize("address", ["s3://", "s3://A_b/x", "s3://bucket//x", "s3://bucket/../x", "ftp://bucket/x"])
def test_a_malformed_address_is_refused(address: str) -> None:
    with pytest.raises(StudyError, match=r"is no (S3 address|place)"):
        open_store(address)


@pytest.mark.parametrize("endpoint", ["localhost:8333", "http://me:hunter2@host", "http://host/x?y", "", "file:///x"])
def test_a_malformed_endpoint_is_refused_and_not_quoted(endpoint: str) -> None:
    with pytest.raises(StudyError, match="the endpoint is no http or https address") as caught:
        S3Store("s3://bucket", endpoint=endpoint)
    assert "hunter2" not in str(caught.value)
