"""Transcripts against their conventions, the registers, the consent ledger and the registry of names."""

from __future__ import annotations

from prefect import flow

from tasks.ended import ended
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.review_record import pending_reviews, write_review_page
from tasks.transcript_release import decide_releases
from tasks.transcript_reports import write_transcript_reports
from tasks.transcripts import judge_transcripts, outcome_of
from tasks.workspace import StudyRequest, opened


class ValidateTranscripts(StudyRequest):
    """Which study's transcripts to check."""


@flow(name="validate-transcripts")
def validate_transcripts(request: ValidateTranscripts) -> Outcome:
    """Check every new or changed transcript, and release for coding those a person has decided to release.

    Each file is read without losing a word, measured, compared with the registers and with the other transcripts,
    searched for names, and held against the consents in force on the interview date. What is not met becomes a query
    that says where and what to do. A transcript with an open blocking query is not released.
    """
    with opened(request, flow="validate-transcripts") as place:
        if over := ended(place, "validate-transcripts"):
            return over
        decided = record(place, pending_reviews(place))
        judged = judge_transcripts(place)
        record(place, judged.received)
        settled = settle_queries(place, judged.queries, judged.looked_at)
        record(place, judged.verdicts)
        releases = decide_releases(place, judged.files)
        record(place, releases.facts)
        write_review_page(place, is_changed=bool(decided or judged.verdicts))
        made = write_transcript_reports(place, judged)
        return outcome_of(judged, settled, releases, made)
