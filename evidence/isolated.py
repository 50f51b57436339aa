"""Untrusted files are read in a child process, with a time and a memory limit for each.

A reader that loops, eats memory or crashes the interpreter costs one file, never the run. Source: setrlimit(2).
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from study.errors import StudyError

R = TypeVar("R")
Part = bytes | memoryview

_START_SECONDS = 120.0
_AHEAD = 2  # calls under way or answered and not yet taken, for each process
_OUT_OF_MEMORY = 77
_LENGTH = struct.Struct("!Q")
_BOOT = """
import os, sys
os.putenv("ARROW_DEFAULT_MEMORY_POOL", "system")
sys.path[:] = sys.argv[1:]
from evidence.isolated import serve
serve()
"""
# Arrow's own pool takes 1 GiB of address space at pandas' first string: all of a usual limit, or none.


@dataclass(frozen=True, slots=True)
class ReaderDied:
    """Why a file was not read: too slow, too large, the reader crashed, failed, or refused it.

    `detail` is a signal's name, an exception's type name or, when refused, the StudyError's sentence: never content.
    """

    reason: Literal["time", "memory", "crashed", "failed", "refused"]
    detail: str = ""


def call(function: Callable[..., R], *args: Any, seconds: float, megabytes: int) -> R | ReaderDied:
    """`function(*args)` in a child process; `function` is importable, arguments and result can be pickled.

    `seconds` of wall clock, from when the child is ready; `megabytes` beyond what its imports take (Linux).
    """
    return next(iter(call_each(function, [args], seconds=seconds, megabytes=megabytes)))


def call_each(
    function: Callable[..., R],
    calls: Iterable[tuple[Any, ...]],
    *,
    seconds: float,
    megabytes: int,
    processes: int = 1,
) -> Iterator[R | ReaderDied]:
    """The results of `function(*args)` for each of `calls`, in order, limits for each call.

    One child serves them all, so that its imports are paid once; one that died is replaced for the next call. With
    `processes` as many children share the calls, which are taken from `calls` only shortly before they are made.
    """
    children = _Children(function, seconds, megabytes, processes)
    try:
        yield from children.answers(calls)
    finally:
        children.end()


class _Children:
    """Children that share calls, each served by a thread that only waits for it."""

    def __init__(self, function: Callable[..., Any], seconds: float, megabytes: int, processes: int) -> None:
        self._what: tuple[Callable[..., Any], float, int] = (function, seconds, megabytes)
        self._idle: deque[_Child] = deque()
        self._living: set[_Child] = set()
        self._processes = processes
        self._threads = ThreadPoolExecutor(processes) if processes > 1 else None
        self._ended = False

    def answers(self, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        if self._threads is None:
            yield from map(self._ask, calls)
            return
        asked: deque[Future[Any]] = deque()
        for args in calls:
            asked.append(self._threads.submit(self._ask, args))
            if len(asked) == _AHEAD * self._processes:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()

    def end(self) -> None:
        """Kill every child; whoever waits for one gets its death for an answer."""
        self._ended = True
        for child in list(self._living):
            child.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        for child in self._living:
            child.close()

    def _ask(self, args: tuple[Any, ...]) -> Any:
        child = self._idle.popleft() if self._idle else _Child(*self._what)
        self._living.add(child)
        answer = ReaderDied("crashed") if self._ended else child.ask(args)
        if isinstance(answer, ReaderDied) and answer.reason in ("time", "memory", "crashed"):
            self._living.discard(child)
            child.close()
        else:
            self._idle.append(child)
        return answer


class _Child:
    """The parent's end of one child process."""

    def __init__(self, function: Callable[..., Any], seconds: float, megabytes: int) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._failed = self._exchange((function, seconds, megabytes), _START_SECONDS)

    def ask(self, args: tuple[Any, ...]) -> Any:
        """The child's answer to one call, or ReaderDied."""
        return self._failed or self._exchange(args, self._seconds)

    def kill(self) -> None:
        """End the child, whatever it is doing."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End the child and collect it."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _exchange(self, message: object, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        try:
            for part in _framed(message):
                self._write(part, deadline)
            return _unframed(lambda length: self._read(length, deadline))
        except TimeoutError:
            return ReaderDied("time", f"{seconds:g} s")
        except (EOFError, BrokenPipeError):
            return self._cause_of_death()
        except (pickle.UnpicklingError, AttributeError, ImportError, MemoryError, OverflowError) as error:
            return ReaderDied("crashed", type(error).__name__)

    def _write(self, data: Part, deadline: float) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            _, ready, _ = select.select([], [self._to], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            rest = rest[os.write(self._to, rest[:65536]) :]

    def _read(self, length: int, deadline: float) -> bytearray:
        found = bytearray(length)
        rest = memoryview(found)
        while rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            count = os.readv(self._from, [rest[: 1 << 20]])
            if not count:
                raise EOFError
            rest = rest[count:]
        return found

    def _cause_of_death(self) -> ReaderDied:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return ReaderDied("crashed")
        if code == -signal.SIGXCPU:
            return ReaderDied("time", f"{self._seconds:g} s")
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return ReaderDied("memory" if code in (-signal.SIGKILL, _OUT_OF_MEMORY) else "crashed", name)


def serve() -> None:
    """The child's loop: limits first, then one answer a call, until the parent closes the pipe."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    function, seconds, megabytes = _received(requests)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, _address_space() + (megabytes << 20))
    _send(answers, None)
    while True:
        try:
            args = _received(requests)
        except EOFError:
            return
        except MemoryError:
            sys.exit(_OUT_OF_MEMORY)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 5)
        _send(answers, _answer(function, args))


def _answer(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return function(*args)
    except MemoryError:
        return ReaderDied("memory", "MemoryError")
    except StudyError as error:
        return ReaderDied("refused", str(error))
    except Exception as error:
        return ReaderDied("failed", type(error).__name__)


def _send(stream: Any, message: object) -> None:
    try:
        parts = _framed(message)
    except Exception as error:
        parts = _framed(ReaderDied("memory" if isinstance(error, MemoryError) else "failed", type(error).__name__))
    for part in parts:
        stream.write(part)
    stream.flush()


def _received(stream: Any) -> Any:
    def read(length: int) -> bytes:
        found: bytes = stream.read(length)
        if len(found) < length:
            raise EOFError
        return found

    return _unframed(read)


def _framed(message: object) -> list[Part]:
    """A message as what is written one after the other: lengths, the pickle, and its large arrays without a copy."""
    large: list[pickle.PickleBuffer] = []
    body = pickle.dumps(message, protocol=5, buffer_callback=large.append)
    buffers = [buffer.raw() for buffer in large]
    lengths = [len(body), *(buffer.nbytes for buffer in buffers)]
    return [_LENGTH.pack(len(lengths)), *map(_LENGTH.pack, lengths), body, *buffers]


def _unframed(read: Callable[[int], bytes | bytearray]) -> Any:
    (count,) = _LENGTH.unpack(read(_LENGTH.size))
    lengths = struct.unpack(f"!{count}Q", read(_LENGTH.size * count))
    body, *buffers = [read(length) for length in lengths]
    return pickle.loads(body, buffers=buffers)


def _limit(what: int, amount: int) -> None:
    """Lower the soft limit; where the system knows no such limit the parent's clock remains."""
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (amount, resource.getrlimit(what)[1]))


def _address_space() -> int:
    """Bytes of address space taken now; a generous guess where /proc is missing."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 4 << 30
    return pages * resource.getpagesize()
