"""The auditor's form beside a trail on S3: each dossier once, under the digest of its content, as one archive.

An archive, because a locked bucket keeps every object for years: one object a content, whole or not there at all.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress

from study import StudyError
from study.objects import AlreadyStored, StoreUnavailable
from tasks.workspace import Workspace

PREFIX = "dossier/"
ZIP_TIME = (2000, 1, 1, 0, 0, 0)


def hand_to_auditors(place: Workspace, digest: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write these files as `dossier/<digest>.zip` where the trail is on S3 and this content is not there yet.

    Returns what to say of it. An archive of this content stays as it was first published. Where the bucket lets nobody
    write there, the dossier is made all the same, and the sentence says so.
    """
    if not place.protocol.storage.trail.startswith("s3://"):
        return ()
    key = f"{PREFIX}{digest}.zip"
    try:
        if any(True for _ in place.trail_store.list(key)):
            return ()
        with suppress(AlreadyStored):
            place.trail_store.put_new(key, packed(files))
    except (StoreUnavailable, StudyError) as problem:
        return (
            f"The dossier was not written beside the trail ({problem}) Load the bucket's documents anew: "
            "`fieldtrail trail policy`.",
        )
    return (f"Auditors find it beside the trail, as {key}.",)


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP archive; the same files give the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(files):
            made.writestr(zipfile.ZipInfo(path, ZIP_TIME), files[path], zipfile.ZIP_DEFLATED)
    return archive.getvalue()
