"""A trail under test: with its key, a clock that the test sets, and what an attacker can do to it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.local import LocalStore
from study import Actor, Fact, Run, Subject
from study.identifiers import digest
from study.objects import AlreadyStored, NotStored, Stored, StoreUnavailable
from trail import Sealed, Trail, seal
from trail.canonical import canonical
from trail.merkle import leaf_hash
from trail.note import PrivateKey, checkpoint_text, generate_key
from trail.seal import Seal, new_seal, read_seal
from trail.verify_trail import main

ORIGIN = "fieldtrail/fsp/0a1b2c3d"
PRIVATE, VKEY = generate_key(ORIGIN)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class MemoryStore:
    """An immutable store in memory that can lose a call: before it, or its reply after it."""

    def __init__(self, clock: Callable[[], datetime] = lambda: START) -> None:
        self.objects: dict[str, bytes] = {}
        self.times: dict[str, datetime] = {}
        self.clock = clock
        self.calls = 0
        self.lose: tuple[int, str] | None = None

    place = "memory"

    def put_new(self, key: str, body: bytes) -> Stored:
        with self._call():
            if key in self.objects:
                raise AlreadyStored(key)
            self.objects[key], self.times[key] = body, self.clock()
        return self._stored(key)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        with self._call():
            if key not in self.objects:
                raise NotStored(key)
        return self.objects[key]

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        with self._call():
            found = [self._stored(key) for key in sorted(self.objects) if key.startswith(prefix)]
        return iter(found)

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        return self.list(prefix)

    def written_to(self, directory: Path) -> Path:
        for key, body in self.objects.items():
            (directory / key).parent.mkdir(parents=True, exist_ok=True)
            (directory / key).write_bytes(body)
        return directory

    def _stored(self, key: str) -> Stored:
        return Stored(key, "", len(self.objects[key]), self.times[key])

    @contextlib.contextmanager
    def _call(self) -> Iterator[None]:
        self.calls += 1
        lost = self.lose[1] if self.lose and self.lose[0] == self.calls else ""
        if lost == "before":
            raise StoreUnavailable("memory: lost before it arrived. Try again.")
        try:
            yield
        finally:
            if lost == "after":
                raise StoreUnavailable("memory: the reply was lost. Try again.")


class TimedStore(LocalStore):
    """A directory whose files carry the test's clock."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        super().__init__(root)
        self.clock = clock

    def put_new(self, key: str, body: bytes) -> Stored:
        stored = super().put_new(key, body)
        moment = self.clock()
        os.utime(self.root / key, (moment.timestamp(), moment.timestamp()))
        return replace(stored, stored_at=moment)


@dataclass
class Result:
    """What the verifier said, in this process."""

    code: int
    faults: list[str]
    notes: list[str]
    report: dict[str, Any]

    @property
    def names(self) -> list[str]:
        return [fault.split()[0] for fault in self.faults]


