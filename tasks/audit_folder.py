"""The auditor's folder: kit and RO-Crate from the trail as it was last closed, written where nothing else is lost."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pages.crate import crate_page
from pages.kit import PAGE, SUMS, VERIFIER, Kit, KitKey, kit_files, summed, sums
from study import StudyError
from study.identifiers import digest
from study.objects import FolderStore, ImmutableStore, NotStored
from trail.canonical import parsed
from trail.note import Kind, PublicKey
from trail.seal import Seal, read_seal, seal_key
from trail.verify import VERIFIER as VERIFIER_FILE
from trail.verify_trail import LIMITS
from trustworthiness.crate import AuditCrate, Closing, TrailObject, audit_crate
from trustworthiness.dossier import LEFT_OUT, Content

if TYPE_CHECKING:
    from tasks.standing import Standing
    from tasks.workspace import Workspace

FOLDER = "audit/"
CRATE = "ro-crate-metadata.json"
VIEWER_FILE = VERIFIER_FILE.with_name("viewer.html")
FILE = {"trail": "keys/trail.vkey", "countersigner": "keys/countersigner-{}.vkey", "person": "keys/person-{}.vkey"}
READERS = 16  # seals read at once: on S3 one after the other would take minutes in a long study


def kit_key(text: str, of: str) -> KitKey:
    """The public key of a vkey's text: of the trail, a countersigner or a person; StudyError for any other text.

    A private key is refused, and never quoted.
    """
    if text.strip().startswith("PRIVATE+"):
        raise StudyError(
            "this is a private key, which belongs to nobody but its holder",
            where=f"the key of the {of}",
            remedy="Give the public half, which ends in .vkey; if this one was sent to anybody, make a new pair.",
        )
    key = PublicKey.read(text, Kind.COUNTERSIGNER if of == "countersigner" else Kind.SIGNER, f"the key of the {of}")
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in key.name)
    return KitKey(of, key.name, key.id.hex(), key.vkey, FILE[of].format(safe))


def made_kit(
    keys: Iterable[KitKey], *, closing: Seal | None, fault: str = "", address: str = "", crate: bool = False
) -> Kit:
    """The kit with this software's verifier and viewer; `closing` gives the fingerprint, `fault` why there is none.

    The trail's key comes first. StudyError when two keys would have one file, or the viewer is not installed.
    """
    named = tuple(keys)
    files = [key.file for key in named]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice:
        raise StudyError(f"two keys would be written to {twice}", remedy="Name each key once.")
    try:
        viewer = VIEWER_FILE.read_bytes()
    except FileNotFoundError:
        raise StudyError(
            "the viewer is missing from this installation", where=VIEWER_FILE.name, remedy="Install fieldtrail again."
        ) from None
    return Kit(
        origin=named[0].name,
        keys=named,
        verifier=VERIFIER_FILE.read_bytes(),
        viewer=viewer,
        limits=LIMITS,
        address=address,
        pin=(closing.tree.size, closing.tree.root.hex()) if closing and not fault else None,
        closed_at=closing.sealed_at if closing else "",
        fault=fault,
        crate=crate,
    )


def write_audit_folder(place: Workspace, standing: Standing, dossier: Content) -> str:
    """Write out/audit/: the kit, and the runs as an RO-Crate, from the trail as it stood after its last act.

    Returns where in `out` to begin reading. When nothing is new in the trail but that dossiers were published, runs
    ended and days were closed, the bytes are the same.
    """
    verdict, protocol = standing.verdict, place.protocol
    seals = all_seals(place.trail_store, place.origin, verdict.seals) if verdict.ok else []
    last = _last_with_acts(place.trail_store, seals)
    people = [(person.key, "person") for person in protocol.team if person.key]
    others = [(signer.key, "countersigner") for signer in protocol.storage.countersigners]
    kit = made_kit(
        [kit_key(text, of) for text, of in ((place.public_key, "trail"), *others, *people)],
        closing=last,
        fault=verdict.faults[0].replace(place.trail_store.place, "the trail")
        if verdict.seals and not verdict.ok
        else "",
        address=protocol.storage.trail if protocol.storage.trail.startswith("s3://") else "",
        crate=True,
    )
    crate = audit_crate(
        standing.events,
        origin=place.origin,
        study=protocol.id,
        title=protocol.title,
        synthetic=protocol.synthetic,
        dossier=dossier.digest,
        closing=_closing(place.trail_store, seals, last) if last else None,
    )
    write_folder(place.out, FOLDER, with_crate(kit, crate))
    return FOLDER + PAGE


def with_crate(kit: Kit, crate: AuditCrate | None = None) -> dict[str, bytes]:
    """The kit's files by path, with the crate that describes them where there is one, and their SHA256SUMS."""
    described = kit_files(kit)
    files = {path: body for path, (body, _) in described.items()}
    if crate is not None:
        files[CRATE] = crate_page(crate, described)
    return {**files, SUMS: sums(files)}


