"""Replies in: what participants say of the themes, and what the team does about it."""

from __future__ import annotations

from prefect import flow

from tasks.ended import ended
from tasks.member_check_claims import claims_taken_back, taken_back_looked_at
from tasks.member_check_page import write_member_checks_page
from tasks.member_check_sending import reminders_due
from tasks.member_checks import answering_looked_at, read_replies
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.send_list import list_to_send
from tasks.workspace import opened


class RecordMemberChecks(StudyRequest):
    """For which study to read replies."""


@flow(name="record-member-checks")
def record_member_checks(request: RecordMemberChecks) -> Outcome:
    """Read the replies in replies/ and what registers/member_checks.csv says became of them.

    A reply is refused only when it is of another person or to an unknown packet. A blank answer is not answered, and no
    reply is never agreement. A second reply and one to an older packet wait for a person (registers/decisions.csv,
    choose_reply); one after a withdrawal stays unread. out/member_checks.html shows where it all stands.
    """
    with opened(request, flow="record-member-checks") as place:
        if over := ended(place, "record-member-checks"):
            return over
        replies = read_replies(place)
        record(place, replies.facts)
        settle_queries(place, replies.queries, answering_looked_at)
        claims = claims_taken_back(place)
        settle_queries(place, claims, taken_back_looked_at)
        said = (*replies.said, *reminders_due(place))
        made = (*replies.made, *list_to_send(place), *write_member_checks_page(place, said))
        return Outcome("record-member-checks", said, (*replies.queries, *claims), made)
