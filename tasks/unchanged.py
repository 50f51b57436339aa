"""A tracking run that would find what the last one found: told from files and trail as they lie, without reading them.

What the last run said is kept under restricted/runs/ with a digest of everything it looked at. Deleting it changes
nothing but time. The day is part of the digest, so that what a day brings (a date that has come, a re-consent due) is
seen by the first run of that day.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from storage.local import LocalStore
from study import Protocol, Query, load_protocol
from study.objects import NotStored, StoreUnavailable
from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.trail_place import folder, trail_store
from tasks.workspace import clock, software_version, study_root

FOLDER = "runs/"
OURS = frozenset(("queries", "readings", "runs", "codes", "keys"))
"""Folders of restricted/ that runs write: no register, and of these only the trail says what counts."""
ROOMS = ("study", "recruitment", "expectations", "tasks", "sampling")


@task(name="see whether anything changed", cache_policy=NO_CACHE)
def unchanged(request: StudyRequest, flow: str) -> Outcome | None:
    """What the last run of the flow said, where nothing it looked at has changed since; None where something has."""
    root = study_root(request.study)
    protocol = load_protocol(root)
    restricted = _restricted(root, protocol)
    try:
        kept = json.loads(restricted.get(_key(flow)))
        if kept["state"] != _state(root, protocol, request) or not all((root / path).exists() for path in kept["made"]):
            return None
        queries = [_words(restricted, one) for one in kept["queries"]]
    except (NotStored, ValueError, KeyError, TypeError, StoreUnavailable):
        return None
    return Outcome(flow, said=tuple(kept["said"]), queries=tuple(queries), made=tuple(kept["made"]))


@task(name="keep what was found", cache_policy=NO_CACHE)
def kept_for_next_time(request: StudyRequest, outcome: Outcome) -> Outcome:
    """Keep what a run said, after its last act is recorded, for a next run on the same files and trail."""
    root = study_root(request.study)
    protocol = load_protocol(root)
    with suppress(StoreUnavailable):
        document = {
            "state": _state(root, protocol, request),
            "said": ["0 new acts were recorded.", *outcome.said[1:]],
            "queries": [query.fingerprint for query in outcome.queries],
            "made": list(outcome.made),
        }
        _restricted(root, protocol).put(_key(outcome.flow), json.dumps(document, ensure_ascii=False, indent=1).encode())
    return outcome


def _restricted(root: Path, protocol: Protocol) -> LocalStore:
    return LocalStore(folder(root, protocol.storage.restricted), private=True)


def _key(flow: str) -> str:
    return f"{FOLDER}{flow}.json"


def _words(restricted: LocalStore, of: str) -> Query:
    stored = json.loads(restricted.get(f"queries/{of}.json"))
    return Query(**{**stored, "rows": tuple(stored["rows"])})


def _state(root: Path, protocol: Protocol, request: StudyRequest) -> str:
    """SHA-256 over the day, the software, and every file and object of the trail by size and time."""
    state = hashlib.sha256()
    parts: Iterator[Any] = iter(
        (software_version(), _code(), clock(protocol, request.as_of).date().isoformat(), str(request.acting))
    )
    for part in (*parts, *_files(root, protocol), *_objects(root, protocol)):
        state.update(f"{part}\x1f".encode(errors="surrogateescape"))  # names of files that are not UTF-8
    return state.hexdigest()


def _files(root: Path, protocol: Protocol) -> Iterator[str]:
    """Everything people keep in the study folder and restricted/: path, size and time."""
    restricted, out = folder(root, protocol.storage.restricted), folder(root, protocol.storage.out)
    trail = None if protocol.storage.trail.startswith("s3://") else folder(root, protocol.storage.trail)
    for top in dict.fromkeys((root, restricted)):
        for path, folders, names in os.walk(top):
            here = Path(path)
            written = (out, trail, *(restricted / name for name in OURS))
            folders[:] = sorted(name for name in folders if here / name not in written)
            for name in sorted(names):
                with suppress(FileNotFoundError):  # a temporary file of somebody who is writing
                    status = (here / name).stat()
                    yield f"{here / name}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"


def _objects(root: Path, protocol: Protocol) -> Iterator[str]:
    for stored in trail_store(root, protocol).list("lanes/"):
        yield f"{stored.key}:{stored.bytes}:{stored.version_id}:{stored.stored_at.isoformat()}"


@cache
def _code() -> str:
    """SHA-256 of the code that reads and judges registers."""
    house = Path(__file__).parent.parent
    code = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((house / room).rglob("*.py")):
            code.update(path.read_bytes())
    return code.hexdigest()
