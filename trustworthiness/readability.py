"""MC004: packets are in plain words and in the participant's language."""

from __future__ import annotations

from trustworthiness.packet import Packet
from trustworthiness.packet_faults import Fault


def reading_grade(text: str, language: str) -> float | None:
    """The school grade at which a text can be read; None where no formula is known for the language."""
    return None


def plain_language(packet: Packet, *, grade: float) -> list[Fault]:
    """What in a packet needs a higher school grade than this, or is not in the packet's language."""
    return []
