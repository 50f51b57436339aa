"""How long it takes to match coded segments with released transcripts: `python -m benchmarks.codings`.

Made-up transcripts and a made-up export of paragraphs: each segment is a run of words of its transcript with other
spaces and marks, a tenth with a speaker's label, a tenth at a wrong paragraph, a fiftieth never said. Seconds are those
of the processor, which other programs do not change.
"""

from __future__ import annotations

import argparse
import platform
import random
import time
from collections import Counter

import pandas as pd

from analysis.codebook import Codebook, CodeEntry
from analysis.coding_tools import ToolExport
from analysis.coding_tools.export import segments_of
from analysis.imported import codings_of
from analysis.named import StudyNames
from analysis.words import Spoken

SYLLABLES = ("ba", "do", "fi", "ka", "lu", "mo", "ne", "pa", "ri", "so", "ta", "vu", "ze", "mi", "lo", "ga")


def made_transcript(rng: random.Random, words: int) -> pd.DataFrame:
    """Turns of 5 to 120 made-up words, by two speakers in turn."""
    vocabulary = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(3000)]
    lines: list[str] = []
    left = words
    while left > 0:
        length = min(left, rng.randint(5, 120))
        lines.append(" ".join(rng.choices(vocabulary, k=length)) + ".")
        left -= length
    speakers = ["Interviewer" if n % 2 == 0 else "P" for n in range(len(lines))]
    return pd.DataFrame({"turn": range(1, len(lines) + 1), "speaker": speakers, "text": lines})


def made_segment(rng: random.Random, turns: pd.DataFrame) -> tuple[int, str]:
    """A paragraph as a tool counts it, and the words it shows."""
    at = rng.randrange(len(turns))
    words = turns["text"].iloc[at].split()
    first = rng.randrange(len(words))
    run = words[first : first + rng.randint(3, 40)]
    text = "\u00a0".join(run) if rng.random() < 0.5 else " \n".join(run)
    if rng.random() < 0.1:
        text = f"{turns['speaker'].iloc[at]}: {text}"
    if rng.random() < 0.02:
        text += " never said"
    shift = rng.randint(1, 9) if rng.random() < 0.1 else 0
    return at + 1 + shift, f"“{text}”"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--transcripts", type=int, default=200)
    parser.add_argument("--words", type=int, default=10_000, help="words of a transcript")
    asked = parser.parse_args()
    rng = random.Random(8)
    turns = {f"I{n:04d}": made_transcript(rng, asked.words) for n in range(asked.transcripts)}
    codes = tuple(CodeEntry(f"code_{n:02d}", "", "", "inductive", "") for n in range(40))
    rows = []
    for n in range(asked.segments):
        transcript = f"I{n % asked.transcripts:04d}"
        paragraph, text = made_segment(rng, turns[transcript])
        rows.append((transcript, "R1", rng.choice(codes).code, paragraph, paragraph, text, -1, -1, n + 2))
    export = ToolExport("maxqda", codes, segments_of(rows), dict.fromkeys(turns))

    begun = time.process_time()
    spoken = {transcript: Spoken(frame, labels=["Interviewer", "P"]) for transcript, frame in turns.items()}
    ready = time.process_time()
    found = codings_of(
        export,
        codebook=Codebook("", codes),
        names=StudyNames(turns, team={"R1": "Made Up"}),
        spoken=spoken,
        file="made.xlsx",
    )
    done = time.process_time()
    checks = Counter(problem.check for problem in found.codings.problems)
    print(f"Python {platform.python_version()}, {platform.machine()}, one process")
    print(f"{asked.segments:,} segments in {asked.transcripts} transcripts of {asked.words:,} words")
    print(f"words of the transcripts made ready  {ready - begun:6.1f} s")
    print(f"segments matched                     {done - ready:6.1f} s")
    print(
        f"accepted {len(found.codings.segments):,}, elsewhere {sum(found.shifted.values()):,}, left out {dict(checks)}"
    )


if __name__ == "__main__":
    main()
