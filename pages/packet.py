"""The packet as one HTML file: readable and answerable without network, by keyboard, on a phone and on paper.

Saving makes `reply_<participant code>.json` on the reader's own device; nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pages.layout import render
from pages.packet_docx import packet_docx
from pages.packet_pdf import packet_pdf
from pages.packet_texts import VERDICTS, PacketTexts, is_right_to_left
from pages.wording import languages, wording
from study import Protocol
from trustworthiness.packet import Packet, packet_sha256


def packet_intro(language: str, *, study: str, days: int) -> tuple[str, ...]:
    """The paragraphs a packet opens with; they belong to the packet, so they are hashed with it."""
    return tuple(text.format(study=study, days=days) for text in wording(language, "packet")["intro"])


def packet_questions(language: str) -> tuple[str, ...]:
    """What a packet asks: about each theme, about what is missing, about the quotes."""
    words = wording(language, "packet")
    return words["question_theme"], words["question_missing"], words["question_quotes"]


def reply_file(packet: Packet) -> str:
    """The name of the file a participant saves."""
    return f"reply_{packet.participant_code}.json"


def packet_language(own: str, protocol: Protocol) -> str:
    """The language of a participant's packet: their own where there are messages in it, else the protocol's.

    A region follows its language: es-MX is answered in es unless there is a file for it.
    """
    assert protocol.member_checking is not None
    fitting = [tag for tag in (own.strip(), own.strip().split("-")[0].lower()) if tag in languages()]
    return fitting[0] if fitting else protocol.member_checking.language


def packet_frame(protocol: Protocol, language: str, themes: Iterable[str] | None = None) -> dict[str, Any]:
    """What `assemble` needs beside one participant's own material, in one of the `languages()`.

    `themes` are the ids of the themes to show (all of them without it). A theme nobody translated stays in the
    protocol's language, and the packet says so.
    """
    plan = protocol.member_checking
    assert plan is not None  # the caller looked
    shown = [theme for theme in plan.themes if themes is None or theme.id in set(themes)]
    strange = [theme.id for theme in shown if language != plan.language and language not in theme.plain_in]
    return {
        "language": language,
        "intro": packet_intro(language, study=protocol.title, days=plan.answer_within_days),
        "questions": packet_questions(language),
        "themes": {t.id: (t.plain_in.get(language, t.plain), frozenset(t.codes)) for t in shown},
        "theme_languages": dict.fromkeys(strange, plan.language),
        "returns": plan.returns,
        "study": protocol.title,
        "contact": plan.contact or "",
        "answer_within_days": plan.answer_within_days,
    }


def packet_page(packet: Packet, *, version: int) -> bytes:
    """The packet's HTML; `version` is its number among the versions of this packet."""
    texts = PacketTexts.of(packet, version)
    return render(
        "packet.html",
        language=packet.language,
        direction="rtl" if is_right_to_left(packet.language) else "ltr",
        texts=texts,
        title=wording(packet.language, "packet")["title"],
        words=wording(packet.language, "packet"),
        packet=packet,
        version=version,
        verdicts=VERDICTS,
        file=reply_file(packet),
        envelope={
            "packet_id": packet.packet_id,
            "packet_sha256": packet_sha256(packet),
            "participant_code": packet.participant_code,
            "version": version,
        },
    )


MAKERS: Mapping[str, Callable[..., bytes | None]] = {"html": packet_page, "docx": packet_docx, "pdf": packet_pdf}


def packet_forms(packet: Packet, *, version: int, forms: Iterable[str]) -> Mapping[str, bytes]:
    """The packet in each of these forms (html, docx, pdf), by the suffix of its file.

    A form that cannot show every character of the packet is left out: `form_faults` says so. The same packet and
    version give the same bytes.
    """
    made = {form: MAKERS[form](packet, version=version) for form in forms}
    return {form: data for form, data in made.items() if data is not None}
