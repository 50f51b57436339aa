"""One study opened for one run: its protocol, folders, clock, actor and trail."""

from __future__ import annotations

import gc
import hashlib
import hmac
import importlib.metadata
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from prefect.context import _deployment_id as deployment_id
from prefect.runtime import deployment, flow_run

from storage.local import LocalStore
from study import Actor, Event, Fact, Protocol, Reference, Run, StudyError, load_protocol
from study.event import instant
from study.identifiers import digest, event_id, keyed_digest
from study.objects import AlreadyStored, NotStored
from tasks.codes import Codes
from tasks.ended import refuse_ended
from tasks.keys import VKEY, trail_origin
from tasks.never import never_list
from tasks.read import parse_table
from tasks.request import StudyRequest
from tasks.trail_place import folder, lock_firmly, personal_signer, refuse_unfit, trail_store
from tasks.triggers import announce
from trail import Trail

__all__ = ["StudyRequest", "Workspace", "opened"]

NAMED = {"identities.csv": ("participant_id", "name"), "participants.csv": ()}
"""The tables under restricted/ that name people, and the columns without which they would seem to name nobody."""

OF_PEOPLE = frozenset({"participant", "interview", "recording", "transcript", "fieldnote", "packet", "reply", "copy"})
"""Subjects that are a person or what one person said."""

SELDOM = 200_000
"""Objects made before the next search for reference cycles; Python's own number is made for small programs."""


class Workspace:
    """What a run works with. A plain class, so that Prefect passes it on without looking inside."""

    def __init__(self, protocol: Protocol, root: Path, *, actor: Actor, now: datetime) -> None:
        self.protocol = protocol
        self.root = root
        self.actor = actor
        self.now = now
        self.files = LocalStore(root)
        self.restricted = LocalStore(folder(root, protocol.storage.restricted), private=True)
        self.out = LocalStore(folder(root, protocol.storage.out))
        self.trail_store = trail_store(root, protocol)
        self.codes = Codes(self.restricted)
        self.trail: Trail
        self.origin = ""

    @property
    def today(self) -> date:
        """The study's local day."""
        return self.now.date()

    @property
    def instant(self) -> str:
        """The domain's now as RFC 3339 UTC with milliseconds."""
        return instant(self.now)

    @property
    def public_key(self) -> str:
        """The trail's public key (trail.vkey)."""
        return self.files.get(VKEY).decode().strip()

    def events(self, kinds: Iterable[str] | None = None) -> list[Event]:
        """The trail's events in fold order."""
        return self.trail.events(kinds=kinds)

    def trail_code(self, participant: str) -> str:
        """The random trail code of a participant code, made on first use."""
        return self.codes.trail_code(participant)

    def known_trail_codes(self) -> dict[str, str]:
        """Every participant code that has a trail code."""
        return self.codes.trail_codes()

    def participant_key(self, trail_code: str) -> bytes:
        """The 32-byte HMAC key of a participant, made on first use."""
        return self.codes.key(trail_code)

    def ref(self, path: str) -> str:
        """The opaque ref of a file in the study folder, made on first use."""
        return self.codes.ref(path)

    def reference(self, path: str, data: bytes, *, personal: bool) -> Reference:
        """A reference to a file: by keyed HMAC when it is about a person, else by SHA-256."""
        ref = self.ref(path)
        if personal:
            return Reference(ref, len(data), hmac=keyed_digest(self.codes.key(ref), data))
        return Reference(ref, len(data), sha256=digest(data))

    def reference_to(self, path: str) -> Reference:
        """A reference to a file of the study folder that is about a person; it is read in parts, however long it is."""
        ref = self.ref(path)
        state, length = hmac.new(self.codes.key(ref), digestmod=hashlib.sha256), 0
        for part in self.files.get_parts(path):
            state.update(part)
            length += len(part)
        return Reference(ref, length, hmac=state.hexdigest())

    def with_record(self, fact: Fact, document: dict[str, Any], *, personal: bool = False) -> Fact:
        """Write the record beside an act once (reasons, rationales) and name it in the fact by its digest.

        A record about people (`personal`, or a subject that is a participant or what one said) goes to
        restricted/records/ and is named by a keyed digest. A record already there stands.
        """
        personal = personal or any(s.type in OF_PEOPLE for s in fact.subject)
        store = self.restricted if personal else self.files
        id = event_id(self.origin, fact.kind, fact.natural_key)
        key = f"records/{fact.kind}/{id}.json"
        body = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode()
        try:
            store.put_new(key, body)
        except AlreadyStored:
            body = store.get(key)
        if personal:
            reference = self.reference(f"restricted/{key}", body, personal=True)
        else:
            reference = Reference(f"r{id}", len(body), sha256=digest(body))
        return replace(fact, generated=(*fact.generated, reference))


