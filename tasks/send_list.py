"""The list from which packets are sent and reminders go out: to whom, by which way, until when, in what state.

It names people, so it lies under restricted/ only. A way is the one the participant chose (restricted/identities.csv,
contact_preference and contact): an e-mail address that is merely known is not chosen.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.workbook import workbook
from recruitment import fold_consent, fold_recruitment
from study import Event
from study.objects import NotStored
from study.query import fold_queries
from tasks.gates import Gatekeeper
from tasks.packets import FOLDER, Kept, forms_there, kept_packets
from tasks.read import read_restricted_table
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks
from trustworthiness.member_checks import Check

LIST = f"{FOLDER}send_list.csv"
BOOK = f"{FOLDER}send_list.xlsx"
COLUMNS = (
    "packet_id", "version", "participant_id", "name", "channel", "address", "language", "files", "answer_by", "state",
)  # fmt: skip
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "email": ("contact", "email"),
    "post": ("contact", "address"),
    "phone": ("contact", "phone"),
    "in_person": ("contact",),
}
"""The ways a participant may choose, and the columns in which the address for each may stand."""
NO_ADDRESS = "needs an address"


@dataclass(frozen=True, slots=True)
class Sendable:
    """A packet that may go to its participant (trail code and participant code)."""

    participant: str
    code: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Way:
    """How a participant wants to be reached: the way and the address; the address "" where none is given."""

    channel: str
    address: str

    @property
    def is_complete(self) -> bool:
        """Whether something can be sent so; in person no address is needed."""
        return self.channel == "in_person" or bool(self.channel and self.address)


def ways_chosen(place: Workspace) -> dict[str, Way]:
    """The way each participant code chose; nobody who chose none. Later rows of a person replace earlier ones."""
    table = read_restricted_table(place, "identities.csv")
    ways = {}
    for row in () if table is None else table.to_dict("records"):
        cells = {str(k): str(v).strip() for k, v in row.items()}
        channel = channel_of(cells.get("contact_preference", "")) or _implied(cells.get("contact", ""))
        if channel:
            address = next((cells[c] for c in CHANNELS[channel] if cells.get(c)), "")
            ways[cells["participant_id"]] = Way(channel, address)
    return ways


def channel_of(word: str) -> str:
    """A way as people write it (`E-mail`, `in person`), or ""."""
    plain = word.strip().casefold().replace("-", "").replace(" ", "_")
    known = {"mail": "post", "letter": "post", "telephone": "phone", "call": "phone", "face_to_face": "in_person"}
    plain = known.get(plain, plain)
    return plain if plain in CHANNELS else ""


def _implied(contact: str) -> str:
    return "email" if "@" in contact else ""


@task(name="list packets to send", cache_policy=NO_CACHE)
def list_to_send(place: Workspace) -> tuple[str, ...]:
    """Write restricted/packets/send_list.csv and .xlsx where they changed; the paths written."""
    return send_list(place)


def send_list(place: Workspace) -> tuple[str, ...]:
    """The same without Prefect."""
    plan = place.protocol.member_checking
    if plan is None:
        return ()
    events = place.events()
    checks = fold_member_checks(events)
    names, ways = _names(place), ways_chosen(place)
    due, lapsed = checks.due(place.today, answer_within_days=plan.answer_within_days, reminders=plan.reminders)
    packets = may_be_sent(place, events)
    rows = []
    for one in sorted(packets, key=lambda p: p.kept.packet.packet_id):
        check = checks.checks.get(one.participant, Check(one.participant))
        way = ways.get(one.code, Way("", ""))
        state = _state(check, way, one.participant in due, one.participant in lapsed)
        files = ";".join(f"restricted/{key}" for key in forms_there(place, one.kept))
        person = (one.code, names.get(one.code, ""), way.channel, way.address, one.kept.packet.language)
        by = _answer_by(check, place.today, plan.answer_within_days)
        rows.append((one.kept.packet.packet_id, str(one.kept.version), *person, files, by.isoformat(), state))
    return tuple(_write(place, rows))


def may_be_sent(place: Workspace, events: list[Event]) -> list[Sendable]:
    """Packets whose newest version is released, with no blocking query of their own, of people who may be contacted
    today and have not answered."""
    checks, recruitment = fold_member_checks(events), fold_recruitment(events)
    gates = Gatekeeper(place, fold_consent(events))
    held = {r.subject for r in fold_queries(events).values() if r.state == "open" and r.severity == "block"}
    released = {
        (e.data["packet"], e.data["version"], e.subject_id("participant") or "")
        for e in events
        if e.kind == "member_check.released"
    }
    people = place.known_trail_codes()
    found = []
    for id, versions in kept_packets(place).items():
        kept = versions[max(versions)]
        code = kept.packet.participant_code
        trail = people.get(code, "")
        check = checks.checks.get(trail)
        is_done = check is None or check.returned or check.closed
        left = recruitment.reached.get(trail, {}).get("withdrawn")
        if is_done or f"packet:{id}" in held or (id, kept.version, trail) not in released:
            continue
        if (left is None or left > place.today) and not gates.ask("send_packet", trail, contact_day=place.today):
            found.append(Sendable(trail, code, kept))
    return found


def _state(check: Check, way: Way, is_due: bool, is_lapsed: bool) -> str:
    if check.sent is None:
        return "to send" if way.is_complete else NO_ADDRESS
    if is_lapsed:
        return "no reply in time; that is not agreement"
    if is_due:
        return "to be reminded" if way.is_complete else NO_ADDRESS
    return f"reminded {check.reminders} time{'s' if check.reminders > 1 else ''}" if check.reminders else "sent"


def _answer_by(check: Check, today: date, days: int) -> date:
    return (check.sent or today) + timedelta(days=days * (1 + check.reminders))


def _names(place: Workspace) -> dict[str, str]:
    table = read_restricted_table(place, "identities.csv")
    if table is None or not {"participant_id", "name"} <= set(table.columns):
        return {}
    return dict(zip(table["participant_id"], table["name"], strict=True))


def _write(place: Workspace, rows: list[tuple[str, ...]]) -> list[str]:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    body = out.getvalue().encode()
    try:
        before: bytes | None = place.restricted.get(LIST)
    except NotStored:
        before = None
    if before == body or (not rows and before is None):
        return []
    place.restricted.put(LIST, body)
    place.restricted.put(BOOK, workbook("Packets to send", [COLUMNS, *rows]))
    return [f"restricted/{LIST}", f"restricted/{BOOK}"]
