"""The packet for print: tagged PDF/UA-1 (ISO 14289-1) with boxes to tick and lines to write on, made by typst.

Only the fonts inside the typst package are used, so that every machine gives the same bytes. Words reach the template
as data and are never read as markup.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import typst

from pages.packet_texts import VERDICTS, PacketTexts, is_right_to_left
from study import StudyError
from trustworthiness.packet import Packet

TEMPLATE = Path(__file__).parent / "templates" / "packet.typ"
STANDARD = "ua-1"
MADE = 946684800
"""2000-01-01 UTC in seconds: a packet holds no day, and the trail says when it was made."""
_NO_GLYPH = ("could not be displayed", "disallowed codepoint")


def packet_pdf(packet: Packet, *, version: int) -> bytes | None:
    """The packet's PDF; None where it holds a character that none of the fonts has, instead of empty boxes."""
    data = json.dumps(_document(packet, version), ensure_ascii=False)
    try:
        made = _compiler().compile(
            _template(), sys_inputs={"data": data}, format="pdf", pdf_standards=[STANDARD], timestamp=MADE
        )
    except typst.TypstError as error:
        if any(words in error.message for words in _NO_GLYPH):
            return None
        raise _unmade() from None  # the message may hold words of the participant
    assert isinstance(made, bytes)
    return made


def _unmade() -> StudyError:
    return StudyError(
        "the PDF of a packet could not be made",
        where="member_checking.forms",
        remedy="Leave pdf out of member_checking.forms in study.yaml, and tell who looks after the software.",
    )


@cache
def _compiler() -> typst.Compiler:
    """One compiler for the process: it keeps its fonts and the parsed template."""
    return typst.Compiler(ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _document(packet: Packet, version: int) -> dict[str, object]:
    """Everything the template shows."""
    texts = PacketTexts.of(packet, version)
    words = texts.words
    shown = {name: words[name] for name in _WORDS}
    return {
        "title": words["title"],
        "author": packet.study,
        "language": packet.language.split("-")[0],
        "right_to_left": is_right_to_left(packet.language),
        "words": shown,
        "mark": texts.mark,
        "intro": packet.intro,
        "contact": texts.contact,
        "questions": dict(zip(("theme", "missing", "quotes"), packet.questions, strict=False)),
        "options": [words[verdict] for verdict in VERDICTS],
        "themes": [
            {
                "heading": texts.heading(number),
                "plain": theme.plain,
                "language": (theme.language or packet.language).split("-")[0],
                "note": texts.note(theme),
            }
            for number, theme in enumerate(packet.themes, 1)
        ],
        "quotes": [{"heading": h, "quotes": [q.text for q in quotes]} for _, h, quotes in texts.groups],
        "told": texts.told,
        "told_heading": texts.told_words[0],
        "told_help": texts.told_words[1],
    }


_WORDS = ("about", "themes", "comment", "quotes", "quotes_help", "quotes_none", "withdraw", "pdf_help", "page_of")
