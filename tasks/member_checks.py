"""Member checks followed: what the register says was sent and came back, and the replies themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import fold_consent, fold_recruitment
from study import Event, Fact, Query, StudyError, Subject
from study.identifiers import event_id
from study.query import QueryRecord
from tasks.gates import Gatekeeper
from tasks.packet_register import ANSWERING, SENDING, PacketRegister, Row
from tasks.packets import FOLDER, Kept
from tasks.workspace import Workspace
from trustworthiness import fold_member_checks, judge
from trustworthiness.checks import REPLY_REMEDIES
from trustworthiness.reply import Arrival, Issued, Judged, Standing, read_envelope

REPLIES = "replies/"
SENDING_CHECKS = frozenset({"MC003", "MC010"})
ANSWERING_CHECKS = frozenset({"MC005", "MC011", "MC012", "MC013", "MC014", "MC015", "MC016", "MC017"})


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


def answering_looked_at(record: QueryRecord) -> bool:
    """Whether reading replies looks at what that query is about."""
    return record.check in ANSWERING_CHECKS


@task(name="read what was sent", cache_policy=NO_CACHE)
def read_sending(place: Workspace) -> Followed:
    """The register's rows on packets sent and reminders, as facts, with what does not fit."""
    return sending(place)


@task(name="read replies", cache_policy=NO_CACHE)
def read_replies(place: Workspace) -> Followed:
    """The replies and the register's rows on what became of them, as facts, with what does not fit."""
    return answering(place)


def sending(place: Workspace) -> Followed:
    """The same as `read_sending` without Prefect."""
    reading = PacketRegister(place, SENDING, "MC010")
    released = [e for e in reading.events if e.kind == "member_check.released"]
    gates = Gatekeeper(place, fold_consent(reading.events))
    facts = []
    for row in reading.rows():
        before = [e for e in released if _is_before(e, row)]
        if not before:
            reading.query(
                "MC010", row.row, "step", "not_released", "The packet was not released by that day. Release it first."
            )
            continue
        if gates.ask("send_packet", row.trail_code, contact_day=row.occurred):
            reading.query(
                "MC003",
                row.row,
                "occurred",
                "no_consent",
                "Consent to be contacted again was not in force that day. Report it.",
            )
        data = {"packet": row.packet, "ordinal": row.ordinal}
        fact = Fact(
            f"member_check.{row.step}",
            row.occurred.isoformat(),
            subject=_person(row.trail_code),
            causes=(before[-1].id,),
            data=data,
        )
        facts += reading.unless_changed(fact, row.row)
    gates.write("send")
    return Followed(tuple(facts), tuple(reading.queries))


def reminders_due(place: Workspace) -> tuple[str, ...]:
    """Sentences on who is to be reminded and who let the time pass; counts only."""
    plan = place.protocol.member_checking
    if plan is None:
        return ()
    events = place.events()
    state = fold_member_checks(events)
    due, lapsed = state.due(place.today, answer_within_days=plan.answer_within_days, reminders=plan.reminders)
    gates = Gatekeeper(place, fold_consent(events))
    may = [code for code in due if not gates.ask("remind", code)]
    gates.write("remind")
    return _due(len(may), len(lapsed))


def answering(place: Workspace) -> Followed:
    """The same as `read_replies` without Prefect."""
    reading = PacketRegister(place, ANSWERING, "MC015")
    sent = {_check(e): e.id for e in reading.events if e.kind == "member_check.sent"}
    rows = []
    for row in reading.rows():
        if (row.trail_code, row.packet) in sent:
            rows.append(row)
        else:
            reading.query(
                "MC015", row.row, "step", "not_sent", "The register has no row saying that this packet was sent before."
            )
    returned = {(row.participant, row.packet): row.occurred for row in reversed(rows) if row.step == "returned"}
    judged, facts = _replies(place, reading, returned, sent)
    answers = {_check(e): e.id for e in reading.events if e.kind == "member_check.returned"}
    answers |= {_check(f): event_id(place.origin, f.kind, f.natural_key) for f in facts}
    later = [f for row in rows if row.step == "resolved" for f in _resolved(place, reading, row, answers)]
    doubts = _open_doubts(place, [*reading.events], [*facts, *later])
    for row in (row for row in rows if row.step == "closed"):
        if doubts.get(row.trail_code):
            reading.query(
                "MC015",
                row.row,
                "step",
                "open_doubts",
                "A theme this participant doubted is unresolved. Resolve it first.",
            )
            continue
        data = {"packet": row.packet, "ordinal": 1}
        check = (row.trail_code, row.packet)
        closed = Fact(
            "member_check.closed",
            row.occurred.isoformat(),
            subject=_person(row.trail_code),
            causes=_ids(answers.get(check) or sent[check]),
            data=data,
        )
        later += reading.unless_changed(closed, row.row)
    made = _withdrawn_quotes(place, judged)
    return Followed((*facts, *later), tuple(reading.queries), _said(judged), made)