class Notebook:
    """A trail, its writers, its sealer and its attackers, under one clock that only the test moves."""

    origin, private, vkey, start = ORIGIN, PRIVATE, VKEY, START

    def __init__(self, directory: Path | None = None) -> None:
        self.moment = START
        self.store: Any = TimedStore(directory, self.now) if directory else MemoryStore(self.now)
        self.directory = directory or Path()
        self.runs = 0
        self.forbidden: Callable[[str], str | None] = lambda line: None

    def now(self) -> datetime:
        return self.moment

    def wait(self, **delta: float) -> None:
        self.moment += timedelta(**delta)

    def open(self, run: str | None = None, attempt: int = 1) -> Trail:
        self.runs += 1
        name = run or str(uuid.uuid5(uuid.NAMESPACE_URL, str(self.runs)))
        return Trail.open(
            self.store,
            study=ORIGIN,
            actor=Actor("service", "fieldtrail", "software"),
            run=Run(name, "track-consent", "none", attempt, "0.1.0"),
            now=self.now,
            forbidden=self.forbidden,
        )

    def seal(self, **options: Any) -> Sealed | None:
        return seal(self.store, origin=ORIGIN, key=PRIVATE, now=self.now, **options)

    def verified(self, *options: str, key: str = VKEY) -> Result:
        """What the verifier's own main says, run in this process."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main([str(self.directory), "--key", key, "--json", *options])
        report = json.loads(printed.getvalue())
        return Result(code, report["faults"], report["notes"], report)

    def objects(self, folder: str) -> list[Path]:
        return sorted(path for path in (self.directory / folder).rglob("*") if path.is_file())

    def key(self, path: Path) -> str:
        return path.relative_to(self.directory).as_posix()

    def opened(self) -> Fact:
        data = {"time_zone": "America/Los_Angeles", "protocol": "ab" * 32, "approval_from": "2026-01-05"}
        return Fact("study.opened", "2026-01-05", data=data)

    def site(self, number: int, kind: str = "site.invited", *causes: str, **data: Any) -> Fact:
        subject = (Subject("site", f"S{number:03d}"),)
        return Fact(kind, "2026-02-02", subject, causes=causes, data={"ordinal": 0, "version": 1, **data})

    def told(self) -> Notebook:
        """Three seals over three lanes of several objects each, ten minutes apart, with links between lanes."""
        cause: tuple[str, ...] = ()
        for part in range(3):
            trail = self.open()
            if part == 0:
                trail.append([self.opened()])
            for batch in range(3):
                numbers = range(100 * part + 10 * batch, 100 * part + 10 * batch + 3)
                cause = (trail.append([self.site(n, "site.invited", *cause) for n in numbers])[-1].id,)
                self.wait(seconds=30)
            trail.close()
            self.wait(minutes=5)
            self.seal()
            self.wait(minutes=5)
        return self

    def edit(self, path: Path, old: bytes, new: bytes) -> None:
        """An attacker's edit, which must hit."""
        body = path.read_bytes()
        assert old in body
        path.write_bytes(body.replace(old, new, 1))

    def fix_hash(self, before: bytes, after: bytes) -> int:
        """Let the seal that names an object name its new bytes; returns the seal's number."""
        for number, path in enumerate(self.objects("seals")):
            if digest(before).encode() in path.read_bytes():
                self.edit(path, digest(before).encode(), digest(after).encode())
                return number
        raise AssertionError("no seal names it")

    def reseal(self, private: str = PRIVATE, times: dict[int, str] | None = None) -> None:
        """What the key's holder can do: make every seal and checkpoint anew over the lanes as they lie there."""
        previous: Seal | None = None
        for path in self.objects("checkpoints"):
            path.unlink()
        for number, path in enumerate(self.objects("seals")):
            old = read_seal(ORIGIN, number, path.read_bytes())
            rows, leaves, lanes = [], [], dict(old.open)
            for row in old.rows:
                body = (self.directory / row.key).read_bytes()
                lines = body.removesuffix(b"\n").split(b"\n")[1:]
                first = (previous.tree.size if previous else 0) + len(leaves)
                rows.append(replace(row, sha256=digest(body), bytes=len(body), first=first, n=len(lines)))
                leaves += [leaf_hash(line) for line in lines]
                lane = row.key.split("/")[2]
                lanes[lane] = replace(lanes[lane], prev=digest(body))
            previous = new_seal(ORIGIN, previous, (times or {}).get(number, old.sealed_at), lanes, tuple(rows), leaves)
            path.write_bytes(previous.body)
            text = checkpoint_text(ORIGIN, previous.tree.size, previous.tree.root)
            (self.directory / previous.checkpoint_key).write_bytes(PrivateKey.read(private).signed(text))

    def rechain(self) -> None:
        """What a writer in league with the key's holder can do: let every lane continue the objects as they lie."""
        previous: dict[str, str] = {}
        for path in self.objects("lanes"):
            header, rest = path.read_bytes().split(b"\n", 1)
            fields = {**json.loads(header), "prev": previous.get(path.parent.name), "n": rest.count(b"\n")}
            path.write_bytes(canonical(fields) + b"\n" + rest)
            previous[path.parent.name] = digest(path.read_bytes())


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    """A trail in a directory with nothing in it yet."""
    return Notebook(tmp_path / "trail")


@pytest.fixture
def in_memory() -> Callable[[], Notebook]:
    """`in_memory()`: a new trail in memory, whose store can lose calls."""
    return Notebook


@pytest.fixture(scope="session")
def first_told(tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return Notebook(tmp_path_factory.mktemp("told") / "trail").told()


@pytest.fixture
def told(first_told: Notebook, notebook: Notebook) -> Notebook:
    """A good trail: 31 events in 3 lanes and 3 seals."""
    shutil.copytree(first_told.directory, notebook.directory)
    notebook.moment, notebook.runs = first_told.moment, first_told.runs
    return notebook
