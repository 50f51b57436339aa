"""The recruitment register becomes the recruitment log."""

from __future__ import annotations

from prefect import flow

from tasks.call_list import write_lists
from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.recruitment import is_of_recruitment, outcome_of, recruitment_said, tracked_recruitment
from tasks.registers import read_registers
from tasks.unchanged import kept_for_next_time, unchanged
from tasks.workspace import StudyRequest, opened


class TrackRecruitment(StudyRequest):
    """Which study's recruitment to read."""


@flow(name="track-recruitment")
def track_recruitment(request: TrackRecruitment) -> Outcome:
    """Read the recruitment and interview registers: what is new is recorded, what does not fit becomes a query.

    Withdrawals take effect first, whatever else is wrong with the file. Before consent nobody is recorded one by
    one: the trail gets counts. What is due today is written to out/due.html, whom to call to restricted/call_list.csv.
    """
    if (kept := unchanged(request, "track-recruitment")) is not None:
        return kept
    with opened(request, flow="track-recruitment") as place:
        if over := ended(place, "track-recruitment"):
            return over
        tracked = tracked_recruitment(place, read_registers(place))
        record(place, tracked.withdrawals)
        record(place, tracked.facts)
        settled = settle_queries(place, tracked.queries, is_of_recruitment(place, tracked))
        queries = (*settled.new, *settled.persisting)
        said = (*recruitment_said(place, tracked), *write_lists(place, tracked))
        outcome = outcome_of("track-recruitment", said, tracked, queries)
    return kept_for_next_time(request, outcome)
