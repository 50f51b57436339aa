"""An entry form that was wrong: it no longer counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from prefect import flow
from pydantic import Field

from flows.compare_cases import CompareCases, compare_cases
from flows.track_consent import TrackConsent, track_consent
from flows.track_recruitment import TrackRecruitment, track_recruitment
from tasks.entering import forget_answers, void
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record_tables import TABLES
from tasks.workspace import opened


class VoidForm(FormRequest):
    """Which entry form was wrong, and why."""

    of: Literal[
        "recruitment",
        "consent",
        "interviews",
        "participants",
        "recordings",
        "debriefings",
        "hypotheses",
        "negative_cases",
        "counter_narratives",
        "memos",
        "claims",
    ] = Field(title="Register", description="What the entry form was entered into, as it said then.")
    number: int = Field(title="Number", description="The entry form's number, as it said when it was entered.", ge=1)
    reason: str = Field(title="Reason", description="Why it was wrong. Kept with the team, not in the trail.")


@flow(name="void-form")
def void_form(request: VoidForm) -> Outcome:
    """Let an entry form that was wrong no longer count; enter the right one afterwards.

    What was recorded from it is corrected in the audit trail, where both stay: that it was said, and that it was wrong.
    """
    forget_answers(request.study)
    with opened(request, flow="void-form") as place:
        said = void(place, request.of, request.number, request.reason)
    asked = request.who_and_where()
    if request.of in TABLES:
        compared = compare_cases(CompareCases.model_validate(asked))
        return replace(compared, flow="void-form", said=(said, *compared.said))
    tracked = track_recruitment(TrackRecruitment.model_validate(asked))
    covered = track_consent(TrackConsent.model_validate(asked))
    queries = (*tracked.queries, *covered.queries)
    return replace(tracked, flow="void-form", said=(said, *tracked.said, *covered.said), queries=queries)
