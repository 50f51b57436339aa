"""The consent register becomes the consent ledger."""

from __future__ import annotations

from dataclasses import replace

from prefect import flow

from tasks.call_list import write_lists
from tasks.consent_lists import look_back
from tasks.copies import copies_removed, of_ticks, withdrawals_said
from tasks.ended import ended
from tasks.erasure import finish_pending
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.recruitment import consent_said, is_of_consent, outcome_of, tracked_consent, uncovered
from tasks.registers import read_registers
from tasks.unchanged import kept_for_next_time, unchanged
from tasks.workspace import StudyRequest, opened


class TrackConsent(StudyRequest):
    """Which study's consents to read."""


@flow(name="track-consent")
def track_consent(request: TrackConsent) -> Outcome:
    """Read the consent register: consents and withdrawals are recorded, and every interview is asked for its consent.

    Withdrawals take effect first, whatever else is wrong with the file. What is not covered becomes a query that
    says what to do; so does everybody who must consent again, what was entered after the acts it covers, and what
    happened while no approval was in force. The lists by participant code lie in restricted/consent/; what is due
    and whom to call is written anew. A withdrawal that was interrupted is finished, and copies that people ticked
    as removed are recorded.
    """
    if (kept := unchanged(request, "track-consent")) is not None:
        return kept
    with opened(request, flow="track-consent") as place:
        if over := ended(place, "track-consent"):
            return over
        finish_pending(place)
        tracked = tracked_consent(place, read_registers(place))
        record(place, tracked.withdrawals)
        record(place, tracked.facts)
        ticked = copies_removed(place)
        record(place, ticked.facts)
        settle_queries(place, ticked.queries, of_ticks)
        back = look_back(place)
        found = [*tracked.queries, *uncovered(place, tracked), *back.queries]
        settled = settle_queries(place, found, is_of_consent(place, tracked))
        queries = (*ticked.queries, *settled.new, *settled.persisting)
        write_lists(place, tracked)
        said = (*consent_said(place), *withdrawals_said(place), *back.said)
        outcome = replace(outcome_of("track-consent", said, tracked, queries), made=back.made)
    return kept_for_next_time(request, outcome)
