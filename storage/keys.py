"""What may be a key, and an s3:// address, in any store."""

from __future__ import annotations

import re

from study.errors import StudyError

SCHEME = "s3://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?|https?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?/?")


def leads_out(key: str) -> bool:
    """Whether a key is no relative path of plain parts (empty, absolute, with `..`, `.`, an empty part or a NUL)."""
    return not {"", ".", ".."}.isdisjoint(key.split("/")) or "\0" in key


def outside(key: str, place: str) -> StudyError:
    return StudyError(f"{key!r} leads out of {place}", remedy="Name a file inside that folder.")


def is_hidden(key: str) -> bool:
    """Whether a part begins with a dot: temporary files, and those of desktops and editors; never listed."""
    return any(part.startswith(".") for part in key.split("/"))


def bucket_and_prefix(address: str) -> tuple[str, str]:
    """The parts of s3://bucket/prefix, the prefix with a slash at its end or empty; StudyError when it is none."""
    bucket, _, prefix = address.removeprefix(SCHEME).partition("/")
    prefix = prefix.rstrip("/")
    if not address.startswith(SCHEME) or not _BUCKET.fullmatch(bucket) or (prefix and leads_out(prefix)):
        raise StudyError(f"{address!r} is no S3 address", remedy="Write it as s3://bucket or s3://bucket/prefix.")
    return bucket, f"{prefix}/" if prefix else ""


def checked_endpoint(endpoint: str | None) -> str | None:
    """An http(s) address without credentials in it, or None for AWS itself; StudyError, which quotes none of it."""
    if endpoint is None or _ENDPOINT.fullmatch(endpoint):
        return endpoint
    raise StudyError(
        "the endpoint is no http or https address, or holds credentials",
        where="study.yaml, storage.endpoint",
        remedy="Write it as https://HOST or https://HOST:PORT; credentials come from the AWS settings.",
    )
