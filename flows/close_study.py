"""The study's end: what is still owed, and the closing once nothing is."""

from __future__ import annotations

from prefect import flow

from tasks.closing import try_closing
from tasks.outcome import Outcome
from tasks.record import record
from tasks.request import StudyRequest
from tasks.workspace import opened


class CloseStudy(StudyRequest):
    """Which study to close, and who closes it."""


@flow(name="close-study")
def close_study(request: CloseStudy) -> Outcome:
    """List what is still open, and close the study when nothing is and a person asks for it.

    Open are obligations, blocking queries, erasures, recordings, doubts and reminders of member checks, packets,
    negative cases, codings, audit visits and their questions, the deposit and the linkage, each with what to do. The
    order is: deposit, audit visits closed, linkage destroyed, dossier published, study closed. It is the last act.
    """
    with opened(request, flow="close-study") as place:
        ending = try_closing(place)
        record(place, ending.facts)
        return Outcome("close-study", said=ending.said)
