"""What a place for files or trail objects can do; `storage/` holds the implementations.

Keys are relative POSIX paths of fixed-width ASCII parts (`lanes/2026-01-02/…/000000.jsonl`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


class AlreadyStored(Exception):
    """`put_new` found an object under that key; nothing was written."""


class NotStored(KeyError):
    """No object under that key."""


class StoreUnavailable(Exception):
    """The store refused or did not answer; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored object or version: its size in bytes and when the store says it was written (UTC)."""

    key: str
    version_id: str
    bytes: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """How firmly and until when (aware, UTC) an object may not be removed: S3 Object Lock.

    GOVERNANCE may be lifted by an identity that has the right to; COMPLIANCE by nobody before its time.
    """

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    until: datetime


class ImmutableStore(Protocol):
    """Write once, read many: the trail's store."""

    @property
    def place(self) -> str:
        """The path or s3:// address, for messages."""
        ...

    def put_new(self, key: str, body: bytes) -> Stored:
        """Write `body` durably under a key that does not exist yet, else raise AlreadyStored."""
        ...

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """Return the bytes stored under `key`, else raise NotStored."""
        ...

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        """Yield the bytes under each of these keys, in their order; a store far away fetches several at once."""
        ...

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield current objects whose key starts with `prefix`, sorted by key."""
        ...

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        """Yield every version, delete markers excluded, sorted by key and age."""
        ...


class FolderStore(ImmutableStore, Protocol):
    """A place whose files may be replaced and erased: the study folder."""

    def put(self, key: str, body: bytes) -> Stored:
        """Write `body` under `key`, replacing what was there in one step."""
        ...

    def erase_all_versions(self, key: str) -> int:
        """Remove every version of `key`; return how many there were (0 when absent)."""
        ...

    def erase_old_versions(self, key: str) -> int:
        """Remove every version of `key` but the current one; return how many there were."""
        ...

    def erase_unfinished(self, older_s: float = 600.0) -> int:
        """Remove what killed runs were writing so many seconds ago or more; return how many files that were."""
        ...
