"""Packets sent and reminders as the register tells them: what was sent to whom, and who is to be reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import fold_consent
from study import Event, Fact, Query, Subject
from study.identifiers import keyed_digest
from study.query import QueryRecord
from tasks.gates import Gatekeeper
from tasks.member_check_people import left_on
from tasks.member_check_replies import waiting_packets
from tasks.packet_register import SENDING, PacketRegister, Row
from tasks.send_list import channel_of, ways_chosen
from tasks.workspace import Workspace
from trustworthiness import MemberChecks, fold_member_checks

SENDING_CHECKS = frozenset({"MC003", "MC010", "MC018", "MC020"})


@dataclass(frozen=True, slots=True)
class Followed:
    """What was read: facts to record, queries, sentences with counts only."""

    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def sending_looked_at(record: QueryRecord) -> bool:
    """Whether reading what was sent looks at what that query is about."""
    return record.check in SENDING_CHECKS


@task(name="read what was sent", cache_policy=NO_CACHE)
def read_sending(place: Workspace) -> Followed:
    """The register's rows on packets sent and reminders, as facts, with what does not fit."""
    return sending(place)


def sending(place: Workspace) -> Followed:
    """The same as `read_sending` without Prefect."""
    reading = PacketRegister(place, SENDING, "MC010")
    held_up = waiting_packets(place)
    reading.refused |= {e.id for e in reading.events if e.kind == "member_check.sent" and e.data["packet"] in held_up}
    released = [e for e in reading.events if e.kind == "member_check.released"]
    gates = Gatekeeper(place, fold_consent(reading.events))
    ways = ways_chosen(place)
    state, left = fold_member_checks(reading.events), left_on(reading.events)
    facts = []
    for row in reading.rows():
        before = [e for e in released if _is_before(e, row)]
        if not before:
            reading.query(
                "MC010", row.row, "step", "not_released", "The packet was not released by that day. Release it first."
            )
            continue
        refused = gates.ask("send_packet", row.trail_code, contact_day=row.occurred)
        if refused:
            reading.query(
                "MC003",
                row.row,
                "occurred",
                "no_consent",
                "Consent to be contacted again was not in force that day. Report it.",
            )
        elif row.step == "reminded":
            _look_at_reminder(reading, row, state, left)
        _look_at_way(reading, row, ways[row.participant].channel if row.participant in ways else "")
        if _held_withdrawn(place, reading, row, before):
            said = "The packet held a quote that its speaker had taken back before. Report it, and ask for its return."
            reading.query("MC010", row.row, "packet_id", "withdrawn_quote", said)
        data = {"packet": row.packet, "ordinal": row.ordinal}
        fact = Fact(
            f"member_check.{row.step}",
            row.occurred.isoformat(),
            subject=(Subject("participant", row.trail_code),),
            causes=(before[-1].id,),
            data=data,
        )
        facts += reading.unless_changed(fact, row.row)
    gates.write("send")
    return Followed(tuple(facts), tuple(reading.queries))


def _look_at_reminder(reading: PacketRegister, row: Row, state: MemberChecks, left: Mapping[str, date]) -> None:
    """MC020 for a reminder after an answer, or to somebody who asked to be left alone."""
    check = state.checks.get(row.trail_code)
    if check and check.returned and check.returned < row.occurred:
        said = "They had answered before that day. Correct the row, or say sorry and note it."
        reading.query("MC020", row.row, "occurred", "answered", said)
    gone = left.get(row.trail_code)
    if gone and gone <= row.occurred:
        said = "They had asked to be left alone by that day. Correct the row, or report it."
        reading.query("MC020", row.row, "occurred", "left", said)


def _look_at_way(reading: PacketRegister, row: Row, chosen: str) -> None:
    """MC018 for a packet that went another way than its participant chose."""
    if not row.channel:
        return
    went = channel_of(row.channel)
    if not went:
        said = "The way is none of email, post, phone, in_person. Correct it."
        reading.query("MC018", row.row, "channel", "unknown", said)
    elif chosen and went != chosen:
        said = "It went another way than the participant chose (restricted/identities.csv, contact_preference). Ask "
        reading.query("MC018", row.row, "channel", "other", f"{said}them, and correct what is wrong.")


def _held_withdrawn(place: Workspace, reading: PacketRegister, row: Row, released: list[Event]) -> bool:
    """Whether the version that went out held a quote its speaker had taken back before that day."""
    back = {
        e.data["quote"]
        for e in reading.events
        if e.kind == "quote.withdrawn"
        and e.subject_id("participant") == row.trail_code
        and e.occurred[:10] < row.occurred.isoformat()
    }
    kept = reading.kept[row.packet].get(max(int(e.data["version"]) for e in released))
    if not back or kept is None:
        return False
    key = place.participant_key(row.trail_code)
    return any(keyed_digest(key, quote.quote_id.encode())[:12] in back for quote in kept.packet.quotes)


def reminders_due(place: Workspace) -> tuple[str, ...]:
    """Sentences on who is to be reminded and who let the time pass; counts only."""
    plan = place.protocol.member_checking
    if plan is None:
        return ()
    events = place.events()
    state = fold_member_checks(events)
    due, lapsed = state.due(place.today, answer_within_days=plan.answer_within_days, reminders=plan.reminders)
    gates = Gatekeeper(place, fold_consent(events))
    left = left_on(events)
    alone = {code for code, day in left.items() if day <= place.today}
    may = [code for code in due if not gates.ask("remind", code) and code not in alone]
    gates.write("remind")
    return _due(len(may), len(set(lapsed) - alone))


def _is_before(released: Event, row: Row) -> bool:
    """Whether a release is of the row's packet and not later than the row."""
    is_of_it = (released.subject_id("participant"), released.data["packet"]) == (row.trail_code, row.packet)
    return is_of_it and released.occurred <= row.occurred.isoformat()


def _due(due: int, lapsed: int) -> tuple[str, ...]:
    said = []
    if due:
        said.append(f"Member checks: {due} due a reminder.")
    if lapsed:
        said.append(f"Member checks: {lapsed} did not answer in time; that is not agreement.")
    return tuple(said)
