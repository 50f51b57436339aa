"""Member checks answered: the replies, what became of the doubts in them, and when a check is closed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from study import Event, Fact, Subject
from study.event import Cause, Run
from study.identifiers import event_id
from study.query import QueryRecord
from tasks.member_check_answers import ReadByTeam, list_answers, read_by_team
from tasks.member_check_replies import Replies, read_all
from tasks.member_check_sending import Followed
from tasks.packet_register import ANSWERING, PacketRegister, Row
from tasks.typed_replies import unconfirmed
from tasks.withdrawn_quotes import list_withdrawn, mark_cited
from tasks.workspace import Workspace
from trustworthiness import MemberChecks, fold_member_checks
from trustworthiness.member_checks import reply_code
from trustworthiness.reply import Judged, Standing

ANSWERING_CHECKS = frozenset({"MC005", "MC019", "MC021", "MC022", *(f"MC0{n}" for n in range(11, 18))})
BEFORE_REPLY = "It is dated before the reply came, so nothing was recorded. Correct the day."
OPEN_DOUBTS = "A theme this participant doubted is unresolved. Resolve it first."
OPEN_DOUBTS_THEN = "On that day a theme this participant doubted was unresolved. Date it after the doubt was resolved."
SECOND_REPLY = "A second reply is waiting for somebody to choose which counts (MC012). Choose first."
UNREAD = (
    "By that day nobody had read what the participant wrote beside the verdicts. Read it, enter a row read, then close."
)
CHANGED = re.compile(r"(codebook|claim)[ :]+([A-Za-z0-9_.+-]+)(?:[ :]+(?:version )?v?(\d+))?")
"""What a doubt led to, in the register's column `changed`: `codebook 2`, `claim C3` or `claim C3 v2`."""


def answering_looked_at(record: QueryRecord) -> bool:
    """Whether reading replies looks at what that query is about."""
    return record.check in ANSWERING_CHECKS


@task(name="read replies", cache_policy=NO_CACHE)
def read_replies(place: Workspace) -> Followed:
    """The replies and the register's rows on what became of them, as facts, with what does not fit."""
    return answering(place)


