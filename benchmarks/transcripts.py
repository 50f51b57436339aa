"""Measure transcripts: `python -m benchmarks.transcripts` (about 20 minutes; `--small` for a quick look).

Every comparison is made in one run, in alternating order; figures are medians with, in brackets, the smallest and
largest of the rounds. Everybody in the transcripts is made up; so is every number and address.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.trail import Row, machine, spread, table
from benchmarks.transcripts_everything import (
    Cost,
    files,
    in_child_processes,
    in_this_process,
    looker,
)
from benchmarks.transcripts_made import Made, people, planted_transcript, strangers
from benchmarks.transcripts_recall import Tally, by_ours, is_registered, is_shape, is_stranger, tally
from benchmarks.transcripts_rivals import PARSERS, QUIRKS, Presidio, cues_lost
from benchmarks.transcripts_written import as_srt, as_vtt

PARTS = ("everything", "recall", "parsing", "memory", "processes", "unchanged")
SPACY = ("gazetteer", "spacy")
REGISTERED = 5_000


def everything(options: argparse.Namespace) -> list[Row]:
    """Transcripts a minute and core, in processor time, beside presidio on the same words."""
    made = list(files(options.files, options.words, registered=options.registered))
    words = [" ".join(turn.text for turn in one.turns) for one in _made(options.presidio_files, options)]
    ours = looker(options.registered)
    in_this_process(made[:2], ours)  # imports, the registry's index, Great Expectations' start
    costs: list[Cost] = []
    rates: dict[str, list[float]] = {"ours": [], "presidio": []}
    presidio = Presidio()
    presidio.find("Anybody.")
    for turn in range(options.rounds):
        for who in ("ours", "presidio") if turn % 2 else ("presidio", "ours"):
            if who == "ours":
                costs.append(in_this_process(made, ours))
                rates[who].append(60 * len(made) / costs[-1].total)
            else:
                began = time.process_time()
                for text in words:
                    presidio.find(text)
                rates[who].append(60 * len(words) / (time.process_time() - began))
    each = (f"{1000 * median(getattr(c, part) for c in costs) / len(made):.0f} ms {part}" for part in Cost._fields[:3])
    ratio = spread((a / b for a, b in zip(rates["ours"], rates["presidio"], strict=True)), "{:,.0f}")
    said = f"transcripts of {options.words:,} words"
    return [
        Row("everything", f"ours, {options.registered:,} people, {said}", f"{spread(rates['ours'])} a minute and core"),
        Row("everything", "ours, of one transcript", ", ".join(each)),
        Row(
            "everything",
            "presidio, names and patterns only",
            f"{spread(rates['presidio'], '{:,.1f}')} a minute and core",
        ),
        Row("everything", "ours to presidio", f"{ratio} times"),
    ]


def recall(options: argparse.Namespace) -> list[Row]:
    """Shares found of what was planted, and other flags, with and without the small model, and presidio's."""
    made = list(_made(options.recall_files, options, words=options.recall_words))
    found = tally(made, by_ours(looker(options.registered)))
    rows = _recalled(f"ours, {options.registered:,} people in the registry", found)
    rows += [
        Row("recall by way", way, f"{found.found[way]} of {found.planted[way]}, a guess only for {found.guessed[way]}")
        for way in sorted(found.planted)
    ]
    few = made[: options.model_files]
    for name, residue in (("ours", ("gazetteer",)), ("ours with spaCy", SPACY)):
        rows += _recalled(f"{name}, the first {len(few)}", tally(few, by_ours(looker(options.registered, residue))))
    presidio = Presidio()

    def by_presidio(one: Made) -> list[tuple[int, int, int, str]]:
        return [
            (number, hit.start, hit.end, "presidio")
            for number, turn in enumerate(one.turns, 1)
            for hit in presidio.find(turn.text)
            if hit.kind != "DATE_TIME" or any(p.turn == number and p.way == "birth date" for p in one.planted)
        ]

    return rows + _recalled(f"presidio, the first {len(few)}, dates not counted", tally(few, by_presidio))


def _recalled(who: str, found: Tally) -> list[Row]:
    shares = ", ".join(
        f"{found.recall(of):.3f} {what}"
        for what, of in (
            ("registered names", is_registered),
            ("shapes", is_shape),
            ("names nobody registered", is_stranger),
        )
    )
    others = ", ".join(f"{found.others_in_10_000([family]):.1f} {family}" for family in sorted(found.others)) or "none"
    return [
        Row("recall", who, f"{shares} (of {found.planted.total():,} planted)"),
        Row("other flags in 10,000 words", who, others),
    ]


