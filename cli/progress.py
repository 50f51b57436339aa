"""Progress on a terminal as a bar, elsewhere as plain lines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _Lines(logging.Handler):
    """One line a step on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        number, of = getattr(record, "step_number", 0), getattr(record, "step_count", 0)
        mark = f"[{number}/{of}] " if of else "        "
        print(f"{mark}{record.getMessage()}", file=sys.stderr, flush=True)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[None]:
    """Show what flows say through `tasks.progress` while the block runs."""
    if quiet:
        yield
        return
    logger = logging.getLogger("fieldtrail.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    if not sys.stderr.isatty():
        handler: logging.Handler = _Lines()
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
        return
    with _bar(logger):
        yield


@contextmanager
def _bar(logger: logging.Logger) -> Iterator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Opening the study", total=None)

        class Bar(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                number, of = getattr(record, "step_number", 0), getattr(record, "step_count", 0)
                progress.update(
                    task, description=record.getMessage(), **({"completed": number - 1, "total": of} if of else {})
                )

        handler = Bar()
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
