"""Objects in an S3 bucket: each written once under Object Lock (a trail), or replaceable (a study folder).

Write-once is a conditional PUT, `If-None-Match: *`: S3 answers 412 when the key has a current version, so of racing
writers exactly one wins. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from storage import keys
from storage.retries import Patience
from storage.s3_bucket import ABSENT, NO_LOCK, Bucket
from storage.s3_faults import code_of, status_of
from study.objects import AlreadyStored, NotStored, Retention, Stored, StoreUnavailable

_BATCH = 1000
_AT_ONCE = 16
_LOCKED = "Object Lock holds it, or this account may not erase. Ask the data-protection role, as docs/s3.md says."


class S3Store:
    """The objects under s3://bucket/prefix as `ImmutableStore` and `FolderStore`.

    `retention` is set on each object that `put_new` writes from then on; without it the bucket's default holds.
    `endpoint` names a server other than AWS. StudyError for a malformed address.
    """

    def __init__(
        self,
        address: str,
        *,
        endpoint: str | None = None,
        retention: Retention | None = None,
        patience: Patience | None = None,
        timeout_s: float = 15.0,
    ) -> None:
        self.bucket = Bucket(address, endpoint, patience, timeout_s)
        self.retention = retention

    @property
    def place(self) -> str:
        return self.bucket.place

    def put_new(self, key: str, body: bytes) -> Stored:
        """Write `body` under a free key, else raise AlreadyStored; a lost reply is resolved by comparing bytes."""
        put = self._put(key, body, IfNoneMatch="*", **self._lock_arguments())

        def request(tried: int) -> Stored:
            try:
                return put(tried)
            except ClientError as error:
                if status_of(error) != 412:
                    raise
            if not tried or self.bucket.read(self.bucket.full(key)) != body:
                raise AlreadyStored(key)
            return self._head(key)

        return self.bucket.attempt(request, key)

    def put(self, key: str, body: bytes) -> Stored:
        """Write `body` under `key`; where the bucket keeps versions the former ones stay, until erased."""
        return self.bucket.attempt(self._put(key, body), key)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """The bytes under `key`, of that version or the current one, held against the checksum S3 keeps.

        NotStored when there are none; StoreUnavailable when they do not match.
        """
        full = self.bucket.full(key)
        return self.bucket.attempt(lambda _: self.bucket.read(full, version_id), key)

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        """The bytes under each of these keys, in their order, several fetched at once."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            wanted = iter(keys)
            coming = deque(threads.submit(self.get, key) for key in islice(wanted, 4 * _AT_ONCE))
            try:
                while coming:
                    yield coming.popleft().result()
                    coming.extend(threads.submit(self.get, key) for key in islice(wanted, 1))
            finally:
                threads.shutdown(cancel_futures=True)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Every current object whose key starts with `prefix`, sorted by key."""
        yield from sorted((stored for stored, latest in self._versions(prefix) if latest), key=lambda row: row.key)

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        """Every version, delete markers excluded, sorted by key and then oldest first."""
        found = [stored for stored, _ in self._versions(prefix)]
        found.reverse()  # S3 lists the newest version of a key first
        yield from sorted(found, key=lambda row: row.key)

    def erase_all_versions(self, key: str, *, bypass_governance: bool = False) -> int:
        """Remove every version of `key` and its delete markers; how many versions there were.

        StoreUnavailable when Object Lock holds one; `bypass_governance` lifts GOVERNANCE if this identity may.
        """
        full = self.bucket.full(key)
        found = [(row["VersionId"], version) for row, version in self.bucket.entries(full) if row["Key"] == full]
        versions = [version_id for version_id, is_version in found if is_version]
        markers = [version_id for version_id, is_version in found if not is_version]
        for group in (versions, markers):  # versions first: while one stays, its marker must stay
            for start in range(0, len(group), _BATCH):
                self._erase(key, group[start : start + _BATCH], bypass_governance)
        return len(versions)

    def erase_old_versions(self, key: str) -> int:
        """Remove every version of `key` but the current one; how many there were. StoreUnavailable for a locked one."""
        full = self.bucket.full(key)
        rows = [row for row, is_version in self.bucket.entries(full) if is_version and row["Key"] == full]
        old = [row["VersionId"] for row in rows if not row["IsLatest"]]
        for start in range(0, len(old), _BATCH):
            self._erase(key, old[start : start + _BATCH], bypass=False)
        return len(old)

    def erase_unfinished(self, older_s: float = 600.0) -> int:
        """0: an object is there whole or not at all."""
        return 0

    def retention_of(self, key: str, version_id: str | None = None) -> Retention | None:
        """How the current (or that) version of `key` is locked; None when it is not, NotStored without one."""

        def request(tried: int) -> Retention | None:
            try:
                reply = self.bucket.client.get_object_retention(**self._named(key, version_id))
            except ClientError as error:
                if code_of(error) in ABSENT:
                    raise NotStored(key) from None
                if code_of(error) in NO_LOCK | {"InvalidRequest"}:
                    return None
                raise
            return Retention(reply["Retention"]["Mode"], reply["Retention"]["RetainUntilDate"].astimezone(UTC))

        return self.bucket.attempt(request, key)

    def has_object_lock(self) -> bool:
        """Whether the bucket has Object Lock: a trail needs it; study, restricted and out must be without."""
        return self.bucket.lock() is not None

    def ready_for_a_trail(self) -> tuple[str, ...]:
        """What is wrong with the bucket for a trail, one sentence each; empty when it is ready."""
        lock, wrong = self.bucket.lock(), []
        if lock is None:
            wrong.append("the bucket has no Object Lock. Make one that has, as docs/s3.md says.")
        elif self.retention is None and "DefaultRetention" not in lock.get("Rule", {}):
            wrong.append("nothing would be locked. Set retention.ends in study.yaml, or a default in the bucket.")
        if not self.bucket.keeps_versions():
            wrong.append("the bucket keeps no versions. Turn versioning on, as docs/s3.md says.")
        return tuple(f"{self.place}: {what}" for what in wrong)

    def _lock_arguments(self) -> dict[str, Any]:
        if self.retention is None:
            return {}
        return {"ObjectLockMode": self.retention.mode, "ObjectLockRetainUntilDate": self.retention.until}

    def _named(self, key: str, version_id: str | None = None) -> dict[str, str]:
        named = {"Bucket": self.bucket.name, "Key": self.bucket.full(key)}
        return {**named, "VersionId": version_id} if version_id else named

    def _put(self, key: str, body: bytes, **conditions: Any) -> Callable[[int], Stored]:
        """The PUT as a request to attempt; StoreUnavailable when S3 did not confirm the SHA-256 that we computed."""
        checksum = b64encode(sha256(body).digest()).decode()
        named = self._named(key)

        def request(tried: int) -> Stored:
            reply = self.bucket.client.put_object(
                **named, Body=body, ChecksumAlgorithm="SHA256", ChecksumSHA256=checksum, **conditions
            )
            if reply.get("ChecksumSHA256") != checksum:
                raise StoreUnavailable(
                    f"{self.place}/{key}: the server did not confirm the SHA-256 of what was sent. "
                    "Use a server that keeps SHA-256 checksums, as docs/s3.md says."
                )
            stored_at = parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)
            return Stored(key, reply.get("VersionId", ""), len(body), stored_at)

        return request

    def _head(self, key: str) -> Stored:
        reply = self.bucket.client.head_object(**self._named(key))
        return Stored(key, reply.get("VersionId", ""), reply["ContentLength"], reply["LastModified"].astimezone(UTC))

    def _versions(self, prefix: str) -> Iterator[tuple[Stored, bool]]:
        """Each listed version under our own key and whether it is current, as S3 lists them."""
        folder = prefix.rpartition("/")[0]
        if folder:
            self.bucket.full(folder)
        for row, is_version in self.bucket.entries(self.bucket.prefix + prefix):
            key = row["Key"].removeprefix(self.bucket.prefix)
            if is_version and not keys.is_hidden(key) and not key.endswith("/"):
                version_id = "" if row["VersionId"] == "null" and row["IsLatest"] else row["VersionId"]
                yield Stored(key, version_id, row["Size"], row["LastModified"].astimezone(UTC)), row["IsLatest"]

    def _erase(self, key: str, versions: Sequence[str], bypass: bool) -> None:
        full = self.bucket.full(key)
        objects = [{"Key": full, "VersionId": version} for version in versions]
        named = {"BypassGovernanceRetention": True} if bypass else {}
        reply = self.bucket.attempt(
            lambda _: self.bucket.client.delete_objects(
                Bucket=self.bucket.name, Delete={"Objects": objects, "Quiet": True}, **named
            ),
            key,
        )
        left = [error["Code"] for error in reply.get("Errors", []) if error["Code"] != "NoSuchVersion"]
        if left:
            reason = _LOCKED if "AccessDenied" in left else f"The server said {left[0]}; run again."
            raise StoreUnavailable(f"{self.place}/{key}: {len(left)} of {len(versions)} versions stay. {reason}")
