"""`fieldtrail trail removal`: the two records around a drill in which an object is taken out of the trail."""

from __future__ import annotations

import typer

from cli.embedded import use_embedded_prefect


def record_removal(study: str, code: str, removed: list[str], acting: str) -> None:
    """Announce a removal under a deviation's code, or with `removed` record that these objects are gone."""
    use_embedded_prefect()
    from tasks.removal import announced
    from tasks.removal import removed as gone
    from tasks.workspace import StudyRequest, opened

    with opened(StudyRequest(study=study, acting=acting), "record-removal") as place:
        if removed:
            gone(place, code, removed)
            typer.echo(
                f"Recorded: {len(removed)} removed because of {code}. Seal now: `fieldtrail run {study} seal-trail`."
            )
        else:
            announced(place, code)
            typer.echo(f"{code} is announced. Seal before anything is removed: `fieldtrail run {study} seal-trail`.")
