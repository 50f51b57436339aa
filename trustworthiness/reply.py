"""A participant's reply to a packet: read from its file, and judged against the packets that went out.

Refused only for a wrong person or an unknown packet; everything else unusual is kept and queued for a person.
A blank answer is "not answered", never agreement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from study import StudyError
from trustworthiness.packet import Packet
from trustworthiness.reply_docx import read_envelope_docx, read_reply_docx

Verdict = Literal["fits", "partly", "does_not", "not_answered"]
Standing = Literal["accepted", "older_packet", "second", "chosen", "waiting", "sealed", "refused"]
COUNTED: tuple[Standing, ...] = ("accepted", "older_packet", "chosen")
VERDICTS: tuple[Verdict, ...] = ("fits", "partly", "does_not", "not_answered")


class Answer(BaseModel):
    """What a participant said to one theme."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    theme_id: str
    verdict: Verdict = "not_answered"
    comment: str = ""

    @field_validator("verdict", mode="before")
    @classmethod
    def _blank_is_not_answered(cls, value: object) -> object:
        return value or "not_answered"


class Envelope(BaseModel):
    """The outside of a reply: whose it is and to what, without what it says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    packet_id: str
    packet_sha256: str
    participant_code: str
    version: int = 1


class Reply(Envelope):
    """A reply as `reply_<code>.json` or the packet's document holds it.

    `remarks` are words beside the fields of a document, `doubts` what could not be told from it, without its words.
    """

    answers: tuple[Answer, ...] = ()
    missing: str = ""
    withdraw_quote_ids: tuple[str, ...] = ()
    received_via: str = "unknown"
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def verdicts(self, packet: Packet) -> dict[str, Verdict]:
        """The verdict on each theme of the packet; not answered when left out or answered in different ways."""
        given: dict[str, set[Verdict]] = {theme.theme_id: set() for theme in packet.themes}
        for answer in self.answers:
            given.setdefault(answer.theme_id, set()).add(answer.verdict)
        return {t.theme_id: _only(given[t.theme_id]) for t in packet.themes}


def has_own_words(reply: Reply, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether a reply says something that no verdict holds: what is missing, a remark, a comment on a theme that it
    does not answer."""
    unanswered = (a.comment for a in reply.answers if verdicts.get(a.theme_id, "not_answered") == "not_answered")
    return any(text.strip() for text in (reply.missing, *reply.remarks, *unanswered))


def _only(verdicts: set[Verdict]) -> Verdict:
    return next(iter(verdicts)) if len(verdicts) == 1 else "not_answered"


@dataclass(frozen=True, slots=True)
class Issued:
    """The versions of one packet that were released: number → (its SHA-256, the packet); the highest is current."""

    participant_code: str
    versions: Mapping[int, tuple[str, Packet]]

    def version_of(self, sha256: str) -> int | None:
        """The version with that digest, or None."""
        return next((number for number, (digest, _) in self.versions.items() if digest == sha256), None)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file in replies/ and the day the register says it came; None when the register does not say.

    `recorded` is True when the trail already holds this very file as the packet's reply; `code` is by which a decision
    names it. `latest` is the last day on which it may have come, where `returned` is not sure.
    """

    file: str
    data: bytes
    returned: date | None = None
    recorded: bool = False
    code: str = ""
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply and what becomes of it; `reply` is None when it was refused or sealed unread.

    `verdicts` is theme id → verdict for every theme of its packet, `quotes_back` the packet's quotes it takes back;
    `faults` are (check, what is wrong), for the team.
    """

    file: str
    standing: Standing
    packet_id: str = ""
    participant_code: str = ""
    version: int | None = None
    reply: Reply | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    quotes_back: frozenset[str] = frozenset()
    faults: tuple[tuple[str, str], ...] = ()


Form = TypeVar("Form", bound=Envelope)


def read_envelope(data: bytes, file: str) -> Envelope:
    """Whose reply this is, from JSON or a Word document; StudyError naming the file when it is not a reply at all."""
    return _shaped(Envelope, read_envelope_docx(data, file), file) if _is_docx(data) else _parsed(Envelope, data, file)


def read_reply(data: bytes, file: str) -> Reply:
    """The whole reply, likewise; StudyError naming the file and the field when it is not one."""
    if _is_docx(data):
        return _shaped(Reply, read_reply_docx(data, file), file)
    return _parsed(Reply, data, file).model_copy(update={"remarks": (), "doubts": ()})


