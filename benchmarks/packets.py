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


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall clock and of processor, all threads together."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


def main(count: int) -> None:
    """Print one line a step, and packets a second for all of it."""
    packets: list[Packet] = []
    forms: dict[str, list[bytes]] = {form: [] for form in FORMS}
    steps = {"assembled": timed(lambda: packets.extend(made(n) for n in range(1, count + 1)))}
    for form in FORMS:
        steps[form] = timed(
            lambda form=form: forms[form].extend(packet_forms(p, version=1, forms=[form])[form] for p in packets)
        )
    steps["checked (MC004, MC007)"] = timed(
        lambda: [
            (plain_language(p, grade=8), form_faults(p, {form: forms[form][n] for form in FORMS}, FORMS))
            for n, p in enumerate(packets)
        ]
    )
    clock, busy = (sum(taken) for taken in zip(*steps.values(), strict=True))
    words = sum(len(text.split()) for text in PacketTexts.of(packets[0], 1).texts)
    print(f"{count} packets of {words:,} words, first digest {packet_sha256(packets[0])[:12]}")
    print(f"{'step':<24}{'clock s':>8}{'CPU-s':>8}{'CPU-ms each':>13}{'share':>8}{'kB each':>9}")
    for step, (seconds, cpu) in steps.items():
        size = f"{sum(map(len, forms[step])) / count / 1000:.0f}" if step in forms else ""
        print(f"{step:<24}{seconds:>8.2f}{cpu:>8.2f}{1000 * cpu / count:>13.1f}{cpu / busy:>8.0%}{size:>9}")
    print(f"{'all':<24}{clock:>8.2f}{busy:>8.2f}{1000 * busy / count:>13.1f}  {count / clock:.1f} packets a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
