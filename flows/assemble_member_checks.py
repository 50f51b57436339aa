"""Packets out: what participants said, and what the team made of it, back to them."""

from __future__ import annotations

from prefect import flow

from tasks.assembly import assemble_packets, assembly_looked_at
from tasks.ended import ended
from tasks.member_check_sending import read_sending, sending_looked_at
from tasks.outcome import Outcome
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.send_list import list_to_send
from tasks.workspace import opened


class AssembleMemberChecks(StudyRequest):
    """For which study to assemble packets."""


@flow(name="assemble-member-checks")
def assemble_member_checks(request: AssembleMemberChecks) -> Outcome:
    """Assemble a packet for every participant who agreed to be contacted again and whose transcript is released.

    A packet holds the participant's own words and the themes in plain words, nobody else's. It lies in
    restricted/packets/ and goes out only when a second person has released it (registers/decisions.csv,
    release_packet). Who is left out is recorded with the reason. restricted/packets/send_list.csv says to whom, by
    which way and until when to send; what was sent and who was reminded is read from registers/member_checks.csv.
    """
    with opened(request, flow="assemble-member-checks") as place:
        if over := ended(place, "assemble-member-checks"):
            return over
        assembled = assemble_packets(place)
        record(place, assembled.facts)
        settle_queries(place, assembled.queries, assembly_looked_at)
        followed = read_sending(place)
        record(place, followed.facts)
        settle_queries(place, followed.queries, sending_looked_at)
        queries = (*assembled.queries, *followed.queries)
        made = (*assembled.made, *list_to_send(place))
        return Outcome("assemble-member-checks", assembled.said, queries, made)
