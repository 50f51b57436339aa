"""Closing the trail over everything recorded since the last closing."""

from __future__ import annotations

from prefect import flow

from tasks.outcome import Outcome
from tasks.request import StudyRequest
from tasks.sealing import ask_countersigners, seal_new, sealed_outcome
from tasks.workspace import opened


class SealTrail(StudyRequest):
    """Which study's trail to close."""


@flow(name="seal-trail")
def seal_trail(request: SealTrail) -> Outcome:
    """Close and sign everything recorded since the last closing; once a day also when nothing is new.

    Countersigners that the protocol names are asked to vouch for it; one that does not answer is asked again next time.
    """
    with opened(request, flow="seal-trail") as place:
        sealed = seal_new(place)
        vouched = ask_countersigners(place) if place.protocol.storage.countersigners else ()
        return sealed_outcome(sealed, vouched)
