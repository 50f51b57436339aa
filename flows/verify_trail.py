"""Verifying the whole trail, as an auditor would."""

from __future__ import annotations

from prefect import flow

from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.sealing import verdict_outcome, verify_whole
from tasks.workspace import opened


class VerifyTrail(StudyRequest):
    """Which study's trail to verify."""


@flow(name="verify-trail")
def verify_trail(request: VerifyTrail) -> Outcome:
    """Check every record, closing and signature of the trail with the stand-alone verifier."""
    with opened(request, flow="verify-trail") as place:
        return verdict_outcome(verify_whole(place))
