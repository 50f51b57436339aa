"""Progress on a terminal as a bar, elsewhere as plain lines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Shown = Callable[[str, int, int, bool], None]


class _Handler(logging.Handler):
    """Hands each progress record on: what is said, its number, of how many, whether it is a step of the main job."""

    def __init__(self, show: Shown) -> None:
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        number, of = getattr(record, "step_number", 0), getattr(record, "step_count", 0)
        self._show(record.getMessage(), number, of, getattr(record, "is_main", False))


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[None]:
    """Show what flows say through `tasks.progress` while the block runs."""
    if quiet:
        yield
    elif sys.stderr.isatty():
        with _bar() as show, _listening(show):
            yield
    else:
        with _listening(_line):
            yield


def _line(said: str, number: int, of: int, is_main: bool) -> None:
    mark = f"[{number}/{of}] " if is_main else "    "
    print(f"{mark}{said}", file=sys.stderr, flush=True)


@contextmanager
def _listening(show: Shown) -> Iterator[None]:
    logger = logging.getLogger("fieldtrail.progress")
    handler = _Handler(show)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def _bar() -> Iterator[Shown]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Opening the study", total=None)

        def show(said: str, number: int, of: int, is_main: bool) -> None:
            if is_main:
                progress.update(task, description=said, completed=number - 1, total=of)
            else:
                progress.update(task, description=said)

        yield show
