"""One bucket and prefix, reached with boto3: every request with our own retries, every refusal as a sentence.

Credentials come only from boto3's own chain (environment, profile, role); botocore's retries are off.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError

from storage import keys
from storage.retries import Patience
from storage.s3_faults import code_of, may_pass, sentence
from study.objects import NotStored

T = TypeVar("T")
ABSENT = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed"}  # the last for a delete marker; no bare 404: a web server's
NO_LOCK = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"}
_CONNECT_S = 5.0
_DESCRIPTIONS = create_loader()  # botocore's files about S3: parsed once a process, else 0.1 s a connection


class Bucket:
    """A bucket, the prefix in it and a connection; StudyError for a malformed address or endpoint."""

    def __init__(self, address: str, endpoint: str | None, patience: Patience | None, timeout_s: float) -> None:
        self.name, self.prefix = keys.bucket_and_prefix(address)
        self.patience = patience or Patience(time.sleep, random.random)
        self.endpoint = keys.checked_endpoint(endpoint) or "AWS"
        with self.explained():
            self.client: Any = _client(keys.checked_endpoint(endpoint), timeout_s)
        self.endpoint = self.client.meta.endpoint_url

    @property
    def place(self) -> str:
        return f"{keys.SCHEME}{self.name}/{self.prefix}".rstrip("/")

    def full(self, key: str) -> str:
        """The key in the bucket; StudyError for one that leads out of the prefix."""
        if keys.leads_out(key):
            raise keys.outside(key, self.place)
        return self.prefix + key

    def attempt(self, request: Callable[[int], T], key: str = "") -> T:
        """The result of `request(tries before)`, tried again while that may help; then StoreUnavailable."""
        with self.explained(key):
            return self.patience.attempt(request, may_pass)

    @contextmanager
    def explained(self, key: str = "") -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise sentence(error, f"{self.place}/{key}" if key else self.place, self.endpoint) from None

    def read(self, full: str, version_id: str | None = None) -> bytes:
        """One request for the bytes of a key in the bucket, held against the checksum S3 keeps; NotStored."""
        named = {"Bucket": self.name, "Key": full, **({"VersionId": version_id} if version_id else {})}
        try:
            reply = self.client.get_object(**named, ChecksumMode="ENABLED")
        except ClientError as error:
            absent = code_of(error) in ABSENT or (version_id and code_of(error) == "InvalidArgument")
            if absent or (code_of(error) == "AccessDenied" and not version_id and not self._is_listed(full)):
                raise NotStored(full.removeprefix(self.prefix)) from None
            raise
        body: bytes = reply["Body"].read()
        return body

    def _is_listed(self, full: str) -> bool:
        """Whether the key has a current version: S3 refuses to say so to who may list only under a prefix."""
        page = self.client.list_objects_v2(Bucket=self.name, Prefix=full)
        return any(row["Key"] == full for row in page.get("Contents", []))

    def entries(self, prefix: str) -> Iterator[tuple[dict[str, Any], bool]]:
        """Every version (True) and delete marker (False) as S3 lists them: of each key the newest first.

        `prefix` is a key in the bucket. The two come apart: all versions of a page, then its markers.
        """
        position: dict[str, str] = {}
        listed = {"Bucket": self.name, "Prefix": prefix}
        while True:
            page = self.attempt(partial(self._page, {**listed, **position}), prefix.removeprefix(self.prefix))
            yield from ((row, True) for row in page.get("Versions", []))
            yield from ((row, False) for row in page.get("DeleteMarkers", []))
            if not page.get("IsTruncated"):
                return
            position = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}

    def _page(self, arguments: dict[str, str], tried: int) -> Any:
        return self.client.list_object_versions(**arguments)

    def lock(self) -> dict[str, Any] | None:
        """The bucket's Object Lock configuration; None when it has none."""

        def request(tried: int) -> dict[str, Any] | None:
            try:
                reply = self.client.get_object_lock_configuration(Bucket=self.name)
            except ClientError as error:
                if code_of(error) in NO_LOCK:
                    return None
                raise
            found: dict[str, Any] = reply.get("ObjectLockConfiguration", {})
            return found if found.get("ObjectLockEnabled") == "Enabled" else None

        return self.attempt(request)

    def keeps_versions(self) -> bool:
        reply = self.attempt(lambda _: self.client.get_bucket_versioning(Bucket=self.name))
        return bool(reply.get("Status") == "Enabled")


def _client(endpoint: str | None, timeout_s: float) -> Any:
    config = Config(
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=min(_CONNECT_S, timeout_s),
        read_timeout=timeout_s,
        max_pool_connections=32,
    )
    settings = botocore.session.get_session()
    settings.register_component("data_loader", _DESCRIPTIONS)
    return boto3.session.Session(botocore_session=settings).client("s3", endpoint_url=endpoint, config=config)
