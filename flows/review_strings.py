"""What people decided of strings that may be names, recorded."""

from __future__ import annotations

from prefect import flow

from tasks.outcome import Outcome
from tasks.record import record
from tasks.request import StudyRequest
from tasks.review_record import pending_reviews, reviewed_said, write_review_page
from tasks.workspace import opened


class ReviewStrings(StudyRequest):
    """Which study's decisions on strings to record, and who acts."""


@flow(name="review-strings")
def review_strings(request: ReviewStrings) -> Outcome:
    """Record who decided on strings that may be names, and write the page on which the open ones are listed.

    The decisions are made with `fieldtrail review STUDY` or on the page restricted/review.html. The audit trail gets
    who decided and when, and of the string a keyed digest, never the string.
    """
    with opened(request, flow="review-strings") as place:
        decided = pending_reviews(place)
        record(place, decided)
        page = write_review_page(place)
        return Outcome("review-strings", reviewed_said(place, decided, page))