def _is_docx(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04"


def judge(
    arrivals: Iterable[Arrival],
    issued: Mapping[str, Issued],
    withdrawn: Mapping[str, date],
    answered: Iterable[str] = (),
    chosen: Mapping[str, str] | None = None,
) -> list[Judged]:
    """Judge every reply, in the order: those the trail holds, then by day, then by file name.

    `issued` is packet id → its released versions; `withdrawn` is participant code → day from which nothing of theirs
    may be read. A reply that came, or may have come, on that day or later, and one without a day, stays sealed: only
    its outside is looked at. `answered` are the packets to which the trail holds a reply; `chosen` is packet id → the
    code of the reply that a person chose: then that one counts, the others stand beside it, and nobody is asked about
    them any more.
    """
    first = set(answered)
    judged = []
    arrivals = list(arrivals)
    there = {a.code for a in arrivals if a.code}
    decided = {packet: code for packet, code in (chosen or {}).items() if code in there}
    for arrival in sorted(arrivals, key=lambda a: (not a.recorded, a.returned or date.max, a.file)):
        outcome = _judge_one(arrival, issued, withdrawn, first, decided)
        if outcome.standing in ("accepted", "older_packet"):
            first.add(outcome.packet_id)
        judged.append(outcome)
    return judged


def _judge_one(
    arrival: Arrival,
    issued: Mapping[str, Issued],
    withdrawn: Mapping[str, date],
    first: set[str],
    decided: Mapping[str, str],
) -> Judged:
    try:
        envelope = read_envelope(arrival.data, arrival.file)
    except StudyError as error:
        return Judged(arrival.file, "refused", faults=(("MC011", error.what),))
    known = issued.get(envelope.packet_id)
    version = known.version_of(envelope.packet_sha256) if known else None
    if known is None or version is None:
        return Judged(arrival.file, "refused", faults=(("MC005", "the packet it answers was never released"),))
    if envelope.participant_code != known.participant_code:
        return Judged(arrival.file, "refused", faults=(("MC005", "the packet it answers belongs to somebody else"),))
    judged = Judged(arrival.file, "accepted", envelope.packet_id, known.participant_code, version)
    left = withdrawn.get(known.participant_code)
    last = arrival.latest or arrival.returned
    if left is not None and (last is None or last >= left):
        is_sure = arrival.returned is not None and arrival.returned >= left
        when = "it came" if is_sure else "nothing says for certain that it did not come"
        return replace(judged, standing="sealed", faults=(("MC014", f"{when} after this participant withdrew"),))
    try:
        reply = read_reply(arrival.data, arrival.file)
    except StudyError as error:
        return replace(judged, standing="refused", faults=(("MC011", error.what),))
    packet = known.versions[version][1]
    judged = replace(
        judged,
        reply=reply,
        verdicts=reply.verdicts(packet),
        quotes_back=frozenset(reply.withdraw_quote_ids) & {q.quote_id for q in packet.quotes},
        faults=tuple(_unusual(arrival, reply, packet)),
    )
    choice = decided.get(envelope.packet_id)
    if choice is not None:
        return replace(judged, standing="chosen" if arrival.code == choice else "second")
    if envelope.packet_id in first and not arrival.recorded:
        fault = ("MC012", "a reply to this packet is already recorded")
        return replace(judged, standing="second", faults=(*judged.faults, fault))
    if version < max(known.versions):
        fault = ("MC013", f"it answers version {version} of the packet, which is not the current one")
        return replace(judged, standing="older_packet", faults=(*judged.faults, fault))
    return judged


def _unusual(arrival: Arrival, reply: Reply, packet: Packet) -> list[tuple[str, str]]:
    faults = []
    if arrival.returned is None:
        faults.append(("MC016", "no row of registers/member_checks.csv says on which day it came"))
    themes = {t.theme_id for t in packet.themes}
    quotes = {q.quote_id for q in packet.quotes}
    if {a.theme_id for a in reply.answers} - themes or set(reply.withdraw_quote_ids) - quotes:
        faults.append(("MC017", "it speaks of a theme or quote that this packet does not hold"))
    ids = [a.theme_id for a in reply.answers]
    if len(ids) > len(set(ids)):
        faults.append(("MC017", "it answers one theme twice; where the answers differ it counts as not answered"))
    if reply.doubts:
        known = [f"theme {id}" for id in sorted(themes)] + [f"quote {id}" for id in sorted(quotes)]
        named = [what for what in known if any(what.split(" ")[1] in re.split(r"[ :]", d) for d in reply.doubts)]
        where = f" ({', '.join(named[:6])})" if named else ""
        faults.append(("MC017", f"boxes or fields are not as they were sent, so that an answer may not count{where}"))
    if reply.remarks:
        faults.append(("MC017", "there are words in the document beside its fields, which are not counted"))
    return faults


def _parsed(shape: type[Form], data: bytes, file: str) -> Form:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        what = "it is not a reply as the packet's page saves it (not readable as JSON)"
        raise StudyError(what, where=file, remedy=SAVE_AGAIN) from None
    return _shaped(shape, document, file)


def _shaped(shape: type[Form], document: Any, file: str) -> Form:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"][:1])) or "the whole" for e in error.errors()})
        what = f"it is not a reply as the packet's page saves it (fault in {', '.join(fields)})"
    raise StudyError(what, where=file, remedy=SAVE_AGAIN)


SAVE_AGAIN = "Ask the participant to save it again, or enter their answers by hand."
