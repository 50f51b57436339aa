"""Exit codes, and every known fault as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    BLOCKED = 1
    USAGE = 2
    STUDY = 3
    TRAIL = 4


class UsageError(Exception):
    """The command was given words it cannot use; the text says which and what would do."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn faults a person can mend into one sentence on standard error and the right exit code."""
    from study.errors import StudyError, TrailUnsound
    from study.objects import StoreUnavailable

    try:
        yield
    except UsageError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.USAGE) from None
    except (StudyError, StoreUnavailable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.TRAIL if isinstance(error, TrailUnsound) else Exit.STUDY) from None
