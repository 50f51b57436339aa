"""A typed reply confirmed by a second reader."""

from __future__ import annotations

from prefect import flow
from pydantic import Field

from flows.record_member_checks import RecordMemberChecks, record_member_checks
from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.typed_replies import SecondReading, confirm_reply_of
from tasks.workspace import opened


class ConfirmReply(FormRequest):
    """Which packet's reply you read, and the table you filled in where you typed it again."""

    packet: str = Field(title="Packet", description="The id of the packet whose typed reply you read.")
    answers: str = Field(
        "",
        title="Your own table",
        description="Name of the table you filled in yourself, such as second.xlsx (a blank one is written where there "
        "is none). Left empty, you say that you read what was typed against the paper.",
    )


@flow(name="confirm-reply")
def confirm_reply(request: ConfirmReply) -> Outcome:
    """Confirm that a reply was typed as it was written: by typing it again, or by reading it against the paper.

    Whoever typed it cannot confirm it. Where two typings differ the reply does not count, and a query says where.
    Typing it again finds more slips than reading it.
    """
    forget_answers(request.study)
    with opened(request, flow="confirm-reply") as place:
        taken = confirm_reply_of(place, SecondReading(request.packet, request.answers))
        record(place, taken.facts)
    after = record_member_checks(RecordMemberChecks.model_validate(request.who_and_where()))
    return Outcome("confirm-reply", (taken.said, *after.said), after.queries, after.made)