def parsing(options: argparse.Namespace) -> list[Row]:
    """Milliseconds a file, and the cues lost or left without their speaker in files with one quirk each."""
    rows: list[Row] = []
    [made] = _made(1, options)
    for format, data in (("vtt", as_vtt(made.turns)), ("srt", as_srt(made.turns))):
        taken: dict[str, list[float]] = {name: [] for name in PARSERS}
        for turn in range(options.rounds + 1):
            for name in sorted(PARSERS, reverse=bool(turn % 2)):
                began = time.process_time()
                PARSERS[name](data, f"I00001.{format}")
                taken[name].append(1000 * (time.process_time() - began))
        for name, rounds in taken.items():
            how = f"{name}, .{format} of {options.words:,} words in {len(made.turns):,} cues"
            rows.append(Row("parsing", how, f"{spread(rounds[1:], '{:,.0f}')} ms"))
    for quirk in QUIRKS:
        said = []
        for name in PARSERS:
            lost, unnamed = cues_lost(name, quirk)
            said.append(f"{name} {lost} lost" + (f", {unnamed} without who spoke" if unnamed else ""))
        rows.append(Row("10 cues", quirk, "; ".join(said)))
    return rows


def memory(options: argparse.Namespace) -> list[Row]:
    """Peak memory of a process of its own for each size, and of the child that reads."""
    rows = []
    for count in options.sizes:
        command = [sys.executable, "-m", "benchmarks.transcripts", "--memory-of", str(count)]
        command += ["--words", str(options.memory_words), "--registered", str(options.registered)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        own, child, seconds = ran.stdout.split()
        figure = f"{float(own):,.0f} MiB, its child {float(child):,.0f} MiB; {float(seconds):,.0f} s"
        rows.append(Row("peak memory", f"{count:,} transcripts of {options.memory_words:,} words", figure))
    return rows


def _memory_of(options: argparse.Namespace) -> int:
    made = files(options.memory_of, options.words, registered=options.registered)
    ran = in_child_processes(made, looker(options.registered), 1)
    print(f"{ran.own_mib:.1f} {ran.child_mib:.1f} {ran.seconds:.1f}")
    return 0


def processes(options: argparse.Namespace) -> list[Row]:
    """The same files read by one child process and by two, in seconds by the clock."""
    made = list(files(2 * options.files, options.words, registered=options.registered))
    taken: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(options.rounds):
        for count in sorted(taken, reverse=bool(turn % 2)):
            ran = in_child_processes(made, looker(options.registered), count)
            taken[count].append(60 * (ran.answers - 1) / ran.seconds)
    ratio = spread((two / one for one, two in zip(taken[1], taken[2], strict=True)), "{:.2f}")
    return [
        *(
            Row("processes", f"{count} reading, 1 judging", f"{spread(rates)} transcripts a minute by the clock")
            for count, rates in taken.items()
        ),
        Row("processes", "two to one", f"{ratio} times"),
    ]


def unchanged(options: argparse.Namespace) -> list[Row]:
    """`benchmarks.transcripts_unchanged`, which makes a whole study and validates it a second time."""
    command = [sys.executable, "-m", "benchmarks.transcripts_unchanged", "--files", str(options.unchanged_files)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (ran.stdout.strip() or ran.stderr.strip().splitlines()[-1]).splitlines()
    return [Row("unchanged", f"{options.unchanged_files:,} files", line) for line in lines]


def _made(count: int, options: argparse.Namespace, *, words: int | None = None) -> list[Made]:
    known, unknown = people(options.registered), strangers(40)
    return [planted_transcript(known, unknown, n, words or options.words) for n in range(count)]


MEASURES: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "everything": everything,
    "recall": recall,
    "parsing": parsing,
    "memory": memory,
    "processes": processes,
    "unchanged": unchanged,
}


def measure(options: argparse.Namespace) -> list[Row]:
    rows = [Row("machine", "at the start", machine())]
    for part in PARTS:
        if options.only in (None, part):
            rows += MEASURES[part](options)
    return [*rows, Row("machine", "at the end", machine())]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.transcripts", description=(__doc__ or "").partition("\n")[0]
    )
    option = parser.add_argument
    option("--only", choices=PARTS, help="one part of it")
    option("--small", action="store_true", help="so little of everything that it takes seconds and shows nothing")
    option("--files", type=int, default=50, help="transcripts a round")
    option("--presidio-files", type=int, default=3, help="transcripts a round that presidio gets")
    option("--words", type=int, default=10_000, help="words a transcript")
    option("--registered", type=int, default=REGISTERED, help="people in the registry")
    option("--recall-files", type=int, default=200)
    option("--model-files", type=int, default=20, help="of these, those that spaCy and presidio get")
    option("--recall-words", type=int, default=3_000)
    option("--memory-words", type=int, default=500, help="words a transcript whose memory is measured")
    option("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000], help="transcripts whose memory is measured")
    option("--unchanged-files", type=int, default=10_000)
    option("--rounds", type=int, default=3)
    option("--memory-of", type=int, help=argparse.SUPPRESS)
    option("--markdown", action="store_true")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    if options.memory_of:
        return _memory_of(options)
    if options.small:
        little = {
            "files": 2,
            "presidio_files": 1,
            "words": 300,
            "registered": 60,
            "recall_files": 4,
            "model_files": 4,
            "rounds": 1,
        }
        vars(options).update(little, recall_words=800, memory_words=100, sizes=[3], unchanged_files=3)
    print(table(measure(options), markdown=options.markdown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
