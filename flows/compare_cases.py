"""Comparison of cases, groups and strands, and the records that challenge and carry the findings."""

from __future__ import annotations

from prefect import flow

from tasks.assessed import looked_at, queries_of
from tasks.case_comparison import CASE_CHECKS, compare_sites
from tasks.claims import RECORD_CHECKS, read_records, walk_lineage
from tasks.codings import CODING_CHECKS, read_material
from tasks.ended import ended
from tasks.group_comparison import GROUP_CHECKS, compare_participants
from tasks.joint_display import DISPLAY_CHECKS, make_display
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
    """Compare cases, groups of participants and strands, and put on record what challenges and carries the findings.

    A case diverges when the two informant roles differ by the threshold declared beforehand. Codes are compared between
    groups where the protocol names them, and a survey's scores by site stand beside ratings and themes in a joint
    display; whether they fit is what people wrote down. Peer debriefings, negative cases, counter-narratives and claims
    are recorded with their words beside them; a claim without support is refused.
    """
    with opened(request, flow="compare-cases") as place:
        if over := ended(place, "compare-cases"):
            return over
        material = read_material(place)
        record(place, material.facts)
        cases = compare_sites(place, material)
        groups = compare_participants(place, material)
        display = make_display(place, material)
        written = read_records(place, material)
        done = (cases, groups, display, written)
        record(place, [fact for part in done for fact in part.facts])
        found = queries_of(place, [*material.problems, *(problem for part in done for problem in part.problems)])
        found += quote_queries(place)
        checks = (CODING_CHECKS, CASE_CHECKS, GROUP_CHECKS, DISPLAY_CHECKS, RECORD_CHECKS, QUOTE_CHECKS)
        settle_queries(place, found, looked_at(*checks))
        said = (*(sentence for part in done for sentence in part.said), walk_lineage(place))
        return Outcome("compare-cases", said, tuple(found), (*cases.made, *groups.made, *display.made, *written.made))
