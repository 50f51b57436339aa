"""The design we compare with: one hash chain for all writers, each object's sequence key its lock.

The best such a chain can do on conditional writes: a writer that meets 412 reads the object that won, since the next
one must name its hash, and tries the number after it at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from study.identifiers import digest
from study.objects import AlreadyStored, ImmutableStore
from trail.canonical import canonical


class ChainWriter:
    """One writer of the chain `chain/<00000000>.jsonl`; it knows the head it saw last."""

    def __init__(self, store: ImmutableStore) -> None:
        self._store = store
        self._next, self._prev = 0, ""

    def append(self, lines: Sequence[bytes]) -> None:
        """Write the lines as the next object of the chain, however often others are faster."""
        while True:
            header = canonical({"seq": self._next, "prev": self._prev, "n": len(lines)})
            body = b"".join(line + b"\n" for line in (header, *lines))
            key = f"chain/{self._next:08d}.jsonl"
            try:
                self._store.put_new(key, body)
            except AlreadyStored:
                body = self._store.get(key)
                self._next, self._prev = self._next + 1, digest(body)
                continue
            self._next, self._prev = self._next + 1, digest(body)
            return
