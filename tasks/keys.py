"""The trail's key pair: made by open_study unless one is configured; its public half lies beside study.yaml.

`storage.key` in study.yaml may name a file elsewhere, or `env:NAME` for a variable that holds the key's text; then a
machine without it records, and only the one that has it seals.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from storage.local import LocalStore
from study import StudyError
from study.identifiers import new_origin
from study.objects import NotStored
from trail.note import generate_key, origin_of_key, verifier_key

KEY = "trail.key"
VKEY = "trail.vkey"


def trail_origin(
    files: LocalStore, restricted: LocalStore, study_id: str, *, configured: str | None = None, create: bool
) -> str:
    """The trail's origin, from its key; with `create` the pair is made when there is none.

    The private half is written first, readable by its owner alone; the public half follows from it, so a run
    killed between the two mends itself.
    """
    private = found_key(files, restricted, configured)
    if private is None and configured is not None and (public := _public(files)):
        return origin_of_key(public)
    if private is None:
        private = _first_key(files, restricted, study_id, configured, create=create)
    public = verifier_key(private)
    if not origin_of_key(public).startswith(f"fieldtrail/{study_id}/"):
        raise StudyError(
            f"the trail's key is for {origin_of_key(public)}", where=f"study.yaml, id ({study_id})",
            remedy="Use the key made for this study.",
        )  # fmt: skip
    _agree(files, public)
    return origin_of_key(public)


def private_key(files: LocalStore, restricted: LocalStore, configured: str | None = None) -> str:
    """The trail's private key as text; StudyError where it is not to be had."""
    private = found_key(files, restricted, configured)
    if private is None:
        raise StudyError(
            "the trail's private key is not on this machine, so nothing was sealed",
            where=f"study.yaml, storage.key ({configured})" if configured else f"restricted/{KEY}",
            remedy="Seal where the key is, or put it there.",
        )
    return private


def found_key(files: LocalStore, restricted: LocalStore, configured: str | None) -> str | None:
    """The private key's text from where study.yaml says it is, else from restricted/; None when it is not there."""
    if configured is None:
        try:
            return restricted.get(KEY).decode(errors="replace")
        except NotStored:
            return None
    if configured.startswith("env:"):
        return os.environ.get(configured.removeprefix("env:")) or None
    return private_file(files.root / Path(configured).expanduser())


def private_file(path: Path) -> str | None:
    """A private key's text from its file, which only its owner may read; None when there is none."""
    try:
        mode, text = path.stat().st_mode, path.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StudyError(f"the key cannot be read ({error.strerror})", where=str(path)) from None
    if mode & 0o077:
        raise StudyError(
            "others on this machine can read the private key", where=str(path), remedy=f"`chmod 600 {path.name}`."
        )
    return text


def _public(files: LocalStore) -> str | None:
    try:
        return files.get(VKEY).decode(errors="replace").strip()
    except NotStored:
        return None


def _first_key(
    files: LocalStore, restricted: LocalStore, study_id: str, configured: str | None, *, create: bool
) -> str:
    if _public(files) is not None:
        raise StudyError(
            "the trail's public key is here but its private key is not",
            where=f"{files.place}/{VKEY}",
            remedy="Restore restricted/trail.key from your backup; a new key would look like a forged trail.",
        )
    if not create:
        raise StudyError(
            "the study is not open yet", where=files.place, remedy="Run `fieldtrail run STUDY open-study` first."
        )
    if configured is not None:
        raise StudyError(
            "there is no key at the place configured", where=f"study.yaml, storage.key ({configured})",
            remedy=f"Make one: `fieldtrail trail keygen FILE --study {study_id}`.",
        )  # fmt: skip
    private, _ = generate_key(new_origin(study_id, secrets.token_bytes(4)))
    restricted.put_new(KEY, private.encode())
    return private


def _agree(files: LocalStore, public: str) -> None:
    stored = _public(files)
    if stored is None:
        files.put_new(VKEY, f"{public}\n".encode())
    elif stored != public:
        raise StudyError(
            "the trail's public key is not the one of its private key",
            where=f"{files.place}/{VKEY}",
            remedy="Restore both from the same backup.",
        )