@contextmanager
def opened(request: StudyRequest, flow: str, *, create: bool = False) -> Iterator[Workspace]:
    """Open the study a request names, and close its lane in the trail at the end.

    With `create` the trail's key pair is made when there is none. Raises StudyError for a study that cannot
    be read or written, for an acting person who is not in the team, and before the study is opened.
    """
    root = study_root(request.study)
    protocol = load_protocol(root)
    _writable(root)
    now = clock(protocol, request.as_of)
    place = Workspace(protocol, root, actor=_actor(protocol, request.acting), now=now)
    if create:
        refuse_unfit(place.trail_store)
    place.origin = trail_origin(
        place.files, place.restricted, protocol.id, configured=protocol.storage.key, create=create
    )
    place.trail = Trail.open(
        place.trail_store,
        study=place.origin,
        actor=place.actor,
        run=_run(flow),
        now=lambda: datetime.now(UTC),
        forbidden=never_list(protocol, _identities(place)),
        sign=personal_signer(place.actor),
    )
    lock_firmly(place.trail_store, protocol, assessed=bool(place.events(["storage.dpia"])))
    try:
        refuse_ended(place, flow)
        with _seldom_collected():
            yield place
    except BaseException:
        announce(place)
        place.trail.close("failed")
        raise
    announce(place)
    place.trail.close("completed")


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for reference cycles seldom, and not in the trail: it stays in memory, and so does what is made of it."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def study_root(study: str) -> Path:
    """The study folder as a path; StudyError for an s3:// place, which this version does not open."""
    if study.startswith("s3://"):
        raise StudyError(
            "this version opens studies in a local folder only", where=study, remedy="Copy the study to a folder first."
        )
    root = Path(study).expanduser()
    if not root.is_dir():
        raise StudyError(
            "there is no such study folder", where=study, remedy="Check the path, or `fieldtrail new DIR`."
        )
    return root.resolve()


def clock(protocol: Protocol, as_of: date | None) -> datetime:
    """The domain's now in the study's zone: the end of the `as_of` day, or the real time."""
    day = as_of or protocol.as_of
    if day is None:
        return datetime.now(protocol.zone)
    return datetime.combine(day, time(23, 59, 59), protocol.zone)


def software_version() -> str:
    """The version of this software."""
    return importlib.metadata.version("fieldtrail")


def _writable(root: Path) -> None:
    if not os.access(root, os.W_OK):
        raise StudyError(
            "the study folder cannot be written", where=str(root), remedy="Ask its owner for permission to write."
        )


def _actor(protocol: Protocol, acting: str | None) -> Actor:
    if acting is None:
        return Actor("service", "fieldtrail", "software")
    person = protocol.person(acting)
    if person is None:
        raise StudyError(
            "the acting person is not in the team",
            where=f"study.yaml, team ({acting})",
            remedy="Use a code from the team list, or add the person there.",
        )
    return Actor("person", person.code, person.role)


def _run(flow: str) -> Run:
    return Run(
        flow_run_id=str(flow_run.id or uuid.uuid4()),
        flow=flow,
        deployment=_deployment(),
        attempt=int(flow_run.run_count or 1),
        code=software_version(),
    )


def _deployment() -> str:
    """The deployment that a run, or the run it is part of, was started by; the server is asked only where one was."""
    return str(deployment.name) if deployment_id.get() else "none"


def _identities(place: Workspace) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for name, needed in NAMED.items():
        try:
            table = parse_table(place.restricted.get(name), f"restricted/{name}")
        except NotStored:
            continue
        missing = [column for column in needed if column not in table.columns]
        if missing:
            raise StudyError(
                f"the column {missing[0]} is missing, so that no name could be kept out of the trail",
                where=f"restricted/{name}, row 1",
                remedy="Add it to the header row.",
            )
        rows += table.to_dict("records")
    return rows
