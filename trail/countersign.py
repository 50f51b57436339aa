"""The countersigner: another party that keeps what it last saw of a trail and vouches only for what grew from it.

Requests and answers are C2SP tlog-witness's add-checkpoint (https://c2sp.org/tlog-witness), with two differences: what
was cosigned last is cosigned again whatever `old` says, with the same line; and another root at the same size is 422.
What it saw is one write-once file an answer, numbered: of processes at once one wins each number, and the other looks
again, so what was cosigned is one log that only grows.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from study.errors import StudyError
from study.identifiers import digest
from study.objects import AlreadyStored, ImmutableStore, NotStored, StoreUnavailable
from trail.cosignature import cosigned, cosigned_at
from trail.merkle import EMPTY_ROOT, is_consistent
from trail.note import Kind, PublicKey, note, read_checkpoint
from trail.signer import Signer

LARGEST = 64 * 1024  # bytes of a request
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.:-]{0,79}")  # of a trail: what it makes a folder's name of
_NUMBER = re.compile(r"[0-9]{8}")
_HASHES = 63
_ATTEMPTS = 16


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to cosign, with the proof that it grew from the one of size `old`; `text` is not yet trusted."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    text: str
    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last cosigned of a trail, how often, when (Unix time) and with which line."""

    count: int = 0
    size: int = 0
    root: bytes = EMPTY_ROOT
    seconds: int = 0
    line: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its body, and the sentence for the countersigner's own people.

    `alarm` when the request, signed with the trail's key or pretending to be, is not what an honest trail asks.
    """

    status: int
    body: str
    said: str
    alarm: bool = False


def read_request(body: bytes) -> Request:
    """The request in these bytes; ValueError when they are none."""
    if len(body) > LARGEST:
        raise ValueError("too long")
    head, _, signed = body.decode().partition("\n\n")
    first, *lines = head.split("\n")
    match = _OLD.fullmatch(first)
    proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    if match is None or len(proof) > _HASHES or any(len(node) != 32 for node in proof):
        raise ValueError("no old size or no proof")
    text, separator, _ = signed.partition("\n\n")
    origin, size, root = read_checkpoint(f"{text}\n")
    if not separator or size == 0 or int(match[1]) > size:
        raise ValueError("no signature, or an empty tree, or one smaller than the old one")
    return Request(int(match[1]), proof, signed.encode(), f"{text}\n", origin, size, root)


def decided(request: Request, seen: Seen) -> Answer | None:
    """The answer to a request signed by its trail, after what was last seen; None when it may be cosigned anew."""
    if request.size == seen.size:
        if request.root == seen.root:
            return Answer(200, f"{seen.line}\n", f"{request.origin}: size {seen.size} cosigned again")
        return _refused(request, "another history of the same size than the one cosigned")
    if request.size < seen.size:
        said = f"{request.origin}: size {request.size} refused: {seen.size} was cosigned already, so this is a rollback"
        return Answer(409, f"{seen.size}\n", said, alarm=True)
    if request.old != seen.size:
        said = f"{request.origin}: size {request.size} not cosigned yet: it must be proved from {seen.size}"
        return Answer(409, f"{seen.size}\n", said)
    if not is_consistent(seen.size, seen.root, request.size, request.root, request.proof):
        return _refused(request, f"it does not continue the history of size {seen.size} that was cosigned")
    return None


class Countersigner:
    """Answers requests with a key and a directory of its own."""

    def __init__(self, store: ImmutableStore, signer: Signer) -> None:
        self.key = PublicKey.read(signer.vkey, Kind.COUNTERSIGNER, "countersigner.key")
        self._store = store
        self._signer = signer

    def answer(self, body: bytes, now: datetime) -> Answer:
        """Decide one request; what is cosigned is stored before this returns.

        StudyError when what was last seen cannot be read: then nothing is cosigned for that trail.
        """
        try:
            request = read_request(body)
        except ValueError:
            return Answer(400, "this is no request to cosign a checkpoint\n", "not a request")
        trusted = self._trusted(request.origin)
        if trusted is None:
            shown = request.origin if request.origin.isprintable() else repr(request.origin)
            return Answer(404, "this trail is not registered here\n", f"{shown}: not registered here")
        if trusted.verifies(request.note) is None:
            said = f"{request.origin}: not signed with the key registered for it"
            return Answer(403, "the checkpoint is not signed with the trail's key\n", said, alarm=True)
        answer = self._decide(request, trusted, now)
        if answer.status == 422:
            self._keep_evidence(request)
        return answer

    def trust(self, vkey: str) -> PublicKey:
        """Register a trail's public key; StudyError when another key stands for that trail already."""
        key = PublicKey.read(vkey, where="the trail's public key")
        if not _NAME.fullmatch(key.name):
            raise StudyError(f"{key.name!r} cannot be registered", remedy="Give the trail.vkey of a study.")
        path = f"trusted/{_folder(key.name)}.vkey"
        try:
            self._store.put_new(path, f"{key.vkey}\n".encode())
        except AlreadyStored:
            if self._trusted(key.name) != key:
                raise StudyError(
                    f"another key is registered for {key.name}",
                    where=f"{self._store.place}/{path}",
                    remedy="A trail never changes its key: ask the study which of the two is its own.",
                ) from None
        return key

    def trails(self) -> list[tuple[PublicKey, Seen]]:
        """Every registered trail with what was last seen of it."""
        keys = [stored.key for stored in self._store.list("trusted/")]
        trusted = [self._read_trusted(key) for key in keys if key.endswith(".vkey")]
        return [(key, self.seen(key.name)) for key in trusted]

    def refused(self, origin: str) -> int:
        """How many signed checkpoints that do not fit what was seen are kept as evidence."""
        return sum(1 for _ in self._store.list(f"refused/{_folder(origin)}/"))

    def seen(self, origin: str) -> Seen:
        """What was last cosigned of a trail; StudyError when that cannot be read."""
        prefix = f"seen/{_folder(origin)}/"
        names = [stored.key.removeprefix(prefix) for stored in self._store.list(prefix)]
        numbers = sorted(int(name) for name in names if _NUMBER.fullmatch(name))
        if not numbers:
            return Seen()
        key = f"{prefix}{numbers[-1]:08d}"
        try:
            text, _, lines = self._store.get(key).decode().partition("\n\n")
            named, size, root = read_checkpoint(f"{text}\n")
            line = lines.splitlines()[-1]
            seconds = cosigned_at(self.key, line, f"{text}\n")
        except (NotStored, ValueError, IndexError):
            seconds = None
        if seconds is None or named != origin or numbers != list(range(len(numbers))):
            raise StudyError(
                "what was last seen of this trail is damaged, so nothing is cosigned for it",
                where=f"{self._store.place}/{key}",
                remedy="Restore this folder from its newest backup, whole.",
            )
        return Seen(len(numbers), size, root, seconds, line)

    def _decide(self, request: Request, trusted: PublicKey, now: datetime) -> Answer:
        """Answer after what was last seen; when another process stores an answer meanwhile, look again."""
        for _ in range(_ATTEMPTS):
            seen = self.seen(request.origin)
            answer = decided(request, seen)
            if answer is not None:
                return answer
            line = cosigned(self._signer, request.text, max(int(now.timestamp()), seen.seconds))
            try:
                key = f"seen/{_folder(request.origin)}/{seen.count:08d}"
                self._store.put_new(key, note(request.text, _signature(request, trusted), line))
            except AlreadyStored:
                continue
            return Answer(200, f"{line}\n", f"{request.origin}: size {request.size} cosigned")
        raise StoreUnavailable(f"{self._store.place}: other processes keep answering for this trail. Ask again.")

    def _trusted(self, origin: str) -> PublicKey | None:
        try:
            key = self._read_trusted(f"trusted/{_folder(origin)}.vkey") if _NAME.fullmatch(origin) else None
        except NotStored:
            return None
        return key if key and key.name == origin else None

    def _read_trusted(self, key: str) -> PublicKey:
        return PublicKey.read(self._store.get(key).decode(errors="replace"), where=f"{self._store.place}/{key}")

    def _keep_evidence(self, request: Request) -> None:
        """Keep what the trail's key signed and should not have: only its holder can have made it."""
        try:
            self._store.put_new(f"refused/{_folder(request.origin)}/{digest(request.note)}", request.note)
        except AlreadyStored:
            return


def _refused(request: Request, why: str) -> Answer:
    said = f"{request.origin}: size {request.size} refused: {why}"
    return Answer(422, f"refused: {why}\n", said, alarm=True)


def _signature(request: Request, key: PublicKey) -> str:
    """The trail's own signature line among those of the request."""
    lines = request.note.decode().partition("\n\n")[2].splitlines()
    return next(line for line in lines if key.signature_in(line) is not None)


def _folder(origin: str) -> str:
    return quote(origin, safe="")
