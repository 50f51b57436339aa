"""What DOCX and PDF say around a packet's content, in its language: headings, marks, groups of quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages.wording import wording
from trustworthiness.packet import OwnQuote, Packet, PlainTheme

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
VERDICTS = ("fits", "partly", "does_not", "not_answered")


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from right to left; regions such as `fa-AF` follow their language."""
    return language.split("-")[0].lower() in RIGHT_TO_LEFT


@dataclass(frozen=True, slots=True)
class PacketTexts:
    """The texts of one packet's forms. `told` is the transcript's turns, or the summary, or nothing."""

    packet: Packet
    words: dict[str, Any]
    version: int

    @classmethod
    def of(cls, packet: Packet, version: int) -> PacketTexts:
        """The texts of that version of the packet."""
        return cls(packet, wording(packet.language, "packet"), version)

    @property
    def contact(self) -> str:
        """How to reach the study."""
        said = self.packet.contact
        return str(self.words["contact"]).format(contact=said) if said else str(self.words["contact_none"])

    @property
    def mark(self) -> str:
        """What stands on every page, so that a loose sheet finds back."""
        return (
            f"{self.words['packet_code']}: {self.packet.packet_id} ({self.version}) · "
            f"{self.words['your_code']}: {self.packet.participant_code}"
        )

    @property
    def told(self) -> tuple[str, ...]:
        """The participant's own turns, or the team's summary of them."""
        return self.packet.summary or tuple(turn.text for turn in self.packet.turns)

    @property
    def told_words(self) -> tuple[str, str]:
        """Heading and introduction of what was told."""
        words = self.words
        if self.packet.summary:
            return words["summary"], words["summary_help"]
        return words["transcript"], words["transcript_help"]

    def heading(self, number: int) -> str:
        """The heading of a theme; numbers from 1."""
        return str(self.words["theme_number"]).format(number=number)

    def note(self, theme: PlainTheme) -> str:
        """What is said of a theme in another language than the packet's."""
        return str(self.words["theme_other_language"]) if theme.language else ""

    @property
    def groups(self) -> tuple[tuple[int, str, tuple[OwnQuote, ...]], ...]:
        """The quotes by theme: its number, the heading of the group, the quotes; themes without quotes left out."""
        return tuple(
            (number, str(self.words["quotes_on"]).format(number=number), self.packet.quotes_of(theme.theme_id))
            for number, theme in enumerate(self.packet.themes, 1)
            if self.packet.quotes_of(theme.theme_id)
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the packet's own, in the order in which every form shows them."""
        return (
            *self.packet.intro,
            self.contact,
            *(theme.plain for theme in self.packet.themes),
            *(quote.text for _, _, quotes in self.groups for quote in quotes),
            *self.told,
        )
