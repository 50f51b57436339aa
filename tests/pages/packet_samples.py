"""A made-up packet for the tests of its forms: hostile words, quotes under two themes, long enough for two pages."""

from __future__ import annotations

from typing import Any

from pages.packet import packet_intro, packet_questions
from trustworthiness.packet import Packet, Segment, assemble

STUDY = "Peers & recovery (made up)"
OWN = {
    2: "I was the first peer there </script><b>here</b> & #strong[x] $y$ \\ \"quoted\" {0} 'so'.",
    4: "Nobody asked me.\nNot once – “never”, they said… it’s 3 < 4.",
    6: "It changed later.",
    **{n: f"This is turn {n}, and it says that such things take time and nobody can do them for you." for n in (8, 9)},
    **{n: f"And turn {n} says the same thing once more in other words, as people do." for n in range(10, 40)},
}
THEMES = {
    "T1": ("Peers want to be asked, & heard.", frozenset({"voice"})),
    "T2": ("Work heals.", frozenset({"work"})),
    "T3": ("Time matters.", frozenset({"time"})),
}
SEGMENTS = [Segment("voice", 4, 4, "Nobody asked me."), Segment("work", 6, 6, "It changed later.")]


def made_packet(language: str = "en", **changes: Any) -> Packet:
    """A packet in that language; `changes` go to `assemble`."""
    values: dict[str, Any] = {
        "interview_id": "I0007",
        "participant_code": "P001",
        "language": language,
        "intro": packet_intro(language, study=STUDY, days=21),
        "questions": packet_questions(language),
        "turns": OWN,
        "themes": THEMES,
        "segments": SEGMENTS,
        "study": STUDY,
        "contact": "the coordinator, at the made-up number 000",
        "answer_within_days": 21,
    }
    return assemble(**{**values, **changes})
