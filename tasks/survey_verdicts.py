"""How a survey stands as its file lies now, for whoever wants to use its answers."""

from __future__ import annotations

from study.objects import NotStored
from study.protocol.material import Survey
from study.query import Verdict
from tasks.workspace import Workspace

USABLE: frozenset[Verdict] = frozenset({"passed", "review"})
"""Verdicts with which a survey's answers may be used downstream: a query that asks for review stops nothing."""


def current_verdict(place: Workspace, survey: Survey) -> Verdict | None:
    """The verdict of the last judgement, if that was of the file as it lies now; None when the file was not judged.

    A file that is not there is unreadable. Rules that have changed since are for the next run of validate_surveys.
    """
    try:
        now = place.reference_to(survey.file)
    except NotStored:
        return "unreadable"
    judged = [e for e in place.events(["survey.validated"]) if e.subject_id("survey") == survey.name]
    if not judged:
        return None
    last = max(judged, key=lambda e: (e.recorded_at, e.id))
    verdict: Verdict = last.data["verdict"]
    return verdict if last.generated == (now,) else None


def is_usable(place: Workspace, survey: Survey) -> bool:
    """Whether the survey's answers may be used: judged as it lies now, neither blocked nor unreadable."""
    return current_verdict(place, survey) in USABLE