def write_folder(store: FolderStore, folder: str, files: Mapping[str, bytes]) -> None:
    """Write a kit's files below `folder`; those that are there with the same bytes stay as they are.

    What an earlier kit there named and this one has not is removed; anything else is left alone.
    """
    for old in summed(_body(store, folder + SUMS) or b""):
        if old not in files and (old.startswith("keys/") or old == CRATE) and ".." not in old:
            store.erase_all_versions(folder + old)
    for path in sorted(files, key=lambda path: path == SUMS):
        if _body(store, folder + path) != files[path]:
            store.put(folder + path, files[path])


def refuse_other_folder(store: FolderStore) -> None:
    """StudyError when the place holds anything and is no kit."""
    if _body(store, SUMS) is not None and _body(store, VERIFIER) is not None:
        return
    if any(True for _ in store.list()):
        raise StudyError(
            "something is there already, and it is no kit", where=store.place, remedy="Name a new or empty folder."
        )


def all_seals(store: ImmutableStore, origin: str, count: int) -> list[Seal]:
    """The first `count` seals of a trail that verifies, in order."""
    keys = [seal_key(number) for number in range(count)]
    with ThreadPoolExecutor(READERS) as readers:
        return [read_seal(origin, number, body) for number, body in enumerate(readers.map(store.get, keys))]


def _last_with_acts(store: ImmutableStore, seals: list[Seal]) -> Seal | None:
    """The last seal that names an act, not only the ends of runs and published dossiers; else the last of all."""
    for seal in reversed(seals):
        bodies = (store.get(row.key) for row in seal.rows if row.rejected is None)
        if any(_holds_an_act(body) for body in bodies):
            return seal
    return seals[-1] if seals else None


def _holds_an_act(body: bytes) -> bool:
    return any(parsed(line)["kind"] not in LEFT_OUT for line in body.splitlines()[1:])


def _closing(store: ImmutableStore, seals: list[Seal], last: Seal) -> Closing:
    objects: list[TrailObject] = []
    for seal in seals[: last.seq + 1]:
        rows = [row for row in seal.rows if row.rejected is None]
        objects += [TrailObject(row.key, row.sha256, row.bytes, row.key.split("/")[2]) for row in rows]
        objects.append(TrailObject(seal.key, seal.digest, len(seal.body)))
    note = store.get(last.checkpoint_key)
    checkpoint = TrailObject(last.checkpoint_key, digest(note), len(note))
    return Closing(last.tree.size, last.tree.root.hex(), last.sealed_at, checkpoint, tuple(objects))


def _body(store: FolderStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except NotStored:
        return None


def key_text(given: str) -> str:
    """A key given as its text or as the file that holds it; StudyError for a file that cannot be read."""
    if not os.path.isfile(given):  # False too for a text too long to be a name
        return given
    try:
        return Path(given).read_text(errors="replace")
    except OSError as error:
        raise StudyError(f"it cannot be read ({error.strerror})", where=given, remedy="Check the file.") from None
