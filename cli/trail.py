"""`fieldtrail trail …`: what an auditor or a coordinator asks of the trail alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit, explained

trail_app = typer.Typer(
    help="Verify the audit trail.", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


@trail_app.callback()
def _group() -> None:
    """Verify the audit trail."""


@trail_app.command()
def verify(
    directory: Annotated[Path, typer.Argument(help="The trail's folder.", metavar="DIR")],
    key: Annotated[str, typer.Option(help="The trail's public key: a file, or its text.", metavar="VKEY")],
    pin: Annotated[str | None, typer.Option(help="A size and root you noted earlier.", metavar="SIZE:ROOT")] = None,
    now: Annotated[str | None, typer.Option(help="The time to judge staleness by, RFC 3339.", metavar="TIME")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Require that study.closed is the last act.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Check every object, line, chain, root and signature of a trail; 0 when all held, 4 when not."""
    from trail.verify import run_verifier

    with explained():
        code = run_verifier(directory, key, pin=pin, now=now, closed=closed, as_json=json)
        raise typer.Exit(Exit.TRAIL if code == 1 else code)
