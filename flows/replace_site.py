"""A site left: the best replacement comes in its place."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from study.kinds.sites import Leaving
from tasks.outcome import Outcome
from tasks.record import record
from tasks.sample_artifacts import show_samples
from tasks.sample_decisions import find_replacement
from tasks.sampling import write_samples
from tasks.workspace import StudyRequest, opened


class ReplaceSite(StudyRequest):
    """Which site left, and why."""

    stage: str = Field(title="Stage", description="The sampling stage, as named in study.yaml.")
    site: str = Field(title="Site that left", description="The id of the approved site that will not take part.")
    why: Leaving = Field(title="Why", description="What ended it: the site keeps this status through the study.")


@flow(name="replace-site")
def replace_site(request: ReplaceSite) -> Outcome:
    """Find the best replacement for an approved site that left, with all other sites staying.

    The rules of the sampling design still hold, and nobody who left before is chosen again. The replacement takes
    effect at once; its reasons and backups are on the study page.
    """
    with opened(request, flow="replace-site") as place:
        found = find_replacement(place, request.stage, request.site, request.why)
        record(place, found.facts)
        made = write_samples(place)
        show_samples(place)
        return Outcome("replace-site", said=found.said, made=made)
