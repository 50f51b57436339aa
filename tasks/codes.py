"""Random codes and keys, made once each: trail codes of people, refs of artefacts, HMAC keys.

All lie under restricted/codes and restricted/keys, one file each, written before anything uses them, so that
a run killed in between finds them again and destroying a file is the erasure.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, unquote

from study.identifiers import random_code
from study.objects import AlreadyStored, FolderStore, NotStored

PARTICIPANTS = "codes/participants/"
ARTEFACTS = "codes/artefacts/"
KEYS = "keys/"


class Codes:
    """The random codes of one study; every method makes what is not there yet and returns what is."""

    def __init__(self, restricted: FolderStore) -> None:
        self._store = restricted
        self._seen: dict[str, bytes] = {}

    def trail_code(self, participant: str) -> str:
        """The trail code of a participant code."""
        return self._once(PARTICIPANTS + quote(participant, safe=""), lambda: _code("t")).decode()

    def trail_codes(self) -> dict[str, str]:
        """Every participant code that has a trail code, with it."""
        keys = [found.key for found in self._store.list(PARTICIPANTS)]
        return {unquote(key.removeprefix(PARTICIPANTS)): self._get(key).decode() for key in keys}

    def ref(self, path: str) -> str:
        """The opaque ref of the artefact at a path of the study folder."""
        return self._once(ARTEFACTS + quote(path, safe=""), lambda: _code("a")).decode()

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


def _code(prefix: str) -> bytes:
    return random_code(prefix, secrets.token_bytes(10)).encode()
