"""What leads from the trail to people, destroyed at the end by two of the team."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from tasks.linkage import Destruction, linkage_destroyed
from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.workspace import opened


class DestroyLinkage(StudyRequest):
    """Who agrees, and whether it is carried out."""

    second: str = Field(
        "", title="Second person", description="Code of a second person of the team, who agrees and is present."
    )
    apply: bool = Field(
        False,
        title="Apply",
        description="Without this, only what would be destroyed is shown. With it, it is; that cannot be undone.",
    )


@flow(name="destroy-linkage")
def destroy_linkage(request: DestroyLinkage) -> Outcome:
    """Show what destroying the linkage would take away; with *Apply*, carry it out.

    Two people of the team decide it. It comes when nothing is open that needs it (queries that block, packets, doubts,
    audit visits, the deposit), and before the study is closed. Afterwards nobody can be told apart or withdrawn by
    their code, and whatever needs that looks at nothing.
    """
    with opened(request, flow="destroy-linkage") as place:
        found = linkage_destroyed(place, Destruction(request.second, request.apply))
        return Outcome("destroy-linkage", found.said)
