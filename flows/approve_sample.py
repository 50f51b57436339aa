"""The investigator's decision on a proposed sample, which makes it effective."""

from __future__ import annotations

from prefect import flow
from pydantic import Field, model_validator

from study.decisions import Decision
from tasks.decisions import judged_decisions
from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.sample_artifacts import show_samples
from tasks.sample_decisions import CHECKS, carry_out_approvals, carry_out_overrides, standing
from tasks.sampling import write_samples
from tasks.workspace import StudyRequest, Workspace, opened


class ApproveSample(StudyRequest):
    """Which study; and, to decide here instead of in registers/decisions.csv, on which stage and what."""

    stage: str | None = Field(
        None,
        title="Stage",
        description="The sampling stage: its name under sampling in study.yaml, which the study page shows too.",
        examples=["sites"],
    )
    proposal: str | None = Field(
        None,
        title="Proposal you approve",
        description="The code of the proposal, 12 characters: propose-sample says it, and the study page shows it. "
        "Leave empty to make an exchange first.",
        pattern=r"^[0-9a-f]{12}$",
        examples=["1296f04ee2e3"],
    )
    override: str | None = Field(
        None,
        title="Exchange instead",
        description="Who comes and who goes, by their ids in the frame, written `S014 for S022`. It gives the proposal "
        "a new code, which then waits for approval.",
        pattern=r"^\S+\s+for\s+\S+$",
        examples=["S014 for S022"],
    )
    reason: str = Field(
        "",
        title="Reason",
        description="Why you decide so; an exchange needs it. It is kept in a file beside the record, not in it.",
    )

    @model_validator(mode="after")
    def _whole(self) -> ApproveSample:
        if self.stage is None and self.proposal is None and self.override is None:
            return self
        if not (self.stage and self.acting) or (self.proposal is None) == (self.override is None):
            raise ValueError("to decide here give the stage, the acting person, and either the proposal or an exchange")
        return self

    def decision(self, place: Workspace) -> Decision | None:
        """The decision entered in this form, dated today, or None."""
        value = self.proposal or self.override
        if not (self.stage and value and self.acting):
            return None
        kind = "approve_sample" if self.proposal else "override"
        return Decision(kind, self.stage, value, self.acting, place.today, self.reason, 0)


@flow(name="approve-sample")
def approve_sample(request: ApproveSample) -> Outcome:
    """Make the proposed sample effective, if the investigator has approved it.

    Decisions are read from registers/decisions.csv, or entered in this form by the person who decides. An approval
    names the proposal by its code and is refused, with what changed, when frame, design or selection have changed
    since. An exchange (`S014 for S022`, with a reason) changes a proposal before it is approved; the record and the
    study page show what it cost.
    """
    with opened(request, flow="approve-sample") as place:
        if over := ended(place, "approve-sample"):
            return over
        decision, register = request.decision(place), judged_decisions(place)
        exchanged = carry_out_overrides(place, decision)
        record(place, exchanged.facts)
        approved = carry_out_approvals(place, decision)
        record(place, approved.facts)
        queries = (*register.queries, *exchanged.queries, *approved.queries)
        settle_queries(place, queries, register.looked_at(CHECKS))
        made = write_samples(place)
        if exchanged.facts or approved.facts:
            show_samples(place)
        return Outcome("approve-sample", said=standing(place), queries=queries, made=made)
