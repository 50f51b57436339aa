"""The dossier an auditor attests: kept for a visit as it was published, and copied to records/ once it is signed.

The dossier in out/ is made anew whenever something happened, so a signature of Tuesday would be over nothing that is
still there on Wednesday; what was shown during a visit is kept until the visit is closed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from study.identifiers import digest
from study.objects import AlreadyStored, FolderStore
from tasks.workspace import Workspace

PUBLISHED = "dossier/"
ATTESTED = "records/attested/"
SUMS = "SHA256SUMS"
NAMING = ("attestation.html", "index.html")
"""Pages that name the digest of the dossier they belong to."""


def visit_folder(visit: str) -> str:
    """Where what is shown in a visit lies, under restricted/."""
    return f"audit/{visit}/"


def keep_dossier(place: Workspace, visit: str) -> str:
    """Keep the published dossier for a visit where it is not kept yet; its digest, or "" where none is published."""
    files = _files(place.out, PUBLISHED)
    found = _digest_of(place, files)
    if found:
        for path, body in files.items():
            try:
                place.restricted.put_new(f"{_kept(visit, found)}{path}", body)
            except AlreadyStored:
                continue
    return found


def attested_files(place: Workspace, visit: str, dossier: str) -> dict[str, bytes]:
    """The files of the dossier with that digest, from out/ or as kept for the visit; none where it is gone."""
    published = _files(place.out, PUBLISHED)
    if _digest_of(place, published) == dossier:
        return published
    return _files(place.restricted, _kept(visit, dossier))


def store_attested(place: Workspace, dossier: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Write the attested dossier to records/attested/<digest>/ once; path and bytes of its list of SHA-256."""
    folder = f"{ATTESTED}{dossier}/"
    for path, body in files.items():
        try:
            place.files.put_new(f"{folder}{path}", body)
        except AlreadyStored:
            continue
    sums = "".join(f"{digest(body)}  {path}\n" for path, body in sorted(files.items())).encode()
    try:
        place.files.put_new(f"{folder}{SUMS}", sums)
    except AlreadyStored:
        sums = place.files.get(f"{folder}{SUMS}")
    return f"{folder}{SUMS}", sums


def _kept(visit: str, dossier: str) -> str:
    return f"{visit_folder(visit)}dossier/{dossier}/"


def _files(store: FolderStore, folder: str) -> dict[str, bytes]:
    return {stored.key.removeprefix(folder): store.get(stored.key) for stored in store.list(folder)}


def _digest_of(place: Workspace, files: Mapping[str, bytes]) -> str:
    """The published digest that the pages of a dossier name, the last published first; "" where they name none."""
    named = {found for page in NAMING for found in re.findall(rb"[0-9a-f]{64}", files.get(page, b""))}
    published = sorted(place.events(["dossier.published"]), key=lambda e: e.recorded_at, reverse=True)
    return next((e.data["content"] for e in published if str(e.data["content"]).encode() in named), "")
