"""Trails for the viewer's tests: ten thousand events, a study's chain of evidence, consents at random."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from typing import Any

from study import Fact, Reference, Subject
from study.event import Actor, Event, Run, instant
from study.identifiers import digest, event_id, keyed_digest
from trail.batch import Place, batch_body

EVENTS, BATCH = 10_000, 100
KEY = bytes(range(32))
FORM = {"form": "INT", "language": "en"}
ROW = {"ordinal": 1, "version": 1, "row": "ab" * 32}


def filled(notebook: Any) -> Any:
    """Ten thousand events: ten runs of ten objects of a hundred, each run sealed.

    Every line is one that a trail wrote, under another id and site: writing each anew takes longer than the test.
    """
    visit = {"ordinal": 0, "version": 1}
    fact = Fact("site.visited", "2026-01-05", (Subject("site", "S00000"),), data=visit)
    wrote = notebook.open()
    wrote.append([notebook.opened(), fact])
    line = json.loads((notebook.directory / f"lanes/2026-03-02/{wrote.lane}/000000.jsonl").read_bytes().split(b"\n")[2])
    for run in range(EVENTS // BATCH // 10):
        lane, prev = f"{uuid.UUID(int=run)}.1", None
        for seq in range(10):
            first, stamp = (run * 10 + seq) * BATCH, instant(notebook.now())
            numbers = range(first + 2 if first == 0 else first, first + BATCH)
            lines = [another(line, number, f"2026-0{1 + run % 2}-{1 + seq:02d}", stamp) for number in numbers]
            place = Place(stamp[:10], lane, seq)
            body = batch_body(notebook.origin, place, prev, lines)
            notebook.store.put_new(place.key, body)
            prev = digest(body)
            notebook.wait(seconds=20)
        notebook.wait(minutes=5)
        notebook.seal()
    return notebook


def another(line: dict[str, Any], number: int, day: str, stamp: str) -> bytes:
    """The line for another site and day."""
    said = {"id": str(uuid.UUID(int=number)), "occurred": day, "recorded_at": stamp}
    subject = [{"id": f"S{number:05d}", "type": "site"}]
    return json.dumps({**line, **said, "subject": subject}, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Evidence:
    """A study's files, by the refs they have in the trail."""

    transcript: bytes
    key: bytes
    memo: bytes
    notebook: Any


def with_evidence(notebook: Any) -> Evidence:
    """Claims C1 (whole), C2 (transcript never released), C3 (withdrawn since), C4 (no interview recorded)."""
    transcript, memo = b"Turn one. Turn two.\n", b"A memo on roles.\n"
    trail = notebook.open()
    trail.append([notebook.opened(), _form(), _authorised()])
    people = {f"I000{n}": f"t00000000{n}a" for n in (1, 2, 3)}
    trail.append([_consent(person) for person in people.values()])
    trail.append([_held(interview, person) for interview, person in people.items()])
    made = {id: _transcript(id, transcript) for id in ("I0001", "I0002", "I0003", "I0009")}
    released = {id: trail.append([made[id]])[0].id for id in ("I0001", "I0003", "I0009")}
    note = trail.append([Fact("memo.written", "2026-02-20", generated=(_memo(memo),), data={"memo": "M1"})])[0].id
    codings = {id: trail.append([_coding(id, fact, released.get(id))])[0].id for id, fact in made.items()}
    claims = {"C1": ("I0001", note), "C2": ("I0002",), "C3": ("I0003",), "C4": ("I0009",)}
    for claim, (interview, *more) in claims.items():
        trail.append([_claim(claim, codings[interview], *more)])
    gone = {"ordinal": 1, "version": 1, "row": "cd" * 32, "scopes": [], "disposition": "keep"}
    trail.append([Fact("consent.withdrawn", "2026-02-27", (Subject("participant", people["I0003"]),), data=gone)])
    wrong = trail.append([notebook.site(7)])[0].id
    trail.append([Fact("correction.made", "2026-03-01", data={"target": wrong, "action": "drop"})])
    notebook.wait(minutes=5)
    notebook.seal()
    return Evidence(transcript, KEY, memo, notebook)


def _form() -> Fact:
    data = {"version": "1", "opens": "2026-01-06", "reconsent": "none", "approval_from": "2026-01-05"}
    scopes = {"scopes": ["take_part", "record", "quote"], "text": "cd" * 32}
    return Fact("consent.form_approved", "2026-01-05", data={**FORM, **data, **scopes})


def _authorised() -> Fact:
    data = {"role": "interviewer", "task": "obtain_consent"}
    return Fact("personnel.authorised", "2026-01-05", (Subject("person", "EVA1"),), data=data)


def _consent(person: str, day: str = "2026-02-01") -> Fact:
    given = {"given": ["take_part", "record"], "declined": ["quote"], "mode": "signed", "obtained_by": "EVA1"}
    flags = {"has_witness": False, "has_representative": False, "copy_given": True, "form_version": "1"}
    return Fact("consent.given", day, (Subject("participant", person),), data={**FORM, **ROW, **given, **flags})


def _held(interview: str, person: str) -> Fact:
    subject = (Subject("interview", interview), Subject("participant", person))
    return Fact("interview.held", "2026-02-03", subject, data={**ROW, "outcome": "full", "recorded": True})


def _transcript(id: str, body: bytes) -> Fact:
    reference = Reference(f"a{id.lower()}aaaaa", len(body), hmac=keyed_digest(KEY, body + id.encode()))
    if id == "I0001":
        reference = Reference("ai0001aaaaa", len(body), hmac=keyed_digest(KEY, body))
    subject = (Subject("transcript", id), Subject("person", "COO1"))
    return Fact("transcript.released", "2026-02-10", subject, generated=(reference,), data={"version": 1})


