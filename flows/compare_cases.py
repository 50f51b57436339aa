"""Cross-case comparison, and the records that challenge and carry the findings."""

from __future__ import annotations

from prefect import flow

from tasks.assessed import looked_at, queries_of
from tasks.case_comparison import CASE_CHECKS, compare_sites
from tasks.claims import RECORD_CHECKS, read_records, walk_lineage
from tasks.codings import CODING_CHECKS, read_material
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.quotes import QUOTE_CHECKS, quote_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.workspace import opened


class CompareCases(StudyRequest):
    """Which study's cases to compare."""


@flow(name="compare-cases")
def compare_cases(request: CompareCases) -> Outcome:
    """Compare the cases as two people rated them, and put on record what challenges and carries the findings.

    A case diverges when the two informant roles differ by the threshold declared beforehand. Peer debriefings, negative
    cases, counter-narratives and claims are recorded with their words beside them; a claim without support is refused.
    """
    with opened(request, flow="compare-cases") as place:
        material = read_material(place)
        record(place, material.facts)
        compared = compare_sites(place, material)
        written = read_records(place, material)
        record(place, (*compared.facts, *written.facts))
        found = queries_of(place, (*material.problems, *compared.problems, *written.problems))
        found += quote_queries(place)
        settle_queries(place, found, looked_at(CODING_CHECKS, CASE_CHECKS, RECORD_CHECKS, QUOTE_CHECKS))
        said = (*compared.said, *written.said, walk_lineage(place))
        return Outcome("compare-cases", said, tuple(found), compared.made)
