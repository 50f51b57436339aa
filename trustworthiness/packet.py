"""The member-checking packet of one participant: everything that is sent back, whatever form carries it.

Synthesised member checking after Birt et al. (2016, doi 10.1177/1049732316654870): a participant reads their
own words and the themes in plain words, and is invited to disagree.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from study import StudyError

FORMAT = 2
FORMATS = (1, 2)
"""Format 1 held no summary, study, contact, days to answer, nor languages of themes."""


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
    """A theme in plain words; `language` is theirs where it is not the packet's, else empty."""

    theme_id: str
    plain: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A coded stretch of the participant's transcript, as the coding tool wrote it."""

    code: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything a participant is shown. It holds no date, so that the same content is the same packet.

    Either `turns` (their own, verbatim) or `summary` (paragraphs the team wrote) or neither is there. `contact` says
    how to reach the study, empty where the protocol does not; `answer_within_days` is 0 where it is not known.
    """

    packet_id: str
    participant_code: str
    language: str
    intro: tuple[str, ...]
    questions: tuple[str, ...]
    themes: tuple[PlainTheme, ...]
    quotes: tuple[OwnQuote, ...]
    turns: tuple[OwnTurn, ...]
    summary: tuple[str, ...] = ()
    study: str = ""
    contact: str = ""
    answer_within_days: int = 0
    format: int = FORMAT

    def quotes_of(self, theme_id: str) -> tuple[OwnQuote, ...]:
        """The participant's quotes under one theme, in the order of the interview."""
        return tuple(quote for quote in self.quotes if quote.theme_id == theme_id)


NEW_IN_2 = ("summary", "study", "contact", "answer_within_days")


def packet_id(interview_id: str) -> str:
    """The opaque id of the packet that rests on this interview."""
    return f"MC-{interview_id}"


def packet_content(packet: Packet) -> bytes:
    """The packet as canonical JSON: keys sorted, ASCII, no spaces; a packet of format 1 as that format wrote it."""
    document = asdict(packet)
    if packet.format == 1:
        for name in NEW_IN_2:
            del document[name]
        for theme in document["themes"]:
            del theme["language"]
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def packet_sha256(packet: Packet) -> str:
    """SHA-256 in hex over `packet_content`: it names exactly what the participant was shown, in whatever form."""
    return hashlib.sha256(packet_content(packet)).hexdigest()


def read_packet(content: bytes) -> Packet:
    """The inverse of `packet_content`; StudyError for a packet of a format this version does not know."""
    document: dict[str, Any] = json.loads(content)
    if document.get("format") not in FORMATS:
        raise StudyError(
            "a stored packet has a format this version does not know",
            where="restricted/packets",
            remedy="Use the version of fieldtrail that wrote it, or a newer one.",
        )
    known = {field.name for field in fields(Packet)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items() if name in known
    }
    values["themes"] = tuple(PlainTheme(**theme) for theme in document["themes"])
    values["quotes"] = tuple(OwnQuote(**quote) for quote in document["quotes"])
    values["turns"] = tuple(OwnTurn(**turn) for turn in document["turns"])
    return Packet(**values)


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
    theme_languages: Mapping[str, str] | None = None,
    returns: str = "transcript",
    summary: str = "",
    study: str = "",
    contact: str = "",
    answer_within_days: int = 0,
) -> Packet:
    """Put one participant's packet together.

    `turns` are the participant's own turns of the released transcript, by number; `themes` is theme id → (plain
    words, its codes); `segments` are codings of that transcript. A quote the participant withdrew is left out, and
    so is a segment with other people's words in it. The same words under one theme are one quote. `theme_languages`
    is theme id → language, for themes in another language than the packet. `returns` is what of the interview goes
    back beside the quotes: transcript, summary or neither; `summary` is the team's text of it, with blank lines
    between paragraphs.
    """
    languages = theme_languages or {}
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
        themes=tuple(PlainTheme(id, plain, languages.get(id, "")) for id, (plain, _) in themes.items()),
        quotes=tuple(quotes.values()),
        turns=tuple(OwnTurn(n, turns[n]) for n in sorted(turns)) if returns == "transcript" else (),
        summary=_paragraphs(summary) if returns == "summary" else (),
        study=study,
        contact=contact,
        answer_within_days=answer_within_days,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, between blank lines; line ends inside one are spaces."""
    return tuple(_plain(part) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip())


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
