"""The transcripts on Prefect's own pages: how far a run is, how many stand where; in counts, under stable keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.context import FlowRunContext, TaskRunContext

from pages.transcripts_overview import RESULTS, TranscriptsOverview


class BatchProgress:
    """How far a run is with its files, as a progress bar on the run's page; nothing outside a run of Prefect's."""

    def __init__(self, study: str, what: str) -> None:
        self._key = artifact_key(what, study)
        self._what = f"{what.capitalize()} of study {study}"
        self._made: UUID | None = None

    def __call__(self, done: int, of: int) -> None:
        """`done` of `of` files are through."""
        if not is_run() or of <= 0:
            return
        share, said = round(100 * done / of, 1), f"{self._what}: {done:,} of {of:,}"
        if self._made is None:
            self._made = create_progress_artifact(share, key=self._key, description=said)
        else:
            update_progress_artifact(self._made, share, description=said)


def show_transcripts(study: str, overview: TranscriptsOverview, made: Mapping[str, str]) -> None:
    """How many transcripts stand where and what the run changed, with the pages (`made`: what → path in the study).

    Nothing outside a run of Prefect's.
    """
    if not is_run():
        return
    create_table_artifact(
        transcript_rows(overview, made),
        key=artifact_key("transcripts", study),
        description=f"The transcripts of study {study} after this run, in counts; the pages name them.",
    )


def transcript_rows(overview: TranscriptsOverview, made: Mapping[str, str]) -> list[dict[str, str]]:
    """The table: results, changes, then the pages to open."""
    changes, files = overview.changes, overview.files
    counted = [
        *((RESULTS[result][0], count) for result, count in overview.counts),
        ("queries new in this run", changes.new),
        ("queries still open", changes.persisting),
        ("queries resolved in this run", changes.resolved),
        ("queries set aside", changes.set_aside),
        ("new files", len(files.new)),
        ("changed files", len(files.changed)),
    ]
    rows = [{"What": what, "How many": f"{count:,}", "Page": ""} for what, count in counted]
    return rows + [{"What": what, "How many": "", "Page": path} for what, path in made.items()]


def artifact_key(what: str, study: str) -> str:
    """The key under which an artifact is found again: lower case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", f"{what}-{study}".lower()).strip("-")


def is_run() -> bool:
    """Whether this is a flow or task run of Prefect's."""
    return bool(FlowRunContext.get() or TaskRunContext.get())
