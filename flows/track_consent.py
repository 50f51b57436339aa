"""The consent register becomes the consent ledger."""

from __future__ import annotations

from prefect import flow

from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.recruitment import consent_said, is_of_consent, outcome_of, tracked_consent, uncovered
from tasks.registers import read_registers
from tasks.workspace import StudyRequest, opened


class TrackConsent(StudyRequest):
    """Which study's consents to read."""


@flow(name="track-consent")
def track_consent(request: TrackConsent) -> Outcome:
    """Read the consent register: consents and withdrawals are recorded, and every interview is asked for its consent.

    Withdrawals take effect first, whatever else is wrong with the file. What is not covered becomes a query that says
    what to do; so does everybody who must consent again.
    """
    with opened(request, flow="track-consent") as place:
        tracked = tracked_consent(place, read_registers(place))
        record(place, tracked.withdrawals)
        record(place, tracked.facts)
        settled = settle_queries(place, [*tracked.queries, *uncovered(place, tracked)], is_of_consent(place, tracked))
        queries = (*settled.new, *settled.persisting)
        return outcome_of("track-consent", consent_said(place), tracked, queries)
