"""Agreement between coders, from the codings of released transcripts."""

from __future__ import annotations

from prefect import flow

from tasks.assessed import looked_at, queries_of
from tasks.coder_agreement import compare_coding
from tasks.codings import CODING_CHECKS, read_material
from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.workspace import opened


class CompareCoders(StudyRequest):
    """Which study's coders to compare."""


@flow(name="compare-coders")
def compare_coders(request: CompareCoders) -> Outcome:
    """Compare the coders on the transcripts that two or more of them coded, unit by unit and code by code.

    The list of disagreements comes first, by place and without quotes (with the words under restricted/agreement/, for
    the coders' meeting), then percent, kappa, Fleiss, alpha and AC1 with intervals. The unit and what uncoded text
    means are those of study.yaml. Only where the protocol asks for agreement.
    """
    with opened(request, flow="compare-coders") as place:
        if over := ended(place, "compare-coders"):
            return over
        material = read_material(place)
        record(place, material.facts)
        compared = compare_coding(place, material)
        record(place, compared.facts)
        found = queries_of(place, material.problems)
        settle_queries(place, found, looked_at(CODING_CHECKS))
        return Outcome("compare-coders", compared.said, tuple(found), compared.made)
