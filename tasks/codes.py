"""Random codes and keys, made once each: trail codes of people, refs of artefacts, HMAC keys.

All lie under restricted/codes and restricted/keys, one file each, written before anything uses them, so that
a run killed in between finds them again and destroying a file is the erasure.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import quote, unquote

from study import Event, StudyError
from study.identifiers import digest, random_code
from study.objects import AlreadyStored, FolderStore, NotStored

PARTICIPANTS = "codes/participants/"
ARTEFACTS = "codes/artefacts/"
KEYS = "keys/"
CODE = re.compile(rb"[at][0-9a-z]{10}")
LONGEST_NAME = 200  # bytes; disks take 255


class Codes:
    """The random codes of one study; every method makes what is not there yet and returns what is."""

    def __init__(self, restricted: FolderStore) -> None:
        self._store = restricted
        self._seen: dict[str, bytes] = {}

    def trail_code(self, participant: str) -> str:
        """The trail code of a participant code."""
        return _readable(self._once(participant_link(participant), lambda: _code("t")), PARTICIPANTS)

    def trail_codes(self) -> dict[str, str]:
        """Every participant code that has a trail code, with it."""
        keys = self._read_at_once(PARTICIPANTS)
        return {unquote(key.removeprefix(PARTICIPANTS)): _readable(self._get(key), PARTICIPANTS) for key in keys}

    def ref(self, path: str) -> str:
        """The opaque ref of the artefact at a path of the study folder."""
        return _readable(self._once(artefact_key(path), lambda: _code("a")), ARTEFACTS)

    def key(self, name: str) -> bytes:
        """The 32-byte HMAC key of a ref or trail code."""
        return self._once(key_of(name), lambda: secrets.token_bytes(32))

    def read_keys(self) -> None:
        """Read every key there is, for a run that needs most of them: one by one, thousands of files take long."""
        self._read_at_once(KEYS)

    def read_refs(self) -> None:
        """Read the ref of every artefact there is, for the same reason."""
        self._read_at_once(ARTEFACTS)

    def has_key(self, name: str) -> bool:
        """Whether a ref or trail code has a key; makes none."""
        try:
            return bool(self._get(key_of(name)))
        except NotStored:
            return False

    def known_ref(self, path: str) -> str:
        """The ref of the artefact at a path, or "" when it has none; makes none."""
        try:
            return _readable(self._get(artefact_key(path)), ARTEFACTS)
        except NotStored:
            return ""

    def destroy(self, keys: Iterable[str]) -> None:
        """Remove codes and keys, by where they are kept under restricted/, every version of them."""
        for key in keys:
            self._seen.pop(key, None)
            self._store.erase_all_versions(key)

    def replace_key(self, name: str, key: bytes) -> None:
        """Let a ref have another key from now on; nothing is left of the one before."""
        self._seen.pop(key_of(name), None)
        self._store.put(key_of(name), key)
        self._store.erase_old_versions(key_of(name))

    def _once(self, key: str, make: Callable[[], bytes]) -> bytes:
        try:
            return self._get(key)
        except NotStored:
            with suppress(AlreadyStored):  # another run made it first: its code is the code
                self._store.put_new(key, make())
            return self._get(key)

    def _read_at_once(self, folder: str) -> list[str]:
        """Remember what every file of a folder holds; where they are kept."""
        keys = [found.key for found in self._store.list(folder)]
        new = [key for key in keys if key not in self._seen]
        with suppress(NotStored):  # one was destroyed meanwhile: the others are read when they are asked for
            self._seen.update(zip(new, self._store.get_all(new), strict=True))
        return keys

    def _get(self, key: str) -> bytes:
        if key not in self._seen:
            self._seen[key] = self._store.get(key)
        return self._seen[key]


def participant_link(participant: str) -> str:
    """Where the trail code of a participant code is kept."""
    return PARTICIPANTS + quote(participant, safe="")


def key_of(name: str) -> str:
    """Where the HMAC key of a ref or trail code is kept."""
    return f"{KEYS}{name}.key"


def refuse_second_code(linked: Iterable[str], events: Iterable[Event], being_erased: Iterable[str]) -> None:
    """StudyError when the trail holds somebody to whom no participant code leads any more: who is about to get a
    trail code could be that person, and would count twice.

    `linked` are the trail codes that have a participant code. Whose data was erased, or is being erased, is left out.
    """
    events = list(events)
    if any(event.kind == "linkage.destroyed" for event in events):
        raise StudyError(
            "the linkage between participant codes and the trail was destroyed, so registers can be read no more",
            where=f"restricted/{PARTICIPANTS}",
            remedy="The study is at its end: publish its dossier and close it.",
        )
    known: set[str] = {*linked, *being_erased}
    people: set[str] = set()
    for event in events:
        found = {subject.id for subject in event.subject if subject.type == "participant"}
        people |= found
        known |= found if event.kind == "erasure.executed" else set()
    if lost := len(people - known):
        raise StudyError(
            f"no participant code leads any more to {lost} of the people in the trail, so nobody new can be entered: "
            "a person known already would get a second trail code",
            where=f"restricted/{PARTICIPANTS}",
            remedy="Restore the missing files from your backup.",
        )


def artefact_key(path: str) -> str:
    """Where the ref of the artefact at a path is kept; a path too long for one file name by its SHA-256."""
    name = quote(path, safe="")
    return ARTEFACTS + (name if len(name) <= LONGEST_NAME else digest(path.encode()))


def _readable(code: bytes, folder: str) -> str:
    """A stored code as text; StudyError, without the name of the file, where it is none."""
    if not CODE.fullmatch(code):
        raise StudyError(
            "a random code is damaged", where=f"restricted/{folder}", remedy="Restore restricted/ from your backup."
        )
    return code.decode()


def _code(prefix: str) -> bytes:
    return random_code(prefix, secrets.token_bytes(10)).encode()
