"""Where objects and files lie: a local directory, or a bucket on S3 (boto3 is imported only when one is opened)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage.keys import SCHEME
from storage.local import LocalStore
from study.errors import StudyError

if TYPE_CHECKING:
    from storage.s3 import S3Store
    from study.objects import Retention

__all__ = ["LocalStore", "open_store"]


def open_store(
    address: str | Path, *, endpoint: str | None = None, private: bool = False, retention: Retention | None = None
) -> LocalStore | S3Store:
    """The store at a path or s3://bucket/prefix; nothing is asked of it yet. StudyError for another kind of address.

    `private` (what is written only its owner may read) holds for a directory, `endpoint` and `retention` for S3.
    """
    if not str(address).startswith(SCHEME):
        if "://" in str(address):
            raise StudyError(f"{address} is no place", remedy="Name a folder, or write s3://bucket/prefix.")
        return LocalStore(Path(address), private=private)
    from storage.s3 import S3Store

    return S3Store(str(address), endpoint=endpoint, retention=retention)
