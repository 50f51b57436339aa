"""An immutable store as far away as S3: each request takes its time and is counted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from study.objects import AlreadyStored, ImmutableStore, NotStored, Stored

PAGE = 1000  # keys a LIST answers with


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds a request takes."""

    put: float = 0.030
    get: float = 0.015
    list: float = 0.030

    def times(self, factor: float) -> Latency:
        return Latency(self.put * factor, self.get * factor, self.list * factor)


class MemoryStore:
    """Objects in memory, safe under threads."""

    place = "memory"

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, datetime]] = {}
        self._lock = threading.Lock()

    def put_new(self, key: str, body: bytes) -> Stored:
        moment = datetime.now(UTC)
        with self._lock:
            if key in self._objects:
                raise AlreadyStored(key)
            self._objects[key] = body, moment
        return Stored(key, "", len(body), moment)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        try:
            return self._objects[key][0]
        except KeyError:
            raise NotStored(key) from None

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        with self._lock:
            found = [(key, *value) for key, value in self._objects.items() if key.startswith(prefix)]
        return iter(Stored(key, "", len(body), moment) for key, body, moment in sorted(found))

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        return self.list(prefix)


class FarStore:
    """Another store behind `latency`; `requests` counts PUT, GET and LIST (one a thousand keys)."""

    def __init__(self, store: ImmutableStore, latency: Latency) -> None:
        self.store, self.latency = store, latency
        self.requests: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        return self.store.place

    def put_new(self, key: str, body: bytes) -> Stored:
        self._request("PUT", self.latency.put)
        return self.store.put_new(key, body)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self._request("GET", self.latency.get)
        return self.store.get(key, version_id)

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        found = list(self.store.list(prefix))
        for _ in range(0, max(1, len(found)), PAGE):
            self._request("LIST", self.latency.list)
        return iter(found)

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        return self.list(prefix)

    def _request(self, name: str, seconds: float) -> None:
        with self._lock:
            self.requests[name] += 1
        time.sleep(seconds)
