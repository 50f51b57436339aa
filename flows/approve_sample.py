"""The investigator's decision on a proposed sample, which makes it effective."""

from __future__ import annotations

from prefect import flow
from pydantic import Field, model_validator

from study.decisions import Decision
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.sample_artifacts import show_samples
from tasks.sample_decisions import carry_out_approvals, carry_out_overrides, standing
from tasks.sampling import write_samples
from tasks.workspace import StudyRequest, Workspace, opened


class ApproveSample(StudyRequest):
    """Which study; and, to approve here instead of in registers/decisions.csv, which proposal of which stage."""

    stage: str | None = Field(None, title="Stage", description="The sampling stage, as named in study.yaml.")
    proposal: str | None = Field(
        None, title="Proposal", description="The code of the proposal you approve, as the study page shows it."
    )
    reason: str = Field("", title="Reason", description="Why you approve it. Kept beside the record, not in it.")

    @model_validator(mode="after")
    def _whole(self) -> ApproveSample:
        if (self.stage is None) != (self.proposal is None) or (self.proposal and not self.acting):
            raise ValueError("to approve here give the stage, the proposal and the acting person")
        return self

    def decision(self, place: Workspace) -> Decision | None:
        """The approval entered in this form, dated today, or None."""
        if not (self.stage and self.proposal and self.acting):
            return None
        return Decision("approve_sample", self.stage, self.proposal, self.acting, place.today, self.reason, 0)


@flow(name="approve-sample")
def approve_sample(request: ApproveSample) -> Outcome:
    """Make the proposed sample effective, if the investigator has approved it.

    Decisions are read from registers/decisions.csv, or entered in this form by the person who decides. An approval
    names the proposal by its code and is refused when frame, design or selection have changed since. An override
    (`S014 for S022`, with a reason) changes a proposal before it is approved.
    """
    with opened(request, flow="approve-sample") as place:
        exchanged = carry_out_overrides(place)
        record(place, exchanged.facts)
        approved = carry_out_approvals(place, request.decision(place))
        record(place, approved.facts)
        queries = (*exchanged.queries, *approved.queries)
        settle_queries(place, queries, lambda known: known.check in ("SA001", "SA002", "SA004"))
        made = write_samples(place)
        if exchanged.facts or approved.facts:
            show_samples(place)
        return Outcome("approve-sample", said=standing(place), queries=queries, made=made)
