"""Closing the trail over everything recorded since the last closing."""

from __future__ import annotations

from prefect import flow

from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.sealing import seal_new, sealed_outcome
from tasks.workspace import opened


class SealTrail(StudyRequest):
    """Which study's trail to close."""


@flow(name="seal-trail")
def seal_trail(request: SealTrail) -> Outcome:
    """Close and sign everything recorded since the last closing; once a day also when nothing is new."""
    with opened(request, flow="seal-trail") as place:
        return sealed_outcome(seal_new(place))
