"""Replies on paper or by word of mouth: typed by one person, confirmed by a second, and only then a reply.

Everything lies in restricted/replies/PACKET/: the scan, the table a person fills in, the entry made of it (001.json,
written once), and the second reader's word on it (001.confirmed.json, or 001.differs-1.json while the two differ).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.workbook import workbook
from study import Fact, Reference, StudyError, Subject
from study.identifiers import event_id
from study.objects import NotStored
from study.workbook import opened_workbook, text_of
from tasks.member_check_people import left_on
from tasks.packets import Kept, kept_packets
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks
from trustworthiness.member_checks import CODE
from trustworthiness.reply import Reply, read_reply
from trustworthiness.typed_reply import blank_rows, choices, differences, read_typed

FOLDER = "replies/"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
ENTRY = re.compile(r"(\d{3})\.json")
WIDTHS = (16, 18, 70, 16, 60)
Channel = Literal["paper", "phone", "in_person"]


@dataclass(frozen=True, slots=True)
class PaperReply:
    """A reply to enter: the packet, the table filled in and the scan (both by name in the packet's folder), the day it
    came, and how."""

    packet: str
    answers: str
    scan: str
    day: date
    channel: Channel


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A second reader's word on the last entry of a packet: `answers` is the table they filled in themselves, "" where
    they read the entry against the paper."""

    packet: str
    answers: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a form: facts to record and a sentence."""

    facts: tuple[Fact, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A confirmed entry as a reply that came: its file, the reply as JSON, the day, the reference of the entry."""

    file: str
    data: bytes
    day: date
    reference: Reference


@dataclass(frozen=True, slots=True)
class Entry:
    """The last entry of a packet: its key under restricted/, what it says, and what a second reader said of it."""

    key: str
    document: dict[str, Any]
    is_confirmed: bool
    differs: tuple[str, ...]

    @property
    def reply(self) -> Reply:
        return Reply.model_validate(self.document["reply"])


@task(name="enter a reply", cache_policy=NO_CACHE)
def enter_reply(place: Workspace, asked: PaperReply) -> Taken:
    """Take a typed reply down, or write the blank table where there is none yet; see `entered_reply`."""
    return entered_reply(place, asked)


@task(name="confirm a reply", cache_policy=NO_CACHE)
def confirm_reply_of(place: Workspace, asked: SecondReading) -> Taken:
    """Take a second reader's word down; see `confirmed`."""
    return confirmed(place, asked)


def entered_reply(place: Workspace, asked: PaperReply) -> Taken:
    """The typed reply as an entry that waits for its second reader.

    StudyError, with nothing written, for a packet that was not released, a table that cannot be read or answers
    another packet, a scan that is not there, a day to come or before the packet went, and somebody who has withdrawn
    by that day.
    """
    _refuse_nobody(place)
    kept, trail_code = _packet(place, asked.packet)
    _refuse_day(place, trail_code, asked.packet, asked.day)
    name = asked.answers or "typed.xlsx"
    key = _key(asked.packet, name)
    data = _stored(place, key)
    if data is None:
        return _blank(place, kept, name)
    reply = _read(data, f"restricted/{key}", asked.channel)
    _refuse_other(place, reply, kept, key)
    scan = _scan(place, asked)
    entry = {
        "packet": asked.packet,
        "day": asked.day.isoformat(),
        "channel": asked.channel,
        "scan": scan.ref if scan else "",
        "reply": reply.model_dump(mode="json"),
        "entered_by": place.actor.id,
        "entered_on": place.today.isoformat(),
    }
    last = _last(place, asked.packet)
    if last and _same(last.document, entry):
        return Taken((), "This reply was entered before; nothing was entered again.")
    key, body = _write(place, asked.packet, entry)
    reference = place.reference(f"restricted/{key}", body, personal=True)
    fact = Fact(
        "member_check.typed",
        asked.day.isoformat(),
        subject=(Subject("participant", trail_code), Subject("person", place.actor.id)),
        used=(scan,) if scan else (),
        generated=(reference,),
        causes=_sent(place, trail_code, asked.packet),
        data={"packet": asked.packet, "reply": (reference.hmac or "")[:CODE]},
    )
    said = f"The reply to {asked.packet} was entered and is waiting for a second reader (confirm-reply)."
    return Taken((fact,), said)


def confirmed(place: Workspace, asked: SecondReading) -> Taken:
    """A second reader's word on the last entry of a packet: confirmed, or where the two typings differ.

    StudyError for a packet without an entry, for who typed it, and for a table that cannot be read.
    """
    _refuse_nobody(place)
    kept, trail_code = _packet(place, asked.packet)
    last = _last(place, asked.packet)
    if last is None:
        raise StudyError(
            "no typed reply to this packet is waiting",
            where="the form, packet",
            remedy="Enter the reply first: fieldtrail record STUDY reply.",
        )
    if last.document["entered_by"] == place.actor.id:
        raise StudyError(
            "who typed a reply does not confirm it", where="the form, acting person", remedy="Ask somebody else."
        )
    if last.is_confirmed:
        return Taken((), "This reply was confirmed before.")
    apart: list[str] = []
    if asked.answers:
        key = _key(asked.packet, asked.answers)
        data = _stored(place, key)
        if data is None:
            return _blank(place, kept, asked.answers)
        apart = differences(last.reply, _read(data, f"restricted/{key}", last.document["channel"]))
    word = {"by": place.actor.id, "on": place.today.isoformat(), "typed_again": bool(asked.answers), "differs": apart}
    stem = last.key.removesuffix(".json")
    if apart:
        place.restricted.put(f"{stem}.differs.json", _json(word))
        return Taken((), f"The two typings differ in {len(apart)} places; the reply does not count until they agree.")
    place.restricted.put_new(f"{stem}.confirmed.json", body := _json(word))
    entry = place.reference(f"restricted/{last.key}", place.restricted.get(last.key), personal=True)
    typed = Fact(
        "member_check.typed",
        last.document["day"],
        (Subject("participant", trail_code), Subject("person", last.document["entered_by"])),
        generated=(entry,),
        data={"packet": asked.packet, "reply": (entry.hmac or "")[:CODE]},
    )
    fact = Fact(
        "member_check.confirmed",
        place.today.isoformat(),
        subject=(Subject("participant", trail_code), Subject("person", place.actor.id)),
        used=(entry,),
        generated=(place.reference(f"restricted/{stem}.confirmed.json", body, personal=True),),
        causes=(event_id(place.origin, typed.kind, typed.natural_key),),
        data=typed.data,
    )
    return Taken((fact,), f"The reply to {asked.packet} is confirmed. {_what_next(place, trail_code, asked.packet)}")


def _what_next(place: Workspace, trail_code: str, packet: str) -> str:
    """Whether a confirmed reply counts; the next run of record-member-checks takes it in."""
    check = fold_member_checks(place.events()).checks.get(trail_code)
    if check is None or check.packet != packet or check.sent is None:
        return "It waits until registers/member_checks.csv says when the packet was sent."
    if check.returned:
        return "Another reply is on record: it is kept beside that one until somebody chooses (choose_reply)."
    return "It counts from the next time that replies are read."


def confirmed_replies(place: Workspace) -> Iterator[Typed]:
    """Every confirmed entry as a reply that came."""
    for key in _entries(place):
        if _stored(place, f"{key.removesuffix('.json')}.confirmed.json") is None:
            continue
        body = place.restricted.get(key)
        entry = json.loads(body)
        reference = place.reference(f"restricted/{key}", body, personal=True)
        data = json.dumps(entry["reply"], ensure_ascii=False).encode()
        yield Typed(f"restricted/{key}", data, date.fromisoformat(entry["day"]), reference)


def unconfirmed(place: Workspace) -> list[Entry]:
    """The last entries of packets that no second reader has confirmed, with where a second typing differs."""
    packets = dict.fromkeys(key.split("/")[1] for key in _entries(place))
    found = (_last(place, packet) for packet in packets)
    return [entry for entry in found if entry and not entry.is_confirmed]


def _entries(place: Workspace) -> list[str]:
    stored = (one.key for one in place.restricted.list(FOLDER))
    return sorted(key for key in stored if ENTRY.fullmatch(key.rsplit("/", 1)[1]) and key.count("/") == 2)


def _last(place: Workspace, packet: str) -> Entry | None:
    keys = [key for key in _entries(place) if key.split("/")[1] == packet]
    if not keys:
        return None
    stem = keys[-1].removesuffix(".json")
    apart = _stored(place, f"{stem}.differs.json")
    differs = tuple(json.loads(apart)["differs"]) if apart else ()
    is_confirmed = _stored(place, f"{stem}.confirmed.json") is not None
    return Entry(keys[-1], json.loads(place.restricted.get(keys[-1])), is_confirmed, differs)


def _same(before: dict[str, Any], entry: dict[str, Any]) -> bool:
    return all(before.get(name) == entry[name] for name in ("day", "channel", "scan", "reply", "entered_by"))


def _write(place: Workspace, packet: str, entry: dict[str, Any]) -> tuple[str, bytes]:
    """Write the entry under the next number; who enters at the same moment gets AlreadyStored and enters again."""
    numbers = [int(key.rsplit("/", 1)[1][:3]) for key in _entries(place) if key.split("/")[1] == packet]
    key, body = f"{FOLDER}{packet}/{max(numbers, default=0) + 1:03d}.json", _json(entry)
    place.restricted.put_new(key, body)
    return key, body


def _blank(place: Workspace, kept: Kept, name: str) -> Taken:
    """Write the blank table to be filled in."""
    if not name.endswith(".xlsx"):
        raise StudyError(
            "there is no such file", where="the form, answers", remedy="Give the name of a table, such as typed.xlsx."
        )
    rows = blank_rows(kept.packet, kept.version)
    header = next(n for n, row in enumerate(rows, 1) if row[0] == "what")
    key = _key(kept.packet.packet_id, name)
    blank = workbook("Reply on paper", rows, header=header, choices=choices(rows), widths=WIDTHS)
    place.restricted.put(key, blank)
    said = f"A blank table was written: restricted/{key}. Type in it what the participant wrote, then enter it again."
    return Taken((), said)


def _read(data: bytes, file: str, via: str) -> Reply:
    """A filled table, or a file that the packet's page or document would save."""
    if not file.endswith(".xlsx"):
        return read_reply(data, file)
    sheet = opened_workbook(data, file, values=True, table="typed reply").active
    rows = [[text_of(cell) for cell in row] for row in sheet.iter_rows(max_row=2000, max_col=5, values_only=True)]
    return read_typed(rows, file, via=via)


def _packet(place: Workspace, packet: str) -> tuple[Kept, str]:
    """The last released version of a packet and its participant's trail code; StudyError without one."""
    released = [e for e in place.events(["member_check.released"]) if e.data["packet"] == packet]
    versions = kept_packets(place).get(packet, {})
    numbers = [int(e.data["version"]) for e in released if e.data["version"] in versions]
    if not numbers:
        raise StudyError(
            "no packet of this id was released",
            where="the form, packet",
            remedy="Take it from the packet's first page.",
        )
    return versions[max(numbers)], released[-1].subject_id("participant") or ""


def _refuse_day(place: Workspace, trail_code: str, packet: str, day: date) -> None:
    check = fold_member_checks(place.events()).checks.get(trail_code)
    went = check.sent if check and check.packet == packet else None
    if day > place.today:
        raise StudyError("the day is still to come", where="the form, day", remedy="Give the day on which it came.")
    left = left_on(place.events()).get(trail_code)
    if left is not None and day >= left:
        raise StudyError(
            "this participant had withdrawn by that day, so what they wrote stays unread",
            where="the form, packet",
            remedy="Leave it sealed in restricted/, and tell the investigator.",
        )
    if went is not None and day < went:
        raise StudyError(
            "on that day the packet had not been sent",
            where="the form, day",
            remedy="Give the day on which the reply came, or correct the row sent in registers/member_checks.csv.",
        )


def _refuse_other(place: Workspace, reply: Reply, kept: Kept, key: str) -> None:
    """StudyError where the table is of another packet or person; of an older version it may be."""
    versions = kept_packets(place)[kept.packet.packet_id].values()
    known = {(v.sha256, v.packet.participant_code) for v in versions}
    if reply.packet_id != kept.packet.packet_id or (reply.packet_sha256, reply.participant_code) not in known:
        raise StudyError(
            "what was typed answers another packet, or is another person's",
            where=f"restricted/{key}",
            remedy="Find out whose reply it is, and fill in the table of that packet.",
        )


def _scan(place: Workspace, asked: PaperReply) -> Reference | None:
    if not asked.scan:
        if asked.channel == "paper":
            raise StudyError(
                "a reply on paper needs its scan",
                where="the form, scan",
                remedy=f"Put the scan into restricted/{FOLDER}{asked.packet}/ and give its name.",
            )
        return None
    key = _key(asked.packet, asked.scan)
    data = _stored(place, key)
    if data is None:
        raise StudyError(
            "the scan is not there", where=f"restricted/{key}", remedy="Put it there, or correct its name in the form."
        )
    return place.reference(f"restricted/{key}", data, personal=True)


def _sent(place: Workspace, trail_code: str, packet: str) -> tuple[str, ...]:
    sent = [e for e in place.events(["member_check.sent"]) if e.subject_id("participant") == trail_code]
    return tuple(e.id for e in sent if e.data["packet"] == packet)[-1:]


def _key(packet: str, name: str) -> str:
    """Where a file of a packet's folder is; StudyError for a name that would lead elsewhere."""
    if not NAME.fullmatch(name) or not NAME.fullmatch(packet):
        raise StudyError(
            "this is not the plain name of a file",
            where="the form",
            remedy=f"Give the name alone, such as scan.pdf; the file lies in restricted/{FOLDER}PACKET/.",
        )
    return f"{FOLDER}{packet}/{name}"


def _refuse_nobody(place: Workspace) -> None:
    if place.actor.type != "person":
        raise StudyError("the form needs the person who fills it in", where="the form", remedy="Say who acts (--as).")


def _stored(place: Workspace, key: str) -> bytes | None:
    try:
        return place.restricted.get(key)
    except NotStored:
        return None


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()
