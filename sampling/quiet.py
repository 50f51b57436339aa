"""Solvers that print keep their words from standard output, where other programs read an answer.

HiGHS writes some debugging lines whatever it is told (seen: `transformNewIntegerFeasibleSolution tmpSolver.run();`).
They come from C, past `sys.stdout`, so the descriptor itself leads to standard error while a solver runs.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

OUT, ERROR = 1, 2
_C = ctypes.CDLL(None) if os.name == "posix" else None
_lock = Lock()
_inside = 0
_kept = -1


@contextmanager
def quiet() -> Iterator[None]:
    """While this is open, what C code writes to standard output goes to standard error; threads may share it."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _kept
    with _lock:
        _inside += 1
        if _inside > 1:
            return
        _flush()
        try:
            os.fstat(ERROR)
            _kept = os.dup(OUT)
        except OSError:  # a process without standard output or error has nothing to spoil, or nowhere to send it
            return
        os.dup2(ERROR, OUT)


def _leave() -> None:
    global _inside, _kept
    with _lock:
        _inside -= 1
        if _inside or _kept < 0:
            return
        _flush()
        os.dup2(_kept, OUT)
        os.close(_kept)
        _kept = -1


def _flush() -> None:
    """Python's and C's own buffers, so that every word goes where it belongs."""
    if sys.stdout is not None and not getattr(sys.stdout, "closed", False):
        sys.stdout.flush()
    if _C is not None:
        _C.fflush(None)
