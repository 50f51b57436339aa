"""`fieldtrail status`: where the study stands, read back from its trail."""

from __future__ import annotations

import json
from datetime import date

import typer

from cli.embedded import use_embedded_prefect
from cli.exits import Exit


def print_status(study: str, *, as_json: bool, as_of: date | None) -> int:
    """Print the standing study; 4 when its trail does not verify."""
    use_embedded_prefect()
    from tasks.request import StudyRequest
    from tasks.standing import stand
    from tasks.summary import summary
    from tasks.workspace import opened

    with opened(StudyRequest(study=study, as_of=as_of), "status") as place:
        standing = stand(place)
    if as_json:
        typer.echo(json.dumps(standing.document(), indent=1))
    else:
        typer.echo(f"{standing.study} on {standing.day}")
        for sentence in summary(standing, []):
            typer.echo(sentence)
    return Exit.DONE if standing.verdict.ok else Exit.TRAIL
