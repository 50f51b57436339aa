"""Objects and files in a local directory, durable once a call returns.

Write-once is `link(2)` of a synced temporary file: POSIX fails it with EEXIST when the name is taken, so of
racing writers exactly one wins and no reader ever sees half an object. Names beginning with a dot are never
listed: our temporary files, and those of desktops and editors.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.keys import leads_out, outside
from study.objects import AlreadyStored, NotStored, Stored, StoreUnavailable

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")
_REASONS = {
    errno.EACCES: "this account may not {doing} it",
    errno.EPERM: "this account may not {doing} it",
    errno.EROFS: "the place is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "this account's disk quota is used up",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EISDIR: "a folder stands where a file is needed",
    errno.ENAMETOOLONG: "its name is too long for this disk",
    errno.EIO: "the disk reported a fault",
}
_REMEDY = {
    errno.EACCES: "Give this account access, then run again.",
    errno.EPERM: "Give this account access, then run again.",
    errno.ENOSPC: "Free some space, then run again; nothing recorded so far is lost.",
    errno.EDQUOT: "Free some space, then run again; nothing recorded so far is lost.",
}


class LocalStore:
    """A directory as `ImmutableStore` and `FolderStore`; it keeps no versions, so every `version_id` is empty.

    What a `private` one writes only its owner may read.
    """

    def __init__(self, root: Path, *, private: bool = False) -> None:
        self.root = Path(root)
        self._seen: set[str] = set()
        self._file_mode, self._folder_mode = (0o600, 0o700) if private else (0o666, 0o777)

    @property
    def place(self) -> str:
        return str(self.root)

    def put_new(self, key: str, body: bytes) -> Stored:
        """Write `body` under a free key and sync it, else raise AlreadyStored; the place itself is created."""

        def publish(temporary: Path, path: Path) -> None:
            try:
                os.link(temporary, path)
            except FileExistsError:
                _sync_folder(path.parent)  # it may be our own, whose folder could not be synced then
                raise AlreadyStored(key) from None
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
                    raise
                raise _unavailable(
                    self.place, key, "this disk cannot write files once (it has no hard links)", _OTHER_DISK
                ) from None

        return self._write(key, body, publish)

    def put(self, key: str, body: bytes) -> Stored:
        """Write `body` under `key`, replacing what was there in one step."""
        return self._write(key, body, os.replace)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """The bytes under `key`, else NotStored; also NotStored for any version id but the empty one."""
        path = self._path(key)
        if version_id:
            raise NotStored(key)
        with self._explained(key, "read"):
            try:
                return path.read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise NotStored(key) from None

    def get_parts(self, key: str, size: int = 1 << 20) -> Iterator[bytes]:
        """The bytes under `key` in parts of at most `size`, so that a file of any length fits; else NotStored."""
        self._stays_in_folder(key)
        with self._explained(key, "read"):
            try:
                with open(f"{self.root}/{key}", "rb", buffering=0) as file:
                    while part := file.read(size):
                        yield part
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise NotStored(key) from None

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        """The bytes under each of these keys, in their order."""
        looked_at: set[str] = set()
        for key in keys:
            folder = key.rpartition("/")[0]
            if folder not in looked_at or leads_out(key):
                self._path(key)  # a folder that stays in this place is looked at once
                looked_at.add(folder)
            yield self._unlinked(key)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Every file whose key starts with `prefix`, sorted by key; a place that does not exist is empty."""
        start = self._path(prefix.rpartition("/")[0]) if "/" in prefix else self.root
        found: list[Stored] = []
        for folder, folders, names in os.walk(start, onerror=self._raise_unlisted):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = Path(folder)
            for name in folders:
                if (here / name).is_symlink():
                    raise _unavailable(self.place, self._key(here / name), "it is a link to another folder", _NO_LINKS)
            within = "" if here == self.root else f"{self._key(here)}/"
            keys = [within + name for name in names if not name.startswith(".")]
            self._check_names(keys)
            found += [stored for key in keys if key.startswith(prefix) and (stored := self._stored(key))]
        yield from sorted(found, key=lambda stored: stored.key)

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        """The same as `list`: a directory keeps one version of each file."""
        return self.list(prefix)

    def erase_all_versions(self, key: str) -> int:
        """Remove the file; 1 when there was one, else 0. The disk may keep its blocks until they are reused.

        A folder within a folder that is empty then goes too: it may be named after a participant.
        """
        path = self._path(key)
        with self._explained(key, "remove"):
            try:
                path.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return 0
            _sync_folder(path.parent)
            if self.root not in (path.parent, path.parent.parent):
                with suppress(OSError):  # not empty
                    path.parent.rmdir()
        return 1

    def erase_old_versions(self, key: str) -> int:
        """0: a directory keeps no older versions."""
        return 0

    def erase_unfinished(self, older_s: float = 600.0) -> int:
        """Remove what killed runs were writing: our temporary files last touched so many seconds ago; how many.

        Nothing lists them, so nothing else would ever find what they hold.
        """
        gone = 0
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in filter(_TEMPORARY.fullmatch, names):
                with suppress(OSError):
                    path = Path(folder) / name
                    if time.time() - path.stat().st_mtime >= older_s:
                        path.unlink()
                        gone += 1
        return gone

    def _write(self, key: str, body: bytes, publish: Callable[[Path, Path], None]) -> Stored:
        path = self._path(key)
        temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
        with self._explained(key, "write"):
            self._make_folder(path.parent)
            try:
                with open(temporary, "xb", opener=self._opener) as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                publish(temporary, path)
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
            _sync_folder(path.parent)
            status = path.stat()
        return Stored(key, "", len(body), datetime.fromtimestamp(status.st_mtime, UTC))

    def _opener(self, path: str, flags: int) -> int:
        return os.open(path, flags, self._file_mode)

    def _make_folder(self, folder: Path) -> None:
        """Create a folder and its parents, each synced into the one above it."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(self._folder_mode)
        _sync_folder(folder.parent)

    def _unlinked(self, key: str) -> bytes:
        """The bytes of a plain file whose folder stays in this place; anything else is left to `get`."""
        try:
            with open(f"{self.root}/{key}", "rb", buffering=0, opener=_unless_a_link) as file:
                return file.read()
        except OSError:
            return self.get(key)

    def _stays_in_folder(self, key: str) -> None:
        """As `_path`, but a folder that was seen to stay in this place is not looked at again for its plain files."""
        folder = key.rpartition("/")[0]
        if folder not in self._seen or leads_out(key) or os.path.islink(f"{self.root}/{key}"):
            self._path(key)
            self._seen.add(folder)

    def _path(self, key: str) -> Path:
        """The file behind a key; StudyError for a key that is no relative path or leads out of the place."""
        path = self.root / key
        if leads_out(key) or not self._stays(path):
            raise outside(key, self.place)
        return path

    def _stays(self, path: Path) -> bool:
        root = self.root.resolve()
        with self._explained(self._key(path), "reach"):
            real = path.resolve() if path.is_symlink() else path.parent.resolve()
            return real.is_relative_to(root)

    def _key(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _stored(self, key: str) -> Stored | None:
        try:
            status = os.stat(f"{self.root}/{key}")
        except FileNotFoundError:
            return None
        return Stored(key, "", status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _check_names(self, keys: Iterable[str]) -> None:
        for key in keys:
            try:
                key.encode()
            except UnicodeEncodeError:
                shown = key.encode("utf-8", "backslashreplace").decode()
                raise _unavailable(self.place, shown, "its name is not UTF-8", "Rename it, then run again.") from None

    def _raise_unlisted(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            key = Path(error.filename).relative_to(self.root).as_posix() if error.filename else "."
            raise self._explanation(error, "" if key == "." else key, "list") from None

    @contextmanager
    def _explained(self, key: str, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._explanation(error, key, doing) from None

    def _explanation(self, error: OSError, key: str, doing: str) -> StoreUnavailable:
        reason = _REASONS.get(error.errno or 0, error.strerror or "the disk did not answer").format(doing=doing)
        return _unavailable(
            self.place, key, reason, _REMEDY.get(error.errno or 0, "Look at that disk, then run again.")
        )


_OTHER_DISK = "Keep the study on a disk of Linux's or macOS's own kind."
_NO_LINKS = "Put the folder itself there, or name its real place in study.yaml."


def _unavailable(place: str, key: str, reason: str, remedy: str) -> StoreUnavailable:
    where = f"{place}/{key}" if key else place
    return StoreUnavailable(f"{where}: {reason}. {remedy}")


def _unless_a_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
