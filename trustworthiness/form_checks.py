"""MC007: every form of a packet is tagged and titled, and shows every character."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trustworthiness.packet import Packet
from trustworthiness.packet_faults import Fault


def form_faults(packet: Packet, forms: Mapping[str, bytes], wanted: Iterable[str] = ()) -> list[Fault]:
    """What is wrong with the forms of a packet (suffix → bytes), among them the `wanted` that could not be made."""
    return [
        Fault(
            "MC007",
            f"packet:{packet.packet_id}",
            f"{form}.missing",
            f"restricted/packets/{packet.packet_id}",
            f"The packet holds a character that no font of its {form.upper()} form has, so that form was not made. "
            "Send another form, or correct the character.",
        )
        for form in wanted
        if form not in forms
    ]
