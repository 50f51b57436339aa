"""The packet as one HTML file: readable and answerable without network, by keyboard, on a phone and on paper.

Saving makes `reply_<participant code>.json` on the reader's own device; nothing is sent.
"""

from __future__ import annotations

from pages.layout import render
from pages.wording import wording
from trustworthiness.packet import Packet, packet_sha256

VERDICTS = ("fits", "partly", "does_not", "not_answered")


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


def packet_page(packet: Packet, *, version: int) -> bytes:
    """The packet's HTML; `version` is its number among the versions of this packet."""
    return render(
        "packet.html",
        language=packet.language,
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
