"""A reply on paper, by phone or in person: entered by form."""

from __future__ import annotations

from datetime import date

from prefect import flow
from pydantic import Field

from tasks.entering import forget_answers
from tasks.form_request import FormRequest
from tasks.outcome import Outcome
from tasks.record import record
from tasks.typed_replies import Channel, PaperReply, enter_reply
from tasks.workspace import opened


class RecordReply(FormRequest):
    """To which packet, how and when it came, and in which files scan and answers are."""

    packet: str = Field(title="Packet", description="The packet's id, as its first page has it, such as MC-I0007.")
    day: date = Field(title="Day", description="The day on which the reply came.")
    channel: Channel = Field(
        "paper", title="How it came", description="`paper`, or what somebody said by `phone` or `in_person`."
    )
    scan: str = Field(
        "",
        title="Scan",
        description="Name of the scan in restricted/replies/PACKET/; needed for paper, such as page.pdf.",
    )
    answers: str = Field(
        "typed.xlsx",
        title="Table of answers",
        description="Name of the table you filled in, in the same folder; a blank one is written where there is none.",
    )

    def paper(self) -> PaperReply:
        """What these answers say."""
        return PaperReply(self.packet, self.answers, self.scan, self.day, self.channel)


@flow(name="record-reply")
def record_reply(request: RecordReply) -> Outcome:
    """Enter a reply that did not come as a file: what a participant wrote on paper or said.

    The first time a blank table is written to restricted/replies/PACKET/. Type into it what was written, letter for
    letter, and enter it again. The reply counts once a second person has confirmed it (confirm-reply). Participants'
    words stay in that folder: this form names files only.
    """
    forget_answers(request.study)
    with opened(request, flow="record-reply") as place:
        taken = enter_reply(place, request.paper())
        record(place, taken.facts)
        return Outcome("record-reply", (taken.said,))