def open_replies(place: Workspace) -> tuple[str, ...]:
    """The files in replies/, sorted."""
    return tuple(sorted(stored.key for stored in place.files.list(REPLIES) if stored.key.endswith(".json")))


def _replies(
    place: Workspace,
    reading: PacketRegister,
    returned: dict[tuple[str, str], date],
    sent: dict[tuple[str, str], str],
) -> tuple[list[Judged], list[Fact]]:
    """Every file in replies/ judged, and member_check.returned for those that count."""
    issued = _issued(reading)
    recorded = {g.hmac for e in reading.known.values() if e.kind == "member_check.returned" for g in e.generated}
    arrivals, references = [], {}
    for file in open_replies(place):
        data = place.files.get(file)
        references[file] = place.reference(file, data, personal=True)
        arrivals.append(_arrival(file, data, issued, returned, is_recorded=references[file].hmac in recorded))
    answered = {e.data["packet"] for e in reading.known.values() if e.kind == "member_check.returned"}
    judged = judge(arrivals, issued, _withdrawn(place, reading.events), answered)
    facts: list[Fact] = []
    trail_codes = place.known_trail_codes()
    days = {arrival.file: arrival.returned for arrival in arrivals}
    for one in judged:
        for check, what in one.faults:
            reading.query(check, 0, "", check, f"{what[:1].upper()}{what[1:]}. {REPLY_REMEDIES[check]}", file=one.file)
        if one.standing in ("accepted", "older_packet") and one.reply is not None and one.version is not None:
            packet = issued[one.packet_id].versions[one.version][1]
            verdicts = Counter(one.reply.verdicts(packet).values())
            day = days[one.file]
            fact = Fact(
                "member_check.returned",
                day.isoformat() if day else place.instant,
                subject=_person(trail_codes[one.participant_code]),
                generated=(references[one.file],),
                causes=_ids(sent.get((trail_codes[one.participant_code], one.packet_id))),
                data={
                    "packet": one.packet_id,
                    "version": one.version,
                    **{name: verdicts[name] for name in ("fits", "partly", "does_not", "not_answered")},
                    "withdrawn_quotes": len(set(one.reply.withdraw_quote_ids) & {q.quote_id for q in packet.quotes}),
                },
            )
            facts += reading.unless_changed(fact, 0)
    return judged, facts


def _arrival(
    file: str, data: bytes, issued: dict[str, Issued], returned: dict[tuple[str, str], date], *, is_recorded: bool
) -> Arrival:
    """A file with the day its packet's register row gives; what cannot be read at all has none."""
    try:
        envelope = read_envelope(data, file)
    except StudyError:
        return Arrival(file, data, recorded=is_recorded)
    known = issued.get(envelope.packet_id)
    day = returned.get((known.participant_code, envelope.packet_id)) if known else None
    return Arrival(file, data, day, is_recorded)


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
    days: dict[str, date] = {}
    for trail, withdrawals in fold_consent(events).withdrawn.items():
        for withdrawal in withdrawals:
            if "take_part" in withdrawal.scopes and trail in people:
                days[people[trail]] = min(days.get(people[trail], date.max), withdrawal.at.day)
    for trail, reached in fold_recruitment(events).reached.items():
        if "withdrawn" in reached and trail in people:
            days[people[trail]] = min(days.get(people[trail], date.max), reached["withdrawn"])
    return days


