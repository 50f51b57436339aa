"""The member-checking packet of one participant: what is sent back, and the gates it must pass.

Synthesised member checking after Birt et al. (2016, doi 10.1177/1049732316654870): a participant reads their
own words and the themes in plain words, and is invited to disagree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from study import StudyError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """One turn the participant spoke, by its number in the transcript."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class OwnQuote:
    """Words of the participant that the team may quote, from turns `start` to `end`, both included."""

    quote_id: str
    theme_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PlainTheme:
    """A theme in plain words."""

    theme_id: str
    plain: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A coded stretch of the participant's transcript, as the coding tool wrote it."""

    code: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything a participant is shown. It holds no date, so that the same content is the same packet."""

    packet_id: str
    participant_code: str
    language: str
    intro: tuple[str, ...]
    questions: tuple[str, ...]
    themes: tuple[PlainTheme, ...]
    quotes: tuple[OwnQuote, ...]
    turns: tuple[OwnTurn, ...]


def packet_id(interview_id: str) -> str:
    """The opaque id of the packet that rests on this interview."""
    return f"MC-{interview_id}"


def packet_content(packet: Packet) -> bytes:
    """The packet as canonical JSON: keys sorted, ASCII, no spaces."""
    return json.dumps({"format": FORMAT, **asdict(packet)}, sort_keys=True, separators=(",", ":")).encode()


def packet_sha256(packet: Packet) -> str:
    """SHA-256 in hex over `packet_content`: it names exactly what the participant was shown."""
    return hashlib.sha256(packet_content(packet)).hexdigest()


def read_packet(content: bytes) -> Packet:
    """The inverse of `packet_content`; StudyError for a packet of a format this version does not know."""
    document: dict[str, Any] = json.loads(content)
    if document.get("format") != FORMAT:
        raise StudyError(
            "a stored packet has a format this version does not know",
            where="restricted/packets",
            remedy="Use the version of fieldtrail that wrote it, or a newer one.",
        )
    return Packet(
        packet_id=document["packet_id"],
        participant_code=document["participant_code"],
        language=document["language"],
        intro=tuple(document["intro"]),
        questions=tuple(document["questions"]),
        themes=tuple(PlainTheme(**theme) for theme in document["themes"]),
        quotes=tuple(OwnQuote(**quote) for quote in document["quotes"]),
        turns=tuple(OwnTurn(**turn) for turn in document["turns"]),
    )


def quote_id(interview_id: str, theme_id: str, text: str) -> str:
    """The id of a quote: it follows from interview, theme and words, so it is the same in every later packet."""
    return "Q" + hashlib.sha256("|".join((interview_id, theme_id, _plain(text))).encode()).hexdigest()[:10]


def assemble(
    *,
    interview_id: str,
    participant_code: str,
    language: str,
    intro: Iterable[str],
    questions: Iterable[str],
    turns: Mapping[int, str],
    themes: Mapping[str, tuple[str, frozenset[str]]],
    segments: Iterable[Segment],
    withdrawn_quotes: Iterable[str] = (),
) -> Packet:
    """Put one participant's packet together.

    `turns` are the participant's own turns of the released transcript, by number; `themes` is theme id → (plain
    words, its codes); `segments` are codings of that transcript. A quote the participant withdrew is left out, and
    so is a segment with other people's words in it. The same words under one theme are one quote.
    """
    removed = frozenset(withdrawn_quotes)
    quotes: dict[str, OwnQuote] = {}
    for segment in sorted(segments, key=lambda s: (s.start, s.end, s.code, s.quote)):
        if not _is_own(segment.start, segment.end, segment.quote, turns):
            continue
        for theme_id in (id for id, (_, codes) in themes.items() if segment.code in codes):
            id = quote_id(interview_id, theme_id, segment.quote)
            if id not in removed:
                quotes.setdefault(id, OwnQuote(id, theme_id, segment.start, segment.end, segment.quote))
    return Packet(
        packet_id=packet_id(interview_id),
        participant_code=participant_code,
        language=language,
        intro=tuple(intro),
        questions=tuple(questions),
        themes=tuple(PlainTheme(id, plain) for id, (plain, _) in themes.items()),
        quotes=tuple(quotes.values()),
        turns=tuple(OwnTurn(number, turns[number]) for number in sorted(turns)),
    )


def not_verbatim(packet: Packet, own: Mapping[int, str]) -> list[str]:
    """Which turns and quotes of a packet are not the participant's own words, verbatim: `turn 12`, `quote Q…`."""
    turns = [f"turn {t.turn}" for t in packet.turns if own.get(t.turn) != t.text]
    quotes = [f"quote {q.quote_id}" for q in packet.quotes if not _is_own(q.start, q.end, q.text, own)]
    return turns + quotes


def _is_own(start: int, end: int, text: str, own: Mapping[int, str]) -> bool:
    """Whether the words stand, but for white space, in own turns of that range that follow each other directly."""
    words, run, last = _plain(text), "", None
    for number in sorted(n for n in own if start <= n <= end):
        run = f"{run} {own[number]}" if last == number - 1 else own[number]
        last = number
        if words and words in _plain(run):
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(text.split())
