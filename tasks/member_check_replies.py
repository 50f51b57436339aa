"""Replies judged and recorded: which count, what they say of each theme, which quotes they take back, what was chosen.

Words stay in the files: the trail gets verdicts and keyed digests.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath

from study import Event, Fact, Reference, StudyError, Subject
from study.decisions import Decision
from study.event import is_day
from study.identifiers import event_id
from study.objects import NotStored
from tasks.decisions import REGISTER, read_decisions
from tasks.member_check_days import Came, Unplaced, days_of, names_nothing
from tasks.member_check_people import left_on
from tasks.packet_register import PacketRegister, Row
from tasks.packets import FOLDER, Kept
from tasks.read import read_restricted_table
from tasks.typed_replies import confirmed_replies, unconfirmed
from tasks.withdrawn_quotes import withdrawn_facts
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks, judge
from trustworthiness.checks import REPLY_REMEDIES
from trustworthiness.member_checks import CODE, Check
from trustworthiness.reply import (
    COUNTED,
    VERDICTS,
    Arrival,
    Issued,
    Judged,
    Standing,
    has_own_words,
    read_envelope,
)  # fmt: skip

REPLIES = "replies/"
LIST = f"{FOLDER}replies.csv"
COLUMNS = ("packet_id", "code", "file", "came", "version", "standing")
READ = (".json", ".docx")
PICTURES = (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic")
SCANS = (*PICTURES, ".doc", ".odt", ".rtf", ".txt", ".xlsx", ".msg", ".eml")
CHOICE = "choose_reply"
TASK = "release_packet"
STANDING: Mapping[Standing, str] = {
    "accepted": "counts",
    "chosen": "counts: chosen",
    "older_packet": "counts against an older version",
    "second": "kept beside the first",
    "waiting": "waits for the day its packet went",
    "sealed": "sealed unread",
    "refused": "refused",
}
Sent = tuple[str, str]
"""A participant's trail code and a packet."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply on record: its file and code, whose it is (trail code), to which packet, the day it came, and whether
    there are words in it that no verdict holds."""

    file: str
    code: str
    who: str
    packet: str
    day: date | None
    has_own_words: bool


@dataclass(slots=True)
class Replies:
    """What became of the replies: each judged, those on record, the facts to record, quotes taken back (packet, quote
    id); `codes` is file → code."""

    judged: list[Judged]
    codes: Mapping[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    quotes: list[tuple[str, str]] = field(default_factory=list)


def read_all(place: Workspace, reading: PacketRegister, rows: Iterable[Row], sent: Mapping[Sent, str]) -> Replies:
    """Every reply judged, with its facts; what does not fit becomes a query of `reading`.

    `rows` are the register's rows on replies that came, `sent` is (trail code, packet) → the event.
    """
    issued = _issued(reading)
    arrivals, references = _arrivals(place, reading, issued, list(rows))
    answered = {e.data["packet"] for e in reading.known.values() if e.kind == "member_check.returned"}
    choices = _choices(place, reading, arrivals)
    trail_codes = place.known_trail_codes()
    decided = {packet: _choice_fact(place, trail_codes, issued, packet, d) for packet, d in choices.items()}
    chosen = {e.data["packet"]: (e.data["reply"], e.id) for e in reading.events if e.kind == "member_check.chosen"}
    chosen |= {packet: (fact.data["reply"], _id(place, fact)) for packet, fact in decided.items() if fact}
    by_code = {packet: code for packet, (code, _) in chosen.items()}
    days = {a.file: a.returned for a in arrivals}
    checks = fold_member_checks(reading.events).checks
    judged = []
    for one in judge(arrivals, issued, _withdrawn(place, reading.events), answered, by_code):
        check = checks.get(trail_codes.get(one.participant_code, ""))
        judged.append(_if_sent(one, check, days[one.file]))
    found = Replies(judged, {a.file: a.code for a in arrivals})
    found.facts += [fact for fact in decided.values() if fact]
    for one in judged:
        for id, what in one.faults:
            reading.query(id, 0, "", id, f"{what[:1].upper()}{what[1:]}. {REPLY_REMEDIES[id]}", file=one.file)
        if one.reply is None or one.version is None:
            continue
        who, day, code = trail_codes[one.participant_code], days[one.file], found.codes[one.file]
        occurred = day.isoformat() if day else place.instant
        cause = sent.get((who, one.packet_id))
        if one.standing in COUNTED or (one.standing == "second" and one.packet_id in chosen):
            grounds = (cause, chosen[one.packet_id][1] if one.standing == "chosen" else None)
            fact = _returned(one, who, occurred, references[one.file], tuple(g for g in grounds if g))
            recorded = reading.unless_changed(fact, 0)
            found.facts += recorded
            has_words = has_own_words(one.reply, one.verdicts)
            found.heard.append(Heard(one.file, code, who, one.packet_id, day, has_words))
            if fact in recorded:
                cause = _id(place, fact)
                found.facts += _answers(one, who, occurred, code, cause)
        kept = reading.kept[one.packet_id][one.version]
        found.facts += withdrawn_facts(place, kept, who, one.quotes_back, occurred, cause)
        found.quotes += [(one.packet_id, id) for id in sorted(one.quotes_back)]
    _write_list(place, judged, found.codes, days)
    return found


def _if_sent(one: Judged, check: Check | None, day: date | None) -> Judged:
    """The same reply, or one that waits because nothing says that its packet went out before it came."""
    if one.standing not in (*COUNTED, "second"):
        return one
    if check and check.packet == one.packet_id and check.sent and (day is None or day >= check.sent):
        return one
    what = "by the register its packet had not been sent when it came"
    return replace(one, standing="waiting", faults=(*one.faults, ("MC015", what)))


def waiting_packets(place: Workspace) -> frozenset[str]:
    """The packets with a reply that waits because, by the register, it came before its packet went: then the day of
    sending may be what is wrong."""
    table = read_restricted_table(place, LIST)
    if table is None:
        return frozenset()
    return frozenset(str(packet) for packet in table.loc[table["standing"] == STANDING["waiting"], "packet_id"])


def reply_files(place: Workspace) -> tuple[str, ...]:
    """The files in replies/ that may be replies, sorted; what programs leave behind is none."""
    names = (stored.key for stored in place.files.list(REPLIES))
    return tuple(sorted(n for n in names if not PurePosixPath(n).name.startswith((".", "~")) and _suffix(n) in READ))


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.casefold()


def _arrivals(
    place: Workspace, reading: PacketRegister, issued: Mapping[str, Issued], rows: list[Row]
) -> tuple[list[Arrival], dict[str, Reference]]:
    """Every reply with its day and code, and the reference of its file; scans in replies/ become queries."""
    recorded = {g.hmac: e for e in reading.known.values() if e.kind == "member_check.returned" for g in e.generated}
    data = {file: place.files.get(file) for file in reply_files(place)}
    references = {file: place.reference(file, body, personal=True) for file, body in data.items()}
    typed = {one.file: one for one in confirmed_replies(place)}
    data |= {file: one.data for file, one in typed.items()}
    references |= {file: one.reference for file, one in typed.items()}
    codes = {file: (reference.hmac or "")[:CODE] for file, reference in references.items()}
    mine: dict[tuple[str, str], list[Unplaced]] = {}
    for file, body in data.items():
        event = recorded.get(references[file].hmac)
        own, is_known = (typed[file].day, False) if file in typed else (_day_of(reading, event), event is not None)
        whose = _whose(body, file, issued)
        if whose:
            mine.setdefault(whose, []).append(Unplaced(file, codes[file], own, is_known))
    for entry in unconfirmed(place):
        whose = (entry.reply.participant_code, entry.reply.packet_id)
        day = date.fromisoformat(entry.document["day"])
        mine.setdefault(whose, []).append(Unplaced(f"restricted/{entry.key}", "", day))
    days: dict[str, Came] = {}
    for whose, replies in mine.items():
        of_it = [row for row in rows if (row.participant, row.packet) == whose]
        days |= days_of(replies, of_it)
        for row in names_nothing(replies, of_it):
            said = "The column reply names no reply to this packet. Take the file or the code from "
            reading.query("MC015", row.row, "reply", "unknown_reply", f"{said}restricted/packets/replies.csv.")
    arrivals = []
    for file, body in data.items():
        came = days.get(file, Came(None))
        is_known = references[file].hmac in recorded
        arrivals.append(Arrival(file, body, came.day, is_known, codes[file], came.latest))
    for stored in place.files.list(REPLIES):
        if _suffix(stored.key) in SCANS and not PurePosixPath(stored.key).name.startswith((".", "~")):
            said = "It is not a form that can be read here. Put a scan or a letter into restricted/replies/PACKET/ and "
            reading.query("MC011", 0, "", "scan", f"{said}enter it: fieldtrail record STUDY reply.", file=stored.key)
    return arrivals, references


def _day_of(reading: PacketRegister, event: Event | None) -> date | None:
    """The day that the trail gives a reply, None where it gives an instant or holds no such reply."""
    day = reading.dated.get(event.id, event.occurred) if event else ""
    return date.fromisoformat(day) if day and is_day(day) else None


def _whose(data: bytes, file: str, issued: Mapping[str, Issued]) -> tuple[str, str] | None:
    """The participant code and the packet a reply answers; None for what cannot be read at all or will be refused."""
    try:
        envelope = read_envelope(data, file)
    except StudyError:
        return None
    known = issued.get(envelope.packet_id)
    is_theirs = known is not None and known.participant_code == envelope.participant_code
    if known is None or not is_theirs or known.version_of(envelope.packet_sha256) is None:
        return None
    return known.participant_code, envelope.packet_id


def _returned(one: Judged, who: str, occurred: str, reference: Reference, causes: tuple[str, ...]) -> Fact:
    assert one.reply is not None
    assert one.version is not None
    counts = Counter(one.verdicts.values())
    return Fact(
        "member_check.returned",
        occurred,
        subject=(Subject("participant", who),),
        generated=(reference,),
        causes=causes,
        data={
            "packet": one.packet_id,
            "version": one.version,
            **{name: counts[name] for name in VERDICTS},
            "withdrawn_quotes": len(one.quotes_back),
        },
    )


def _answers(one: Judged, who: str, occurred: str, code: str, cause: str) -> list[Fact]:
    """What the reply says of each theme of its packet, not answered ones included."""
    about = {"packet": one.packet_id, "version": one.version, "reply": code}
    return [
        Fact(
            "member_check.answered",
            occurred,
            subject=(Subject("participant", who),),
            causes=(cause,),
            data={**about, "theme": theme, "verdict": verdict},
        )
        for theme, verdict in one.verdicts.items()
    ]


def _choices(place: Workspace, reading: PacketRegister, arrivals: Iterable[Arrival]) -> dict[str, Decision]:
    """The decision that stands for each packet: the last one that names a reply that is there, by who may."""
    there = {a.code for a in arrivals}
    made = [d for d in read_decisions(place) if d.decision == CHOICE and d.occurred <= place.today]
    stands: dict[str, Decision] = {}
    for decision in sorted(made, key=lambda d: (d.occurred, d.row)):
        if decision.subject not in reading.kept:
            said = "There is no such packet. Take its id from restricted/packets/replies.csv."
            reading.query("MC021", decision.row, "subject", "subject", said, file=REGISTER)
        elif decision.value not in there:
            said = "No reply has this code. Take it from restricted/packets/replies.csv."
            reading.query("MC021", decision.row, "value", "value", said, file=REGISTER)
        elif not decision.authorised(place.protocol, TASK):
            said = "Who decides which reply counts holds the task release_packet on that day. Let such a person decide."
            reading.query("MC021", decision.row, "person", "person", said, file=REGISTER)
        else:
            stands[decision.subject] = decision
    return stands


def _choice_fact(
    place: Workspace, trail_codes: Mapping[str, str], issued: Mapping[str, Issued], packet: str, decision: Decision
) -> Fact | None:
    who = trail_codes.get(issued[packet].participant_code, "") if packet in issued else ""
    if not who:
        return None
    fact = Fact(
        "member_check.chosen",
        decision.occurred.isoformat(),
        subject=(Subject("participant", who), Subject("person", decision.person)),
        data={"packet": packet, "reply": decision.value},
    )
    return place.with_record(fact, {"person": decision.person, "reason": decision.reason})


def _issued(reading: PacketRegister) -> dict[str, Issued]:
    """The released versions of every packet."""
    done = {(e.data["packet"], e.data["version"]) for e in reading.known.values() if e.kind == "member_check.released"}
    issued = {}
    for id, versions in reading.kept.items():
        out: dict[int, Kept] = {n: kept for n, kept in versions.items() if (id, n) in done}
        if out:
            code = out[max(out)].packet.participant_code
            issued[id] = Issued(code, {n: (kept.sha256, kept.packet) for n, kept in out.items()})
    return issued


def _withdrawn(place: Workspace, events: list[Event]) -> dict[str, date]:
    """Participant code → the day from which nothing of theirs may be read."""
    people = {trail: code for code, trail in place.known_trail_codes().items()}
    return {people[trail]: day for trail, day in left_on(events).items() if trail in people}


def _write_list(
    place: Workspace, judged: Iterable[Judged], codes: Mapping[str, str], days: Mapping[str, date | None]
) -> None:
    """Keep restricted/packets/replies.csv: every reply with the code by which a decision names it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = [
        (j.packet_id, codes[j.file], j.file, f"{days[j.file] or ''}", f"{j.version or ''}", STANDING[j.standing])
        for j in judged
    ]
    writer.writerows(sorted(rows))
    body = out.getvalue().encode()
    try:
        before: bytes | None = place.restricted.get(LIST)
    except NotStored:
        before = None
    if before != body and (rows or before is not None):
        place.restricted.put(LIST, body)


def _id(place: Workspace, fact: Fact) -> str:
    return event_id(place.origin, fact.kind, fact.natural_key)