def answering(place: Workspace) -> Followed:
    """The same as `read_replies` without Prefect."""
    reading = PacketRegister(place, ANSWERING, "MC015")
    sent = {_check(e): e.id for e in reading.events if e.kind == "member_check.sent"}
    every, rows = list(reading.rows()), []
    for row in every:
        if (row.trail_code, row.packet) in sent:
            rows.append(row)
        else:
            reading.query(
                "MC015", row.row, "step", "not_sent", "The register has no row saying that this packet was sent before."
            )
    replies = read_all(place, reading, [row for row in every if row.step == "returned"], sent)
    state = _with(place, reading.events, replies.facts)
    answers = _counted(state, [*reading.events, *_as_events(place, replies.facts)])
    later = _resolutions(place, reading, rows, state, answers)
    read = read_by_team(place, reading, replies.heard, [row for row in rows if row.step == "read"])
    later += read.facts
    known = [*reading.events, *_as_events(place, [*replies.facts, *later])]
    later += _closings(
        place, reading, [row for row in rows if row.step == "closed"], known, Grounds(replies, read, sent)
    )
    waiting = _typed(place, reading)
    made = (*list_withdrawn(place, replies.quotes), *list_answers(place, replies, fold_member_checks(known), read))
    said = (*_said(replies.judged), *waiting, *mark_cited(place, reading.events))
    return Followed((*replies.facts, *later), tuple(reading.queries), said, made)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a closing rests on: the replies, which of them were read, and the events of sending."""

    replies: Replies
    read: ReadByTeam
    sent: Mapping[tuple[str, str], str]


def _resolutions(
    place: Workspace, reading: PacketRegister, rows: list[Row], state: MemberChecks, answers: dict[tuple[str, str], str]
) -> list[Fact]:
    """The doubts that were resolved; a row dated before the reply is a query and records nothing."""
    found: list[Fact] = []
    days: dict[str, str] = {}
    for row in (row for row in rows if row.step == "resolved"):
        check = state.checks.get(row.trail_code)
        if check and check.came and check.came <= row.occurred and check.packet == row.packet:
            for fact in _resolved(place, reading, row, answers):
                id = event_id(place.origin, fact.kind, fact.natural_key)
                if days.setdefault(id, fact.occurred) == fact.occurred:
                    found.append(fact)
                else:
                    reading.query("MC015", row.row, "theme", "twice", "This theme is resolved in two rows. Keep one.")
        elif _is_complete(reading, row):
            reading.query("MC015", row.row, "occurred", "before_reply", BEFORE_REPLY)
    return found


def _closings(
    place: Workspace, reading: PacketRegister, rows: list[Row], known: list[Event], grounds: Grounds
) -> list[Fact]:
    """The checks that are closed; one with an open doubt, unread words or two replies to choose from stays open."""
    state = fold_member_checks(known)
    answers = _counted(state, known)
    found: list[tuple[Row, Fact, list[Fact]]] = []
    for row in rows:
        about = (row.trail_code, row.packet)
        closed = Fact(
            "member_check.closed",
            row.occurred.isoformat(),
            subject=_person(row.trail_code),
            causes=_ids(answers.get(about) or grounds.sent[about]),
            data={"packet": row.packet, "ordinal": 1},
        )
        before = reading.recorded(closed)
        is_open = before is None or before.id in reading.refused
        check = state.checks.get(row.trail_code)
        if check and check.open_disconfirmations:
            reading.query("MC015", row.row, "step", "open_doubts", OPEN_DOUBTS)
        elif is_open and check and check.came and row.occurred < check.came:
            reading.query("MC015", row.row, "occurred", "before_reply", BEFORE_REPLY)
        elif is_open and any(one.standing == "second" for one in _waiting(grounds.replies, row.packet)):
            reading.query("MC015", row.row, "step", "second_reply", SECOND_REPLY)
        elif is_open and not grounds.read.all_read(row.packet, row.occurred):
            reading.query("MC015", row.row, "step", "unread", UNREAD)
        else:
            found.append((row, closed, reading.unless_changed(closed, row.row)))
    facts = [fact for _, _, one in found for fact in one]
    problems = {p.event_id for p in fold_member_checks([*known, *_as_events(place, facts)]).problems}
    kept = []
    for row, closed, one in found:
        if event_id(place.origin, closed.kind, closed.natural_key) in problems:
            reading.query("MC015", row.row, "occurred", "open_doubts_then", OPEN_DOUBTS_THEN)
        else:
            kept += one
    return kept


def _waiting(replies: Replies, packet: str) -> Iterator[Judged]:
    """The replies to a packet that are not on record, although they could be read."""
    on_record = {heard.file for heard in replies.heard}
    return (one for one in replies.judged if one.packet_id == packet and one.reply and one.file not in on_record)


def _typed(place: Workspace, reading: PacketRegister) -> tuple[str, ...]:
    """MC019 where two typings of a reply differ; a sentence on those that wait for their second reader."""
    waiting = unconfirmed(place)
    for entry in (entry for entry in waiting if entry.differs):
        more = f" and {len(entry.differs) - 6} more" if len(entry.differs) > 6 else ""
        said = (
            f"Two people read it differently: {', '.join(entry.differs[:6])}{more}. Look at the paper together, enter "
        )
        said += "the reply again, and let the second reader confirm it."
        reading.query("MC019", 0, "", "differs", said, file=f"restricted/{entry.key}")
    if not waiting:
        return ()
    return (f"Member checks: {plural(len(waiting), 'typed reply', 'typed replies')} waiting for a second reader.",)


def _resolved(place: Workspace, reading: PacketRegister, row: Row, answers: dict[tuple[str, str], str]) -> list[Fact]:
    """member_check.resolved for one theme, its reason in a record; a query where theme or change is missing."""
    if not _is_complete(reading, row):
        return []
    led_to = _led_to(reading.events, row.changed)
    if row.changed and not led_to:
        message = (
            "The column changed names no codebook or claim version on record. Write it as codebook 2 or claim C3 v2."
        )
        reading.query("MC015", row.row, "changed", "unknown_change", message)
        return []
    data = {"packet": row.packet, "theme": row.theme, "change": row.change}
    fact = Fact(
        "member_check.resolved",
        row.occurred.isoformat(),
        subject=_person(row.trail_code),
        causes=(*_ids(answers.get((row.trail_code, row.packet))), *_ids(led_to)),
        data=data,
    )
    before = reading.known.get(event_id(place.origin, fact.kind, fact.natural_key))
    if before and before.data["change"] != row.change:
        reading.query(
            "MC015", row.row, "change", "altered", "The change was altered after it had been recorded. Put it back."
        )
        return []
    return reading.unless_changed(place.with_record(fact, {"reason": row.reason}), row.row)


def _is_complete(reading: PacketRegister, row: Row) -> bool:
    """Whether a row says which doubt was resolved, how and why; else a query."""
    themes = {t.theme_id for kept in reading.kept[row.packet].values() for t in kept.packet.themes}
    if row.theme in themes and row.change in ("made", "not_made") and row.reason:
        return True
    message = "A resolved row names a theme of the packet, a change (made or not_made) and a reason. Complete it."
    reading.query("MC015", row.row, "theme", "incomplete", message)
    return False


def _led_to(events: Iterable[Event], changed: str) -> str:
    """The event of the codebook or claim version that a doubt led to; "" where there is none."""
    named = CHANGED.fullmatch(" ".join(changed.split()))
    if named is None:
        return ""
    what, name, version = named.groups()
    if what == "codebook":
        found = [e for e in events if e.kind == "codebook.changed" and e.data["version"] == name]
    else:
        claims = [e for e in events if e.kind == "claim.asserted" and e.subject_id("claim") == name]
        found = [e for e in claims if version is None or e.data["version"] == int(version)]
    latest = max(found, key=lambda e: (e.recorded_at, e.id), default=None)
    return latest.id if latest else ""


def _with(place: Workspace, events: list[Event], facts: Iterable[Fact]) -> MemberChecks:
    """The state once these facts are recorded too."""
    return fold_member_checks([*events, *_as_events(place, facts)])


def _as_events(place: Workspace, facts: Iterable[Fact]) -> list[Event]:
    run = Run("", "", "none", 1, "")
    return [
        Event(
            event_id(place.origin, f.kind, f.natural_key),
            f.kind,
            f.occurred,
            place.instant,
            place.actor,
            run,
            f.subject,
            f.used,
            f.generated,
            tuple(Cause(id, "") for id in f.causes),
            f.data,
        )
        for f in facts
    ]


def _counted(state: MemberChecks, events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """For each person and packet the event of the reply that counts."""
    answers: dict[tuple[str, str], str] = {}
    for event in (e for e in events if e.kind == "member_check.returned"):
        check = state.checks.get(event.subject_id("participant") or "")
        if check and (reply_code(event) == check.reply or _check(event) not in answers):
            answers[_check(event)] = event.id
    return answers


def _check(act: Event | Fact) -> tuple[str, str]:
    """Whose member check an act is of, and with which packet."""
    return next(s.id for s in act.subject if s.type == "participant"), act.data["packet"]


def _ids(event: str | None) -> tuple[str, ...]:
    return (event,) if event else ()


def _person(trail_code: str) -> tuple[Subject, ...]:
    return (Subject("participant", trail_code),)


def _said(judged: list[Judged]) -> tuple[str, ...]:
    standing = Counter(one.standing for one in judged)
    words: dict[Standing, str] = {
        "accepted": "read",
        "chosen": "chosen among several",
        "older_packet": "to an older packet",
        "second": "kept beside the one that counts",
        "waiting": "waiting for the day their packet went",
        "sealed": "sealed unread after a withdrawal",
        "refused": "refused",
    }
    shown = [f"{standing[name]} {what}" for name, what in words.items() if standing[name]]
    return (f"Replies to member checks: {', '.join(shown) or 'none yet'}.",)
