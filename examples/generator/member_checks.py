"""Member checks of a made-up study: releases, what was sent and came back, and the replies themselves."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evidence.transcripts import read_transcript
from examples.generator.folder import HEADER, SPEAKERS, Interview
from examples.generator.people import Row
from pages.packet import packet_frame
from study import Protocol
from trustworthiness.packet import Packet, Segment, assemble, packet_sha256

COMMENTS = {
    "fits": ("", "", "Yes, that is it.", "I could have said it myself."),
    "partly": ("For me it was more about time than about rules.", "Only in the first year."),
    "does_not": ("That was not so where I was.",),
    "not_answered": ("",),
}
REASONS = {
    "made": "The theme now says that it changed over the years.",
    "not_made": "Four others describe it as written; the doubt is kept beside it.",
}


@dataclass(frozen=True, slots=True)
class Round:
    """One round of member checking: who answers, who stays silent, who releases and on which day."""

    answering: tuple[str, ...]
    silent: tuple[str, ...]
    released_by: str
    released: date

    @property
    def interviews(self) -> tuple[str, ...]:
        """The interviews whose participants were sent a packet; no defect is planted in their material."""
        return (*self.answering, *self.silent)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a round leaves behind: rows of the decision and member-check registers, and reply files by path."""

    decisions: list[Row]
    register: list[Row]
    replies: dict[str, bytes]


def packet_of(protocol: Protocol, interview: Interview, file: bytes, codings: Iterable[Row]) -> Packet:
    """The packet that the study assembles from this interview and its codings."""
    plan = protocol.member_checking
    assert plan is not None
    turns = read_transcript(file, interview.file, labels=SPEAKERS, header=HEADER).turns
    own = turns[turns["speaker"] == SPEAKERS[1]]
    return assemble(
        interview_id=interview.id,
        participant_code=interview.person.code,
        turns={int(n): str(text) for n, text in zip(own["turn"], own["text"], strict=True)},
        segments=[
            Segment(str(r["code"]), int(str(r["start"])), int(str(r["end"])), str(r["quote"]))
            for r in codings
            if r["transcript_id"] == interview.id
        ],
        **packet_frame(protocol, plan.language),
    )


def member_checks(
    protocol: Protocol,
    held: Round,
    interviews: Sequence[Interview],
    files: Mapping[str, bytes],
    codings: Sequence[Row],
) -> Checked:
    """Everything a round leaves behind."""
    rng = random.Random(f"{protocol.id}/member checks")
    done = Checked([], [], {})
    by_id = {i.id: i for i in interviews}
    for number, id in enumerate(held.interviews):
        packet = packet_of(protocol, by_id[id], files[by_id[id].file], codings)
        done.decisions.append(_release(packet, held))
        sent = held.released + timedelta(days=2 + number % 2)
        done.register.append(_row(packet, "sent", sent))
        if id in held.silent:
            done.register.append(_row(packet, "reminded", sent + timedelta(days=22)))
            continue
        returned = sent + timedelta(days=rng.randint(4, 18))
        reply = reply_to(packet, rng)
        done.replies[f"replies/reply_{packet.participant_code}.json"] = as_file(reply)
        done.register.append(_row(packet, "returned", returned))
        done.register.extend(_followed_up(packet, reply, returned, rng))
    done.register.sort(key=lambda row: str(row["occurred"]))
    return done


def reply_to(packet: Packet, rng: random.Random) -> dict[str, object]:
    """A reply as the packet's page saves it; most themes fit, some in part."""
    verdicts = [rng.choice(("fits", "fits", "fits", "partly", "not_answered")) for _ in packet.themes]
    if rng.random() < 0.25:
        verdicts[rng.randrange(len(verdicts))] = "does_not"
    quotes = [q.quote_id for q in packet.quotes]
    return {
        "packet_id": packet.packet_id,
        "packet_sha256": packet_sha256(packet),
        "participant_code": packet.participant_code,
        "version": 1,
        "answers": [
            {"theme_id": t.theme_id, "verdict": v, "comment": rng.choice(COMMENTS[v])}
            for t, v in zip(packet.themes, verdicts, strict=True)
        ],
        "missing": rng.choice(("", "", "Nobody asked about the weekends.")),
        "withdraw_quote_ids": quotes[:1] if rng.random() < 0.2 else [],
        "received_via": rng.choice(("email", "email", "paper")),
    }


def as_file(reply: Mapping[str, object]) -> bytes:
    """A reply as its file."""
    return (json.dumps(reply, indent=1) + "\n").encode()


def _followed_up(packet: Packet, reply: Mapping[str, object], returned: date, rng: random.Random) -> list[Row]:
    """What stands beside the verdicts read, each doubt resolved with a change or a reason for none, then closed."""
    answers = reply["answers"]
    assert isinstance(answers, list)
    doubted = [a["theme_id"] for a in answers if a["verdict"] in ("partly", "does_not")]
    resolved = returned + timedelta(days=12)
    rows = [_row(packet, "read", returned + timedelta(days=1))] if reply["missing"] else []
    for theme in doubted:
        change = rng.choice(("made", "not_made"))
        row = _row(packet, "resolved", resolved)
        rows.append({**row, "theme": theme, "change": change, "reason": REASONS[change]})
    return [*rows, _row(packet, "closed", resolved + timedelta(days=1))]


def _release(packet: Packet, held: Round) -> Row:
    return {
        "decision": "release_packet",
        "subject": packet.packet_id,
        "person": held.released_by,
        "occurred": held.released.isoformat(),
        "reason": "Read against the transcript; nobody else is named.",
    }


def _row(packet: Packet, step: str, day: date) -> Row:
    return {
        "participant_id": packet.participant_code,
        "packet_id": packet.packet_id,
        "step": step,
        "occurred": day.isoformat(),
    }
