"""Random codes and keys, made once each: trail codes of people, refs of artefacts, HMAC keys.

All lie under restricted/codes and restricted/keys, one file each, written before anything uses them, so that
a run killed in between finds them again and destroying a file is the erasure.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, unquote

from study import StudyError
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
        return _readable(self._once(PARTICIPANTS + quote(participant, safe=""), lambda: _code("t")), PARTICIPANTS)

    def trail_codes(self) -> dict[str, str]:
        """Every participant code that has a trail code, with it."""
        keys = [found.key for found in self._store.list(PARTICIPANTS)]
        return {unquote(key.removeprefix(PARTICIPANTS)): _readable(self._get(key), PARTICIPANTS) for key in keys}

    def ref(self, path: str) -> str:
        """The opaque ref of the artefact at a path of the study folder."""
        return _readable(self._once(artefact_key(path), lambda: _code("a")), ARTEFACTS)

    def key(self, name: str) -> bytes:
        """The 32-byte HMAC key of a ref or trail code."""
        return self._once(f"{KEYS}{name}.key", lambda: secrets.token_bytes(32))

    def _once(self, key: str, make: Callable[[], bytes]) -> bytes:
        try:
            return self._get(key)
        except NotStored:
            with suppress(AlreadyStored):  # another run made it first: its code is the code
                self._store.put_new(key, make())
            return self._get(key)

    def _get(self, key: str) -> bytes:
        if key not in self._seen:
            self._seen[key] = self._store.get(key)
        return self._seen[key]


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