def _resolved(place: Workspace, reading: PacketRegister, row: Row, answers: dict[tuple[str, str], str]) -> list[Fact]:
    """member_check.resolved for one theme, its reason in a record; a query where theme or change is missing."""
    versions = reading.kept[row.packet]
    themes = {t.theme_id for kept in versions.values() for t in kept.packet.themes}
    if row.theme not in themes or row.change not in ("made", "not_made") or not row.reason:
        message = "A resolved row names a theme of the packet, a change (made or not_made) and a reason. Complete it."
        reading.query("MC015", row.row, "theme", "incomplete", message)
        return []
    data = {"packet": row.packet, "theme": row.theme, "change": row.change}
    fact = Fact(
        "member_check.resolved",
        row.occurred.isoformat(),
        subject=_person(row.trail_code),
        causes=_ids(answers.get((row.trail_code, row.packet))),
        data=data,
    )
    before = reading.known.get(event_id(place.origin, fact.kind, fact.natural_key))
    if before and before.data["change"] != row.change:
        reading.query(
            "MC015", row.row, "change", "altered", "The change was altered after it had been recorded. Put it back."
        )
        return []
    return reading.unless_changed(place.with_record(fact, {"reason": row.reason}), row.row)


def _open_doubts(place: Workspace, events: list[Event], facts: list[Fact]) -> dict[str, int]:
    """Trail code → doubts left open once these facts are recorded."""
    doubts: Counter[str] = Counter()
    for check in fold_member_checks(events).checks.values():
        doubts[check.participant] = check.open_disconfirmations
    known = {e.id for e in events}
    for fact in facts:
        if event_id(place.origin, fact.kind, fact.natural_key) in known:
            continue
        if fact.kind == "member_check.returned":
            doubts[fact.subject[0].id] += fact.data["partly"] + fact.data["does_not"]
        else:
            doubts[fact.subject[0].id] -= 1
    return dict(doubts)


def _withdrawn_quotes(place: Workspace, judged: list[Judged]) -> tuple[str, ...]:
    """Keep the list of quotes nobody may use any more, from every reply that was read."""
    rows = sorted({(one.packet_id, id) for one in judged if one.reply for id in one.reply.withdraw_quote_ids})
    if not rows:
        return ()
    body = "packet_id,quote_id\n" + "".join(f"{packet},{id}\n" for packet, id in rows)
    place.restricted.put(f"{FOLDER}withdrawn_quotes.csv", body.encode())
    return (f"restricted/{FOLDER}withdrawn_quotes.csv",)


def _is_before(released: Event, row: Row) -> bool:
    """Whether a release is of the row's packet and not later than the row."""
    is_of_it = (released.subject_id("participant"), released.data["packet"]) == (row.trail_code, row.packet)
    return is_of_it and released.occurred <= row.occurred.isoformat()


def _check(act: Event | Fact) -> tuple[str, str]:
    """Whose member check an act is of, and with which packet."""
    return next(s.id for s in act.subject if s.type == "participant"), act.data["packet"]


def _ids(event: str | None) -> tuple[str, ...]:
    return (event,) if event else ()


def _person(trail_code: str) -> tuple[Subject, ...]:
    return (Subject("participant", trail_code),)


def _due(due: int, lapsed: int) -> tuple[str, ...]:
    said = []
    if due:
        said.append(f"Member checks: {due} due a reminder.")
    if lapsed:
        said.append(f"Member checks: {lapsed} did not answer in time; that is not agreement.")
    return tuple(said)


def _said(judged: list[Judged]) -> tuple[str, ...]:
    standing = Counter(one.standing for one in judged)
    words: dict[Standing, str] = {
        "accepted": "read",
        "older_packet": "to an older packet",
        "second": "second replies to decide on",
        "sealed": "sealed unread after a withdrawal",
        "refused": "refused",
    }
    shown = [f"{standing[name]} {what}" for name, what in words.items() if standing[name]]
    return (f"Replies to member checks: {', '.join(shown) or 'none yet'}.",)
