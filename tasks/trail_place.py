"""Where the trail lies and how firmly it is locked there, and the key with which a person signs what they do."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from storage.local import LocalStore
from study import Actor, Protocol, StudyError
from study.objects import Retention
from tasks.keys import private_file
from trail.signer import Signer, signer_of

if TYPE_CHECKING:
    from storage.s3 import S3Store

PERSONAL_KEY = "FIELDTRAIL_PERSONAL_KEY"
"""The variable that names the file of the acting person's key; `fieldtrail run --sign FILE` sets it."""


def trail_store(root: Path, protocol: Protocol) -> LocalStore | S3Store:
    """Where the trail lies: a folder, or a bucket whose objects are locked until the study's records may go."""
    if not protocol.storage.trail.startswith("s3://"):
        return LocalStore(folder(root, protocol.storage.trail))
    from storage.s3 import S3Store

    return S3Store(
        protocol.storage.trail, endpoint=protocol.storage.endpoint, retention=_retention(protocol, "GOVERNANCE")
    )


def refuse_unfit(store: LocalStore | S3Store) -> None:
    """StudyError for a bucket where what is written could be removed again."""
    for wrong in () if isinstance(store, LocalStore) else store.ready_for_a_trail():
        raise StudyError(wrong.removesuffix("."))


def lock_firmly(store: LocalStore | S3Store, protocol: Protocol, *, assessed: bool) -> None:
    """From the recorded impact assessment on, lock so that nobody can shorten it, where the protocol wants that."""
    if assessed and protocol.retention.mode == "compliance" and not isinstance(store, LocalStore):
        store.retention = _retention(protocol, "COMPLIANCE")


def _retention(protocol: Protocol, mode: Literal["GOVERNANCE", "COMPLIANCE"]) -> Retention | None:
    """Until the planned end of the study and the years its records are kept.

    None, so that the bucket's own rule holds, where no end is planned or that time is over.
    """
    kept = protocol.retention
    if kept.ends is None:
        return None
    until = datetime.combine(kept.ends + timedelta(days=366 * kept.years), time(), UTC)
    return Retention(mode, until) if until > datetime.now(UTC) else None


def folder(root: Path, written: str) -> Path:
    """A place named in study.yaml under `storage`: inside the study folder unless absolute."""
    if written.startswith("s3://"):
        raise StudyError(
            "this version keeps restricted and out on local disk; only the trail may lie on S3",
            where=f"study.yaml, storage ({written})",
            remedy="Name a folder there.",
        )
    return root / Path(written).expanduser()


def personal_signer(actor: Actor) -> Signer | None:
    """The acting person's own key, where a variable names its file: what they do is then signed."""
    path = os.environ.get(PERSONAL_KEY)
    if not path or actor.type != "person":
        return None
    text = private_file(Path(path).expanduser())
    if text is None:
        raise StudyError("there is no personal key here", where=path, remedy="Name the file that keygen wrote.")
    return signer_of(text, where=path)
