"""The dossier an auditor attests: kept for a visit as it was published, and copied to records/ once it is signed.

The dossier in out/ is made anew whenever something happened, so a signature of Tuesday would be over nothing that is
still there on Wednesday; what was shown during a visit is kept until the visit is closed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from study import StudyError
from study.identifiers import digest
from study.objects import FolderStore
from tasks.workspace import Workspace

PUBLISHED = "dossier/"
ATTESTED = "records/attested/"
SUMS = "SHA256SUMS"
NAMING = ("attestation.html", "index.html")
"""Pages that name the digest of the dossier they belong to."""
STATEMENT = re.compile(rb'<fieldset class="statement" data-id="([^"]+)"')


def visit_folder(visit: str) -> str:
    """Where what is shown in a visit lies, under restricted/."""
    return f"audit/{visit}/"


def keep_dossier(place: Workspace, visit: str) -> str:
    """Keep the published dossier for a visit where it is not kept whole yet; its digest, or "" where none lies there as
    it was published."""
    files = _files(place.out, PUBLISHED)
    found = _digest_of(place, files)
    if not found or not is_whole(files, found):
        return ""
    folder = _kept(visit, found)
    if not is_whole(_files(place.restricted, folder), found):
        for path, body in _as_listed(files).items():
            place.restricted.put(f"{folder}{path}", body)
    return found


def attested_files(place: Workspace, visit: str, dossier: str) -> dict[str, bytes]:
    """The files of the dossier with that digest, from out/ or as kept for the visit; none where it is gone.

    StudyError where only files lie there that are not what was published.
    """
    published = _files(place.out, PUBLISHED)
    found = [published] if _digest_of(place, published) == dossier else []
    found += [kept] if (kept := _files(place.restricted, _kept(visit, dossier))) else []
    for files in found:
        if is_whole(files, dossier):
            return _as_listed(files)
    if found:
        raise StudyError(
            "pages of the dossier were changed after it was published",
            where="the dossier that was attested",
            remedy="Publish it again (publish-dossier), and have the auditor read and attest that one.",
        )
    return {}


def is_whole(files: Mapping[str, bytes], dossier: str) -> bool:
    """Whether every file that SHA256SUMS lists is there as it was written, and each page names this dossier."""
    listed = _sums(files)
    pages = [body for path, body in files.items() if path in listed and path.endswith(".html")]
    return (
        set(NAMING) <= set(listed)
        and all(path in files and digest(files[path]) == sha256 for path, sha256 in listed.items())
        and all(dossier.encode() in body for body in pages)
    )


def statements_asked(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The statements that a dossier's own form asks the auditor about, by id."""
    return tuple(id.decode() for id in STATEMENT.findall(files.get("attestation.html", b"")))


def store_attested(place: Workspace, dossier: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Write the attested dossier to records/attested/<digest>/ once; path and bytes of its list of SHA-256.

    What lies there from a copy that was interrupted, or was changed since, is written again.
    """
    folder = f"{ATTESTED}{dossier}/"
    there = _files(place.files, folder)
    if not is_whole(there, dossier):
        for path, body in files.items():  # the list comes last
            place.files.put(f"{folder}{path}", body)
        there = dict(files)
    return f"{folder}{SUMS}", there[SUMS]


def _sums(files: Mapping[str, bytes]) -> dict[str, str]:
    """Path → SHA-256, as SHA256SUMS lists them."""
    lines = files.get(SUMS, b"").decode(errors="replace").splitlines()
    return {path: sha256 for sha256, _, path in (line.partition("  ") for line in lines) if path}


def _as_listed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that SHA256SUMS lists, and it last: what somebody else put beside them is not copied."""
    return {path: files[path] for path in (*_sums(files), SUMS)}


def _kept(visit: str, dossier: str) -> str:
    return f"{visit_folder(visit)}dossier/{dossier}/"


def _files(store: FolderStore, folder: str) -> dict[str, bytes]:
    return {stored.key.removeprefix(folder): store.get(stored.key) for stored in store.list(folder)}


def _digest_of(place: Workspace, files: Mapping[str, bytes]) -> str:
    """The published digest that the pages of a dossier name, the last published first; "" where they name none."""
    named = {found for page in NAMING for found in re.findall(rb"[0-9a-f]{64}", files.get(page, b""))}
    published = sorted(place.events(["dossier.published"]), key=lambda e: e.recorded_at, reverse=True)
    return next((e.data["content"] for e in published if str(e.data["content"]).encode() in named), "")
