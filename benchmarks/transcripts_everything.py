"""Transcripts through all that checking does to a file's words: read, measured, searched for names, compared, judged.

What a study adds (its folder, its trail and its queries' acts) is not in it: that is the same for short files and long.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.transcripts_made import people, planted_transcript, strangers
from benchmarks.transcripts_written import WRITERS
from evidence.detectors import Entry
from evidence.isolated import ReaderDied, call_each
from evidence.measure import FEATURES, Expected, measure_expected
from evidence.measured import together
from evidence.reading import Asked, Looker, Reading
from evidence.similarity import Likeness, Sketch, likenesses
from study import Protocol, load_protocol

STUDY = Path(__file__).parent.parent / "examples" / "fsp" / "study"
FORMATS = ("vtt", "docx", "txt", "srt")
"""What a study's files mostly are; the benchmark takes them in turn."""
BATCH = 50
SECONDS, MEGABYTES = 60.0, 2000


class File(NamedTuple):
    """A made file."""

    name: str
    data: bytes


@cache
def protocol() -> Protocol:
    """The conventions, thresholds and interview guide of the first example."""
    return load_protocol(STUDY)


def registry(count: int) -> tuple[Entry, ...]:
    """So many people with their names and nicknames."""
    listed = [Entry("name", one.name, f"P{n:05}") for n, one in enumerate(people(count))]
    return (*listed, *(Entry("alias", p.alias, f"P{n:05}") for n, p in enumerate(people(count)) if p.alias))


def looker(count: int, residue: tuple[str, ...] = ("gazetteer",)) -> Looker:
    """What every file is looked at with: that many people in the registry."""
    conventions = protocol().transcripts
    assert conventions is not None
    return Looker(conventions, registry(count), residue=residue)


def asked() -> Asked:
    """All parts, with the questions of the first guide."""
    return Asked(questions=tuple(protocol().guides[0].questions))


def files(count: int, words: int, *, registered: int = 5_000) -> Iterator[File]:
    """So many different transcripts of about so many words, made as they are asked for."""
    known, unknown = people(registered), strangers(40)
    for number in range(count):
        format = FORMATS[number % len(FORMATS)]
        made = planted_transcript(known, unknown, number, words, often=0.1)
        yield File(f"I{number:05}.{format}", WRITERS[format](made.turns))


def judged(read: Sequence[tuple[str, Reading]], alike: dict[str, Likeness]) -> int:
    """A batch through Great Expectations; how many queries it gives."""
    from expectations.transcript_suites import MeasuredFile, judge

    measured = []
    for name, reading in read:
        assert reading.text is not None
        registers = measure_expected(reading.text, Expected(name, participants=()), reading.leaks)
        whole = together((*reading.parts, registers), FEATURES)
        measured.append(MeasuredFile(f"transcript:{name}", name, name, whole, alike.get(name)))
    found = judge(measured, study=protocol())
    return sum(len(judgement.queries) for judgement in found.by_ref.values())


class Cost(NamedTuple):
    """Processor seconds of each part, and what came out."""

    looking: float
    comparing: float
    judging: float
    queries: int

    @property
    def total(self) -> float:
        return self.looking + self.comparing + self.judging


def in_this_process(made: Sequence[File], look: Looker) -> Cost:
    """Everything, in this process, so that its processor time is known to the part."""
    began = time.process_time()
    read = [(file.name, look.look(file.data, file.name, asked())) for file in made]
    looked = time.process_time()
    alike = likenesses({name: reading.sketch for name, reading in read if reading.sketch is not None})
    compared = time.process_time()
    queries = sum(judged(batch, alike) for batch in _batches(read))
    done = time.process_time()
    return Cost(looked - began, compared - looked, done - compared, queries)


class Ran(NamedTuple):
    """A run with child processes: seconds by the clock from the first answer to the last, and peak memory in MiB."""

    seconds: float
    answers: int
    own_mib: float
    child_mib: float


def in_child_processes(made: Iterable[File], look: Looker, processes: int) -> Ran:
    """Everything as the flow does it: batches read by child processes, their readings kept, compared at the end."""
    sketches: dict[str, Sketch] = {}
    names: list[str] = []

    def calls() -> Iterator[tuple[bytes, str, Asked]]:
        for file in made:
            names.append(file.name)
            yield file.data, file.name, asked()

    began = last = 0.0
    read: list[tuple[str, Reading]] = []
    for number, answer in enumerate(
        call_each(look.look, calls(), seconds=SECONDS, megabytes=MEGABYTES, processes=processes)
    ):
        last = time.perf_counter()
        began = began or last
        if isinstance(answer, ReaderDied):
            raise RuntimeError(f"the reader died: {answer.reason} {answer.detail}")
        assert answer.sketch is not None
        sketches[names[number]] = answer.sketch
        read.append((names[number], answer))
        if len(read) == BATCH:
            judged(read, {})
            read = []
    likenesses(sketches)
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Ran(last - began, len(sketches), own, child)


def _batches(read: Sequence[tuple[str, Reading]]) -> Iterator[list[tuple[str, Reading]]]:
    rest = iter(read)
    while batch := list(islice(rest, BATCH)):
        yield batch
