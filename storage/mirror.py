"""A trail on S3 as a directory an auditor's tools can read: what `aws s3 sync` and a version listing would give."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from storage import keys
from storage.local import LocalStore
from study.identifiers import digest
from study.objects import NotStored, StoreUnavailable

if TYPE_CHECKING:
    from storage.s3 import S3Store

_THREADS = 16
_SHOWN = 100
_BESIDE = ("dossier/",)
"""What lies beside a trail for its auditors: no part of what is verified, and long."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Copy:
    """The directory with the objects' current versions, and where S3's listing of all versions lies beside it."""

    directory: Path
    versions: Path | None


@contextmanager
def local_copy(store: LocalStore | S3Store, progress: Progress | None = None) -> Iterator[Copy]:
    """A directory as itself; a bucket as a copy only this account may read, removed afterwards.

    Each body is held against S3's checksum. `progress(done, of)` is called as objects arrive. The listing has the
    form of `aws s3api list-object-versions`; of what it names, the copy holds what was current when it was made.
    StoreUnavailable when an object cannot be read or the disk not be written.
    """
    if isinstance(store, LocalStore):
        yield Copy(store.root, None)
        return
    with tempfile.TemporaryDirectory(prefix="fieldtrail-") as place:
        copy = Copy(Path(place) / "copy", Path(place) / "versions.json")
        try:
            listed = _fill(store, copy, progress or (lambda done, of: None))
        except OSError as error:
            reason = error.strerror or "the disk did not answer"
            raise StoreUnavailable(
                f"{place}: no copy of {store.place} can be made ({reason}). Free some space, or set TMPDIR."
            ) from None
        yield copy if listed else Copy(copy.directory, None)


def _fill(store: S3Store, copy: Copy, progress: Progress) -> bool:
    """Write listing and objects; False when there was nothing to list."""
    listing: dict[str, list[dict[str, object]]] = {"Versions": [], "DeleteMarkers": []}
    for row, is_version in store.bucket.entries(store.bucket.prefix):
        listing["Versions" if is_version else "DeleteMarkers"].append(row)
    copy.directory.mkdir()
    with open(copy.directory.parent / "versions.json", "w", encoding="utf-8") as file:
        json.dump(listing, file, default=_written)
    current = [row for row in listing["Versions"] if row["IsLatest"]]
    wanted = {str(row["Key"]).removeprefix(store.bucket.prefix): str(row["VersionId"]) for row in current}
    wanted = {key: version for key, version in wanted.items() if not (_is_no_file(key) or key.startswith(_BESIDE))}
    with ThreadPoolExecutor(_THREADS) as threads:
        fetched = [threads.submit(partial(_fetch, store, copy.directory, *entry)) for entry in wanted.items()]
        try:
            for done, result in enumerate(as_completed(fetched), start=1):
                result.result()
                progress(done, len(wanted))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return any(listing.values())


def _is_no_file(key: str) -> bool:
    """Folder markers of S3 consoles, and hidden names, which no store lists."""
    return not key or key.endswith("/") or keys.is_hidden(key)


def _fetch(store: S3Store, directory: Path, key: str, version_id: str) -> None:
    try:
        body = store.bucket.attempt(lambda _: store.bucket.read(store.bucket.prefix + key, version_id), key)
    except NotStored:
        return  # removed since it was listed: the listing names it, the copy lacks it
    path = directory / key
    try:
        if keys.leads_out(key):
            raise ValueError(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, body)
    except (ValueError, OSError):  # no file can be called that; a full disk refuses the second name too
        _write(directory / f"key%{quote(key, safe='')[:_SHOWN]}%{digest(key.encode())[:16]}", body)


def _write(path: Path, body: bytes) -> None:
    with open(path, "xb", opener=partial(os.open, mode=0o600)) as file:
        file.write(body)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value))
