"""Saturation, assessed from the codings of released transcripts."""

from __future__ import annotations

from prefect import flow

from tasks.assessed import looked_at, queries_of
from tasks.codings import CODING_CHECKS, read_material
from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.saturation import SATURATION_CHECKS, assess_sequences
from tasks.workspace import opened


class AssessSaturation(StudyRequest):
    """Which study's codings to import and assess."""


@flow(name="assess-saturation")
def assess_saturation(request: AssessSaturation) -> Outcome:
    """Import the codings and say for each sequence of interviews whether new codes have stopped coming.

    Every quote is looked up in the released version of its transcript. Only codings found there count, and only where
    the protocol claims saturation. The index informs; stopping is decided by people, in registers/decisions.csv, with
    their minutes. The page out/analysis/saturation.html draws the curve and says how robust the index is.
    """
    with opened(request, flow="assess-saturation") as place:
        if over := ended(place, "assess-saturation"):
            return over
        material = read_material(place)
        record(place, material.facts)
        assessed = assess_sequences(place, material)
        record(place, assessed.facts)
        found = queries_of(place, (*material.problems, *assessed.problems))
        settle_queries(place, found, looked_at(CODING_CHECKS, SATURATION_CHECKS))
        return Outcome("assess-saturation", (material.said, *assessed.said), tuple(found), assessed.made)
