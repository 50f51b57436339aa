"""How the sealer reaches its countersigners: over HTTP, or through a folder that both sides reach."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from storage.local import LocalStore
from study import StudyError
from study.objects import FolderStore, ImmutableStore, NotStored, StoreUnavailable
from trail.asking import Question, Reply, Transport, Unreachable, Vouched, ask_countersigner

PATIENCE = 10.0  # seconds a countersigner has to answer
LARGEST = 64 * 1024  # bytes of an answer
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def ask_all(
    store: ImmutableStore,
    origin: str,
    countersigners: Iterable[tuple[str, str]],
    *,
    base: Path,
    memory: FolderStore | None = None,
) -> list[Vouched]:
    """Ask each countersigner, given as its public key and where it is, to cosign the newest checkpoint.

    Where it is: an http address, or a folder (relative to `base`), one for each. One that is away is said, not raised.
    """
    return [ask_countersigner(store, origin, vkey, transport_of(at, base), memory) for vkey, at in countersigners]


def transport_of(at: str, base: Path) -> Transport:
    """How to reach what study.yaml names: an http address, or a folder."""
    scheme = urlsplit(at).scheme if "://" in at else ""
    if scheme in ("http", "https"):
        return OverHttp(at)
    if scheme:
        raise StudyError(
            f"a countersigner cannot be reached at {scheme}://",
            where="study.yaml, storage.countersigners",
            remedy="Give an http address or a folder.",
        )
    return ThroughFolder(LocalStore(base / Path(at).expanduser()))


class OverHttp:
    """A countersigner that `fieldtrail countersign DIR --serve` (or any C2SP tlog-witness) answers for."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self._address = f"{address.rstrip('/')}/add-checkpoint"
        self._patience = patience
        direct = [urllib.request.ProxyHandler({})] if urlsplit(address).hostname in _LOOPBACK else []
        self._opener = urllib.request.build_opener(_NoRedirect(), *direct)

    def waiting(self, origin: str) -> Sequence[Reply]:
        return ()

    def ask(self, question: Question) -> Reply:
        """Its answer; Unreachable when there is none within the patience, however it dribbles."""
        answers: list[Reply | str] = []
        asking = threading.Thread(target=lambda: answers.append(self._exchanged(question)), daemon=True)
        asking.start()
        asking.join(self._patience)
        answer = answers[0] if answers else f"no answer within {self._patience:g} seconds"
        if isinstance(answer, str):
            raise Unreachable(answer)
        return answer

    def done(self, origin: str, reply: Reply) -> None:
        return

    def _exchanged(self, question: Question) -> Reply | str:
        """The answer, or why there is none."""
        request = urllib.request.Request(
            self._address, question.body, {"Content-Type": "text/plain; charset=utf-8"}, method="POST"
        )
        try:
            with self._opener.open(request, timeout=self._patience) as response:
                return Reply(question.size, response.status, response.read(LARGEST).decode(errors="replace"))
        except urllib.error.HTTPError as error:
            with error:
                if error.code >= 500:
                    return f"it answers {error.code}"
                return Reply(question.size, error.code, error.read(LARGEST).decode(errors="replace"))
        except Exception as error:  # a thread has nobody else to tell: each way a connection fails is the same to us
            return str(getattr(error, "reason", None) or error or type(error).__name__)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is asked is asked of the countersigner named, of nobody else."""

    def redirect_request(self, *_: object) -> None:
        return None


class ThroughFolder:
    """A folder in which requests are left, and `fieldtrail countersign DIR --inbox` leaves answers beside them.

    Only the newest unanswered request of a trail lies there.
    """

    def __init__(self, folder: FolderStore) -> None:
        self._folder = folder

    def waiting(self, origin: str) -> Iterator[Reply]:
        with _reached():
            for name, size in self._files(origin, ".request.reply"):
                reply = self._reply(name, size)
                if reply:
                    yield reply

    def ask(self, question: Question) -> None:
        name = f"{_stem(question.origin)}.{question.old:012d}.{question.size:012d}.request"
        with _reached():
            for older, _ in self._files(question.origin, ".request"):
                if older != name:
                    self._folder.erase_all_versions(older)
            self._folder.put(name, question.body)

    def done(self, origin: str, reply: Reply) -> None:
        with _reached():
            for ending in (".request", ".request.reply"):
                for name, size in self._files(origin, ending):
                    if size == reply.size:
                        self._folder.erase_all_versions(name)

    def _files(self, origin: str, ending: str) -> list[tuple[str, int]]:
        """The files of that trail with that ending, by size."""
        pattern = re.compile(rf"{re.escape(_stem(origin))}\.[0-9]{{12}}\.([0-9]{{12}}){re.escape(ending)}")
        matches = (pattern.fullmatch(stored.key) for stored in self._folder.list(_stem(origin)))
        return sorted(((match[0], int(match[1])) for match in matches if match), key=lambda found: found[1])

    def _reply(self, name: str, size: int) -> Reply | None:
        """What a file answers; None for one that is still being copied."""
        try:
            status, newline, body = self._folder.get(name).decode(errors="replace").partition("\n")
        except NotStored:
            return None
        if not newline or not body.endswith("\n"):
            return None
        return Reply(size, int(status) if re.fullmatch(r"[1-5][0-9]{2}", status) else 0, body)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise Unreachable(str(error)) from None


def _stem(origin: str) -> str:
    return origin.replace("/", "-")
