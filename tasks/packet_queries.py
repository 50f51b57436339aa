"""What is wrong with packets, as queries of the study."""

from __future__ import annotations

from collections.abc import Iterable

from study import Query
from study.query import Severity
from study.query import place as query_place
from tasks.workspace import Workspace
from trustworthiness.checks import MEMBER_CHECKS
from trustworthiness.packet import Packet
from trustworthiness.packet_faults import Fault

SEVERITY: dict[str, Severity] = {id: severity for id, severity, _, _ in MEMBER_CHECKS}


def query_of(place: Workspace, fault: Fault) -> Query:
    """A fault of a packet's words or forms."""
    return Query.raised(
        fault.check,
        SEVERITY[fault.check],
        study=place.protocol.id,
        subject=fault.subject,
        place=query_place(fault.subject, fault.rule),
        where=fault.where,
        message=fault.message,
    )


def nobodys_turns(place: Workspace, packet: Packet) -> Query:
    """MC001 where nobody can tell whose turns a transcript holds."""
    return Query.raised(
        "MC001",
        "block",
        study=place.protocol.id,
        subject=f"packet:{packet.packet_id}",
        place=query_place(packet.packet_id, "speakers"),
        where=f"restricted/packets/{packet.packet_id}",
        message="The transcript does not tell this participant's turns from those of others. Label the turns of "
        "each participant, then release the transcript again.",
    )


def not_checked(place: Workspace, interviews: Iterable[str]) -> Query:
    """MC023 for further interviews of people whose packet holds their first."""
    further = sorted(interviews)
    return Query.raised(
        "MC023",
        SEVERITY["MC023"],
        study=place.protocol.id,
        subject="register:interviews",
        place=query_place("interviews", "further"),
        where=f"registers/interviews.csv, {', '.join(further)}",
        message="A packet holds the first interview of a person; what was said in these is in no packet. Say so where "
        "member checking is reported, or ask these people about it in another way.",
        rows=further,
    )
