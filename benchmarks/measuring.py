"""What measuring, comparing and judging transcripts costs, in milliseconds of one core a transcript, and memory.

`python -m benchmarks.measuring` prints one line a part. Transcripts have 10,000 made-up words in random order in 200
turns; Great Expectations judges a batch of 50, all three tables; 10,000 sketches of files that share a guide's
questions are compared with each other.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from evidence.measure import FEATURES, Expected, measure, measure_guide, measure_text
from evidence.similarity import Sketch, likenesses, sketch
from evidence.transcripts import Transcript, read_transcript
from study.protocol.material import GuideQuestion, Transcripts

WORDS, TURNS, BATCH, FILES = 10_000, 200, 50, 10_000
LABELS = ("Interviewer", "Participant")
CONVENTIONS = Transcripts.model_validate({"speakers": {"interviewer": [LABELS[0]], "participant": [LABELS[1]]}})
PLAIN = [
    "the",
    "and",
    "that",
    "you",
    "it",
    "was",
    "of",
    "to",
    "in",
    "so",
    "they",
    "we",
    "this",
    "with",
    "for",
    "on",
    "have",
    "what",
    "there",
    "about",
]


def transcript(seed: int) -> Transcript:
    """A made-up interview; the participant says four words of five."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(1_500)]
    spoken = rng.choices([*vocabulary, *(PLAIN * 40)], k=WORDS)
    pairs = TURNS // 2
    turns = []
    for i in range(pairs):
        part = spoken[i * WORDS // pairs : (i + 1) * WORDS // pairs]
        asked = len(part) // 5
        turns += [f"{LABELS[0]}: {' '.join(part[:asked])}?", f"{LABELS[1]}: {' '.join(part[asked:])}."]
    return read_transcript("\n\n".join(turns).encode(), "I0001.txt", labels=LABELS)


def best(function: Callable[[], object], times: int = 7) -> float:
    """The least processor time of several runs, in ms."""
    measured = []
    for _ in range(times):
        began = time.process_time()
        function()
        measured.append((time.process_time() - began) * 1_000)
    return min(measured)


def judging(read: list[Transcript]) -> float:
    """Processor time of Great Expectations a transcript, in ms."""
    from expectations.transcript_suites import MeasuredFile, judge
    from study import load_protocol

    study = load_protocol(PROTOCOL.encode())
    expected = Expected("I0001", questions=QUESTIONS, audio_s=None, participants=("P001",), consents_missing=0)
    known = [measure(one, CONVENTIONS, expected, []) for one in read]
    files = []
    for i in range(BATCH):
        found = known[i % len(known)]
        whole = replace(found, features={name: found.features[name] or 0.0 for name in FEATURES})
        files.append(MeasuredFile(f"transcript:I{i}", f"r{i}", f"transcripts/I{i}.txt", whole))
    judge(files[:2], study=study)
    return best(lambda: judge(files, study=study), 3) / BATCH


def sketches() -> Iterator[tuple[str, Sketch]]:
    """Sketches as large as those of 10,000-word files; a tenth of every one's hashes is in all of them."""
    rng = np.random.default_rng(0)
    shared = rng.integers(0, 2**63, 30, dtype=np.uint64)
    for i in range(FILES):
        own = rng.integers(0, 2**63, 280, dtype=np.uint64) * np.uint64(2)
        yield f"{i:05d}", Sketch(f"{i:064x}", WORDS - 7, np.unique(np.concatenate([shared, own])))


QUESTIONS = tuple(
    GuideQuestion.model_validate({"id": f"q{i}", "text": text, "keywords": [word], "required": True})
    for i, (text, word) in enumerate(
        [("What would you change about your work?", "change"), ("How did housing come about?", "housing")] * 4
    )
)
PROTOCOL = """
id: bench
title: Made up
time_zone: UTC
strands: [qualitative]
ethics: {board: None, reference: NONE, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Nobody, role: investigator}]
participants: {roles: [{id: peer, label: Peer}]}
sampling: {id_column: site_id, stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]}
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
"""


def main() -> None:
    """Print every figure."""
    read = [transcript(seed) for seed in range(5)]
    each = len(read)
    print(f"{WORDS} words, {TURNS} turns; ms of one core a transcript")
    print(f"measure_text   {best(lambda: [measure_text(one, CONVENTIONS) for one in read]) / each:6.1f}")
    print(f"measure_guide  {best(lambda: [measure_guide(one, CONVENTIONS, QUESTIONS) for one in read]) / each:6.1f}")
    print(f"sketch         {best(lambda: [sketch(one) for one in read]) / each:6.1f}")
    print(f"judge          {judging(read):6.1f}  (Great Expectations, a batch of {BATCH})")
    tracemalloc.start()
    drawn = dict(sketches())
    kept = tracemalloc.get_traced_memory()[0]
    began = time.process_time()
    likenesses(drawn)
    peak = tracemalloc.get_traced_memory()[1]
    print(f"likenesses     {(time.process_time() - began) * 1_000 / FILES:6.2f}  ({FILES} files)")
    print(f"{FILES} sketches: {kept / 2**20:.0f} MB kept, {peak / 2**20:.0f} MB at most while they are compared")


if __name__ == "__main__":
    main()
