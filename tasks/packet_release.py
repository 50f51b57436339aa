"""The release of packets by a second person: what was decided, what may be recorded, and what names nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from study import Query
from study.decisions import Decision
from study.query import QueryRecord
from study.query import place as query_place
from tasks.decisions import REGISTER
from tasks.packets import Kept
from tasks.workspace import Workspace
from trustworthiness.packet import packet_id

TASK = "release_packet"
ABOUT = ("participant", "packet", "transcript", "interview")


@dataclass(frozen=True, slots=True)
class Release:
    """What becomes of the decisions on one packet: the one that releases it, or a query on the last that may not."""

    decision: Decision | None
    queries: tuple[Query, ...] = ()


def release_of(place: Workspace, kept: Kept, decisions: Iterable[Decision]) -> Release:
    """The first decision that releases this version: by a second person, who holds the task on that day."""
    plan = place.protocol.member_checking
    assert plan is not None  # the caller looked
    meant = [d for d in decisions if d.occurred <= place.today and _names(d, kept)]
    may = [d for d in meant if d.authorised(place.protocol, TASK)]
    second = [d for d in may if not plan.second_person or d.person != kept.assembled_by]
    if meant and not second:
        return Release(None, (_refused(place, kept, meant[-1]),))
    return Release(second[0] if second else None)


def misnamed(
    place: Workspace, kept: Mapping[str, Mapping[int, Kept]], interviews: Iterable[str], decisions: Iterable[Decision]
) -> Iterator[Query]:
    """A query for all decisions that name no packet, and one for all that name none of its versions."""
    expected = {packet_id(interview) for interview in interviews}
    wrong: dict[str, list[int]] = {}
    for decision in decisions:
        versions = kept.get(decision.subject, {})
        if not versions and decision.subject not in expected:
            wrong.setdefault("subject", []).append(decision.row)
        elif versions and decision.value and decision.value not in {one.code for one in versions.values()}:
            wrong.setdefault("value", []).append(decision.row)
    for column, rows in wrong.items():
        said = "There is no such packet." if column == "subject" else "No version of the packet has this code."
        yield Query.raised(
            "MC009",
            "block",
            study=place.protocol.id,
            subject="register:decisions",
            place=query_place(place.ref(REGISTER), f"release.{column}"),
            where=f"{REGISTER}, row {rows[0]}, column {column}",
            message=f"{said} Take it from restricted/packets/overview.csv: what was released must be what is sent.",
            rows=[str(row) for row in rows],
        )


def blocked_subjects(records: Iterable[QueryRecord], evaluated: frozenset[str]) -> set[str]:
    """What has a blocking query open that this run does not look at again: `participant:…`, `transcript:…`, …"""
    return {
        r.subject
        for r in records
        if r.state == "open"
        and r.severity == "block"
        and r.check not in evaluated
        and r.subject.partition(":")[0] in ABOUT
    }


def _names(decision: Decision, kept: Kept) -> bool:
    """Whether a release is for this version: by its code, or, left blank, for the first version only."""
    return decision.value == kept.code or (decision.value == "" and kept.version == 1)


def _refused(place: Workspace, kept: Kept, decision: Decision) -> Query:
    return Query.raised(
        "MC009",
        "block",
        study=place.protocol.id,
        subject=f"packet:{kept.packet.packet_id}",
        place=query_place(kept.packet.packet_id, "release"),
        where=f"{REGISTER}, row {decision.row}",
        message="A packet is released by a second person who holds the task release_packet on that day: not by who "
        "assembled it, and not by somebody without the task. Let such a person decide.",
        rows=[str(decision.row)],
    )
