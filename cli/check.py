"""`fieldtrail check`: every fault in one pass."""

from __future__ import annotations

import typer

from cli.exits import Exit
from study.errors import ProtocolError


def check_study(study: str) -> int:
    """Print every fault with its place, or that there is none."""
    from tasks.checking import study_checked
    from tasks.workspace import study_root

    root = study_root(study)
    said: tuple[str, ...] = ()
    try:
        checked = study_checked(root)
        said, faults = checked.said, list(checked.faults)
    except ProtocolError as error:
        faults = list(error.faults)
    for sentence in said:
        typer.echo(sentence)
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        typer.echo(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} to mend.", err=True)
        return Exit.STUDY
    typer.echo("The protocol is in order and every file it names is there.")
    return Exit.DONE
