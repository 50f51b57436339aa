"""The trail's key pair: made by open_study, its public half beside study.yaml."""

from __future__ import annotations

import secrets

from storage.local import LocalStore
from study import StudyError
from study.identifiers import new_origin
from study.objects import NotStored
from trail.note import generate_key, origin_of_key, verifier_key

KEY = "trail.key"
VKEY = "trail.vkey"


def trail_origin(files: LocalStore, restricted: LocalStore, study_id: str, *, create: bool) -> str:
    """The trail's origin, from its key; with `create` the pair is made when there is none.

    The private half is written first, readable by its owner alone; the public half follows from it, so a run
    killed between the two mends itself.
    """
    try:
        private = restricted.get(KEY).decode(errors="replace")
    except NotStored:
        if not create:
            raise StudyError(
                "the study is not open yet", where=files.place, remedy="Run `fieldtrail run STUDY open-study` first."
            ) from None
        private = _first_key(files, restricted, study_id)
    public = verifier_key(private)
    _agree(files, public)
    return origin_of_key(public)


def private_key(restricted: LocalStore) -> str:
    """The trail's private key as text."""
    return restricted.get(KEY).decode(errors="replace")


def _first_key(files: LocalStore, restricted: LocalStore, study_id: str) -> str:
    try:
        files.get(VKEY)
    except NotStored:
        private, _ = generate_key(new_origin(study_id, secrets.token_bytes(4)))
        restricted.put_new(KEY, private.encode())
        return private
    raise StudyError(
        "the trail's public key is here but its private key is not",
        where=f"{files.place}/{VKEY}",
        remedy="Restore restricted/trail.key from your backup; a new key would look like a forged trail.",
    )


def _agree(files: LocalStore, public: str) -> None:
    text = public + "\n"
    try:
        stored = files.get(VKEY).decode(errors="replace")
    except NotStored:
        files.put_new(VKEY, text.encode())
        return
    if stored.strip() != public:
        raise StudyError(
            "the trail's public key is not the one of restricted/trail.key",
            where=f"{files.place}/{VKEY}",
            remedy="Restore both from the same backup.",
        )
