"""A full disk: a real one of a few pages, and ENOSPC at every system call that needs room."""

from __future__ import annotations

import builtins
import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import storage.local
from study.objects import StoreUnavailable

Notebook = Any
ROOT = Path(__file__).parents[2]
NEED_ROOM = ("mkdir", "link", "fsync")


def day(notebook: Notebook, acknowledged: list[str]) -> None:
    """Three batches and a seal; a batch that meets a full disk is tried once more."""
    writer = notebook.open()
    for number in range(3):
        try:
            events = writer.append([notebook.site(number), notebook.site(100 + number)])
        except StoreUnavailable as error:
            assert "the disk is full" in str(error)  # noqa: PT017
            events = writer.append([notebook.site(number), notebook.site(100 + number)])
        acknowledged += [event.id for event in events]
    writer.close()
    sealer = notebook.open()
    notebook.seal(record=sealer.append)
    sealer.close()


def state(notebook: Notebook, acknowledged: list[str]) -> dict[str, Any]:
    """What the trail holds once there is room again and the day's work was done anew."""
    day(notebook, acknowledged)
    trail = notebook.open()
    held = [event.id for event in trail.events(kinds=["site.invited"])]
    result = notebook.verified()
    return {
        "lost": sorted(set(acknowledged) - set(held)),
        "held": len(held),
        "doubled": len(held) - len(set(held)),
        "unread": list(trail.unread),
        "faults": result.faults,
        "temporary": [path.name for path in notebook.objects("") if path.name.startswith(".")],
    }


GOOD = {"lost": [], "held": 6, "doubled": 0, "unread": [], "faults": [], "temporary": []}


class Full:
    """Fails the n-th call that needs room with ENOSPC; half of a file's bytes are written before it fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: int) -> None:
        self.calls, self.fails = 0, fails
        for name in NEED_ROOM:
            monkeypatch.setattr(os, name, self.limited(getattr(os, name)))
        monkeypatch.setattr(storage.local, "open", self.opened, raising=False)

    def limited(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            self.count()
            return call(*arguments, **options)

        return called

    def count(self) -> None:
        self.calls += 1
        if self.calls == self.fails:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(self, *arguments: Any, **options: Any) -> Any:
        if "rb" in arguments:  # reading needs no room
            return builtins.open(*arguments, **options)
        self.count()
        file = builtins.open(*arguments, **options, buffering=0)  # noqa: SIM115
        written = file.write
        full = self

        class Writing:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *error: object) -> None:
                file.close()

            def write(self, body: bytes) -> int:
                written(body[: len(body) // 2])
                full.count()
                return int(written(body[len(body) // 2 :]))

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        return Writing()


@pytest.mark.slow
def test_enospc_at_every_call_that_needs_room(notebook: Notebook, tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    base = (memory if os.access(memory, os.W_OK) else tmp_path) / f"fieldtrail-{os.getpid()}"
    met, call = 0, 0
    try:
        while True:
            call += 1
            book = type(notebook)(base / str(call))
            acknowledged: list[str] = []
            with pytest.MonkeyPatch.context() as monkeypatch:
                full = Full(monkeypatch, call)
                try:
                    day(book, acknowledged)
                except StoreUnavailable as error:  # the lane's end and the sealer are not tried again
                    assert "the disk is full" in str(error)  # noqa: PT017
            if full.calls < call:
                break
            met += 1
            book.wait(minutes=5)
            assert state(book, acknowledged) == GOOD, call
    finally:
        shutil.rmtree(base, ignore_errors=True)
    assert met >= 40


def test_a_batch_is_acknowledged_only_when_its_folder_is_on_disk(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file was linked, but the folder could not be synced: a power cut may still take it."""
    writer = notebook.open()
    writer.append([notebook.site(1)])
    sync, synced, full = os.fsync, [], [True]

    def limited(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            if full:
                raise OSError(full.pop() and errno.ENOSPC, "No space left on device")
            synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", limited)
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        writer.append([notebook.site(2)])
    assert len(notebook.objects("lanes")) == 2
    assert synced == []
    writer.flush()
    assert notebook.objects("lanes")[1].parent.stat().st_ino in synced
    assert len(notebook.objects("lanes")) == 2


# A real disk of a few pages, mounted in a name space of the script's own, so that nothing stays mounted.
def main(directory: Path) -> None:
    from conftest import Notebook as Book  # the tests' own, beside this script

    for pages in range(22):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64", "none", directory], check=True)
        ballast, notebook = directory / "ballast", Book(directory / "trail")
        ballast.write_bytes(bytes((64 - pages) * 4096))
        acknowledged: list[str] = []
        stopped = False
        try:
            day(notebook, acknowledged)
        except StoreUnavailable as error:
            stopped = "the disk is full" in str(error)
        ballast.unlink()
        notebook.wait(minutes=5)
        before = len(acknowledged)
        print(json.dumps({"stopped": stopped, "before": before, **state(notebook, acknowledged)}))
        subprocess.run(["umount", directory], check=True)


@pytest.mark.real
def test_a_real_full_disk(tmp_path: Path) -> None:
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*own, "mount", "-t", "tmpfs", "none", tmp_path]).returncode:
        reason = "this machine lets nobody mount a file system of his own"
        pytest.fail(reason) if os.environ.get("FIELDTRAIL_REQUIRE_ALL") == "1" else pytest.skip(reason)
    run = subprocess.run(
        [*own, sys.executable, __file__, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    seen = [json.loads(line) for line in run.stdout.splitlines()]
    assert {one["before"] for one in seen if one["stopped"]} >= {0, 2, 4, 6}, "it got full in every batch, and later"
    assert not seen[-1]["stopped"]
    for one in seen:
        assert {name: one[name] for name in GOOD} == GOOD, one


if __name__ == "__main__":
    main(Path(sys.argv[1]))