def _memo(body: bytes) -> Reference:
    return Reference("amemo000001", len(body), sha256=digest(body))


def _coding(id: str, transcript: Fact, released: str | None) -> Fact:
    data = {"codebook": "1", "segments": 3, "coders": ["EVA1"], "rejected": 0}
    causes = (released,) if released else ()
    return Fact("coding.imported", "2026-02-15", (Subject("transcript", id),), transcript.generated, (), causes, data)


def _claim(id: str, *causes: str) -> Fact:
    data = {"version": 1, "themes": 1, "codes": ["role"], "codings": 3}
    return Fact("claim.asserted", "2026-02-20", (Subject("claim", id),), causes=causes, data=data)


def consents_at_random(seed: int) -> list[Event]:
    """Forms, approvals, delegations, consents, withdrawals and corrections of two people in one month, shuffled."""
    chance = random.Random(seed)

    def day(last: int = 28) -> str:
        text = f"2026-01-{chance.randint(1, last):02d}"
        return text if chance.random() < 0.7 else f"{text}T{chance.randint(0, 23):02d}:30:00.000Z"

    def end(share: float) -> str | None:
        return f"2026-01-{chance.randint(8, 28):02d}" if chance.random() < share else None

    def scopes() -> list[str]:
        return [scope for scope in ("take_part", "record", "quote", "audit") if chance.random() < 0.6]

    def person() -> tuple[Subject, ...]:
        return (Subject("participant", chance.choice(["t1", "t2"])),)

    def row() -> dict[str, Any]:
        return {"ordinal": chance.randint(1, 2), "version": chance.randint(1, 2), "row": "ab" * 32}

    def given(kind: str) -> Fact:
        form = {"form": chance.choice(["A", "B"]), "form_version": chance.choice(["1", "2"]), "language": language()}
        said = {"given": scopes(), "declined": scopes() if chance.random() < 0.3 else [], "obtained_by": "EVA1"}
        how = {
            "mode": chance.choice(["signed", "signed", "short_form", "waiver"]),
            "has_witness": chance.random() < 0.5,
        }
        more = {"has_representative": chance.random() < 0.7, "assent": chance.choice(["given", "declined", None])}
        if chance.random() < 0.2:
            form, more = {"form": "H", "form_version": "1", "language": "en"}, {"covers": "hipaa_authorisation"}
        return Fact(kind, day(), person(), data={**row(), **form, **said, **how, **more})

    def language() -> str:
        return "es" if chance.random() < 0.2 else "en"

    def form(name: str, version: str) -> Fact:
        order = chance.choice(["none", "none", "before_next_contact", "everyone_by"])
        dates = {"opens": day(10)[:10], "closes": end(0.3), "by": end(1) if order == "everyone_by" else None}
        data = {
            "form": name,
            "version": version,
            "language": "en",
            "reconsent": order,
            "revision": chance.randint(1, 2),
            "needs": [need for need in ("representative", "assent") if chance.random() < 0.2],
            "references": [["waiver", "W1"]] if chance.random() < 0.5 else [],
        }
        if name == "H":
            data |= {"covers": "hipaa_authorisation"}
        return Fact(
            "consent.form_approved",
            day(6),
            data={**data, **dates, "approval_from": "2026-01-01", "scopes": scopes() if name == "H" else []},
        )

    approval = {"time_zone": "America/Los_Angeles", "approval_from": "2026-01-01", "approval_to": end(0.3)}
    staff = (Subject("person", "EVA1"),)
    facts = [
        Fact("study.opened", "2026-01-01T12:00:00.000Z", data=approval),
        *(form(name, version) for name in "AB" for version in "12"),
        *(given(chance.choice(["consent.given", "consent.renewed"])) for _ in range(chance.randint(1, 5))),
    ]
    if chance.random() < 0.3:
        facts.append(Fact("approval.renewed", day(), data={"approval_from": day()[:10], "approval_to": end(0.5)}))
    if chance.random() < 0.3:
        facts.append(form("H", "1"))
    if chance.random() < 0.5:
        excepted = {"reference": "B7", "excepted_from": day(10)[:10], "excepted_to": day()[:10]}
        permits = [chance.choice(["contact", "collection", "analysis"])]
        facts.append(Fact("approval.excepted", day(), data={**excepted, "permits": permits}))
    if chance.random() < 0.4:
        task = {"task": "obtain_consent", "ends": end(0.5)}
        facts.append(Fact("personnel.authorised", day(8), staff, data=task))
        facts += [Fact("personnel.ended", day(), staff, data=task)] if chance.random() < 0.5 else []
    for _ in range(chance.randint(0, 2)):
        taken_back = {**row(), "scopes": scopes(), "disposition": "keep"}
        facts.append(Fact("consent.withdrawn", day(), person(), data=taken_back))
    if chance.random() < 0.2:
        facts.append(Fact("recruitment.withdrawn", day(), person(), data=row()))
    events = [entered(fact, number) for number, fact in enumerate(facts)]
    if chance.random() < 0.3:
        target = {"target": chance.choice(events[1:]).id, "action": "drop"}
        events.append(entered(Fact("correction.made", "2026-01-28", data=target), len(events)))
    chance.shuffle(events)
    return events


def entered(fact: Fact, number: int) -> Event:
    """The event a trail would make of a fact, its optional fields left out where they are empty."""
    data = {name: value for name, value in fact.data.items() if value is not None}
    id = event_id("fieldtrail/test/00000000", fact.kind, str(number))
    stamp = f"2026-02-01T00:00:{number:02d}.000Z"
    actor, run = Actor("service", "fieldtrail", "software"), Run("run", "test", "none", 1, "0")
    return Event(id, fact.kind, fact.occurred, stamp, actor, run, fact.subject, data=data)
