"""How long packets take in all three forms: `python -m benchmarks.packets [COUNT]` (100 without it), one table.

Every packet is another participant's: 120 turns of 60 words, four themes, six quotes. The words are drawn from a list.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from pages.packet import packet_forms, packet_intro, packet_questions
from pages.packet_texts import PacketTexts
from trustworthiness.form_checks import form_faults
from trustworthiness.packet import Packet, Segment, assemble, packet_sha256
from trustworthiness.readability import plain_language

FORMS = ("html", "docx", "pdf")
WORDS = ["work", "home", "peer", "time", "help", "asked", "told", "later", "never", "first", "people", "some", "talk"]
TURNS, LENGTH, THEMES, QUOTES = 120, 60, 4, 6


def made(number: int) -> Packet:
    """One participant's packet."""
    rng = random.Random(number)
    turns = {2 * n: " ".join(rng.choices(WORDS, k=LENGTH)).capitalize() + "." for n in range(1, TURNS + 1)}
    quoted = rng.sample(sorted(turns), QUOTES)
    return assemble(
        interview_id=f"I{number:04d}",
        participant_code=f"P{number:03d}",
        language="en",
        intro=packet_intro("en", study="A made-up study", days=21),
        questions=packet_questions("en"),
        turns=turns,
        themes={f"T{n}": (f"Theme {n} in plain words.", frozenset({f"code{n}"})) for n in range(THEMES)},
        segments=[Segment(f"code{n % THEMES}", turn, turn, turns[turn]) for n, turn in enumerate(quoted)],
        study="A made-up study",
        answer_within_days=21,
    )


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(count: int) -> None:
    """Print one line a step, and packets a second for all of it."""
    packets: list[Packet] = []
    forms: dict[str, list[bytes]] = {form: [] for form in FORMS}
    seconds = {"assembled": timed(lambda: packets.extend(made(n) for n in range(1, count + 1)))}
    for form in FORMS:
        seconds[form] = timed(
            lambda form=form: forms[form].extend(packet_forms(p, version=1, forms=[form])[form] for p in packets)
        )
    seconds["checked (MC004, MC007)"] = timed(
        lambda: [
            (plain_language(p, grade=8), form_faults(p, {form: forms[form][n] for form in FORMS}, FORMS))
            for n, p in enumerate(packets)
        ]
    )
    whole = sum(seconds.values())
    words = sum(len(text.split()) for text in PacketTexts.of(packets[0], 1).texts)
    print(f"{count} packets of {words:,} words, first digest {packet_sha256(packets[0])[:12]}")
    print(f"{'step':<24}{'s':>8}{'ms each':>10}{'share':>8}{'kB each':>9}")
    for step, took in seconds.items():
        size = f"{sum(map(len, forms[step])) / count / 1000:.0f}" if step in forms else ""
        print(f"{step:<24}{took:>8.2f}{1000 * took / count:>10.1f}{took / whole:>8.0%}{size:>9}")
    print(f"{'all':<24}{whole:>8.2f}{1000 * whole / count:>10.1f}{'':>8}{'':>9}  {count / whole:.1f} packets a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
