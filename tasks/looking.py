"""A study looked at without opening a run: its protocol, its files and its trail, and nothing is ever written.

Quick, because nothing of Prefect is needed: this is what commands that only answer questions use.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from storage.local import LocalStore
from study import Event, Protocol, StudyError, load_protocol
from study.event import in_fold_order
from study.identifiers import digest, keyed_digest
from study.objects import NotStored
from tasks.codes import Codes
from tasks.keys import VKEY
from tasks.trail_place import folder, trail_store
from trail.note import origin_of_key
from trail.reading import read_lanes


class LookedAt:
    """What can be read of a study; its trail is read once."""

    def __init__(self, study: str, today: date | None = None) -> None:
        root = Path(study).expanduser()
        if not root.is_dir():
            raise StudyError(
                "there is no such study folder", where=study, remedy="Check the path, or `fieldtrail new DIR`."
            )
        self.root = root.resolve()
        self.protocol: Protocol = load_protocol(self.root)
        self.files = LocalStore(self.root)
        self.restricted = LocalStore(folder(self.root, self.protocol.storage.restricted), private=True)
        self.out = LocalStore(folder(self.root, self.protocol.storage.out))
        self.today = today or self.protocol.as_of or datetime.now(self.protocol.zone).date()
        self._codes = Codes(self.restricted)

    def events(self, kinds: Iterable[str] | None = None) -> list[Event]:
        """The trail's events in fold order."""
        wanted = None if kinds is None else set(kinds)
        return [event for event in self._ordered if wanted is None or event.kind in wanted]

    @cached_property
    def _ordered(self) -> list[Event]:
        try:
            origin = origin_of_key(self.files.get(VKEY).decode().strip())
        except NotStored:
            raise StudyError(
                "the study has not been opened yet", where=str(self.root), remedy="Run `fieldtrail run STUDY` first."
            ) from None
        reading = read_lanes(trail_store(self.root, self.protocol), origin)
        return in_fold_order(one.event for one in reading.recorded)

    def ref(self, path: str) -> str:
        """The opaque ref of a file of the study folder, or "" when it has none."""
        return self._codes.known_ref(path)

    def paths(self) -> dict[str, str]:
        """The path of every file that has a ref and lies in the study folder, by ref."""
        self._codes.read_refs()
        stored = (found.key for found in self.files.list() if not found.key.startswith(("out/", "trail/")))
        return {ref: path for path in stored if (ref := self.ref(path))}

    def digests(self, path: str) -> frozenset[str]:
        """What names the present content of a file in the trail: its SHA-256, and its keyed digest where it has one."""
        data = self.files.get(path)
        ref = self.ref(path)
        keyed = {keyed_digest(self._codes.key(ref), data)} if ref and self._codes.has_key(ref) else set()
        return frozenset({digest(data), *keyed})
