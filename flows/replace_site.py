"""A site left: the best replacement comes in its place."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from study.decisions import Decision
from study.kinds.sites import Leaving
from tasks.outcome import Outcome
from tasks.record import record
from tasks.sample_artifacts import show_samples
from tasks.sampling import write_samples
from tasks.site_replacement import find_replacement
from tasks.workspace import StudyRequest, Workspace, opened


class ReplaceSite(StudyRequest):
    """Which site left and why, and who decides."""

    acting: str = Field(  # type: ignore[assignment]
        title="Acting person",
        description="Your code in the team list of study.yaml. You must hold the task approve_sample today.",
        examples=["INV1"],
    )
    stage: str = Field(
        title="Stage",
        description="The sampling stage: its name under sampling in study.yaml, which the study page shows too.",
        examples=["sites"],
    )
    site: str = Field(
        title="Site that left",
        description="Its id in the sampling frame; it must be in the approved sample.",
        examples=["S014"],
    )
    why: Leaving = Field(title="Why", description="What ended it: the site keeps this status through the study.")
    entering: str | None = Field(
        None,
        title="Site that comes",
        description="Leave empty to take the best one. If you name another, say why: the record shows what that costs.",
        examples=["S022"],
    )
    reason: str = Field(
        "",
        title="Reason",
        description="What you were told, or why this site comes. It is kept in a file beside the record, not in it.",
    )

    def decision(self, place: Workspace) -> Decision:
        """The decision entered in this form, dated today."""
        return Decision("replace_site", self.stage, self.site, self.acting, place.today, self.reason, 0)


@flow(name="replace-site")
def replace_site(request: ReplaceSite) -> Outcome:
    """Find the best replacement for an approved site that left, with all other sites staying.

    The rules of the sampling design still hold, and nobody who left before is chosen again. The replacement takes
    effect at once; its reasons, its cost and its backups are on the study page.
    """
    with opened(request, flow="replace-site") as place:
        found = find_replacement(place, request.decision(place), request.why, request.entering)
        record(place, found.facts)
        made = write_samples(place)
        show_samples(place)
        return Outcome("replace-site", said=found.said, made=made)
