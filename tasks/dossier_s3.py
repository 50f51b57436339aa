"""The auditor's form beside a trail on S3: each dossier under the digest of its content, written once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from pages.kit import SUMS
from study import StudyError
from study.objects import AlreadyStored, StoreUnavailable
from tasks.workspace import Workspace

PREFIX = "dossier/"


def hand_to_auditors(place: Workspace, digest: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write the site below `dossier/<digest>/` where the trail is on S3, as it was when this content was first
    published; what to say of it.

    SHA256SUMS comes last: where it is there, all of it is. A content already there is left as it is. Where the bucket
    lets nobody write there, the dossier is made all the same, and the sentence says what to do.
    """
    if not place.protocol.storage.trail.startswith("s3://"):
        return ()
    store, folder = place.trail_store, f"{PREFIX}{digest}/"
    try:
        if any(True for _ in store.list(folder + SUMS)):
            return ()
        for name in sorted(files, key=lambda name: name == SUMS):
            with suppress(AlreadyStored):  # an earlier attempt that was cut off
                store.put_new(folder + name, files[name])
    except (StoreUnavailable, StudyError) as problem:
        return (f"The dossier was not written beside the trail: {problem}",)
    return (f"Auditors find it beside the trail, under {folder}.",)
