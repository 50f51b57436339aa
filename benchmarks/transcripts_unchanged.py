"""What validating transcripts costs when nothing has changed: seconds and peak memory of the whole task, by part.

A study is made with so many transcripts, people, consents and interviews. The task runs once, which reads everything;
then again in a process of its own, which must find every file as it was kept. Files are made of plain words in random
order, so that no two are alike and no name is in them.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILES, WORDS = (100, 1_000, 10_000), 1_000
PROTOCOL = """
id: bench
title: "Transcripts that nobody changed (made up)"
synthetic: true
time_zone: America/Los_Angeles
as_of: 2016-12-31
strands: [qualitative]
ethics: {board: "None (made up)", reference: "NONE", approvals: [{from: 2014-01-01}]}
team:
  - {code: RA1, name: "Nobody (made up)", role: coordinator, tasks: [{task: obtain_consent, from: 2014-01-01}]}
participants:
  code_pattern: 'P\\d{5}'
  site_pattern: 'S\\d{3}'
  roles: [{id: peer_provider, label: Peer provider}]
sampling:
  frame: sampling/frame.csv
  id_column: site_id
  stages: [{name: sites, of: sites, strategy: criterion, rationale: "None (made up)", size: 1, seed: 1}]
consent_forms:
  - form: FORM
    version: "1"
    file: consent_forms/form.txt
    approved: 2014-01-02
    opens: 2014-01-02
    scopes: [take_part, record, transcribe, quote, recontact]
transcripts:
  interview_id_pattern: 'I\\d{5}'
  speakers: {interviewer: [Interviewer], participant: [Participant]}
"""
SAID = (
    *("work", "week", "people", "county", "office", "called", "early", "morning", "talked", "about", "what", "helped"),
    *("most", "when", "things", "were", "hard", "and", "then", "nobody", "came", "back", "for", "a", "long", "time"),
    *("because", "everyone", "thought", "the", "other", "team", "had", "already", "done", "it", "which", "was", "so"),
)
INTERVIEWS = (
    *("interview_id", "participant_ids", "site_id", "occurred"),
    *("mode", "outcome", "guide_version", "recording"),
)
NAME = "Qonzelle{n} Vrostwick{n}"
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact")


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of the task: seconds in all and by part, peak memory of its own process in MB, files read and in all."""

    opening: float
    judging: float
    settling: float
    releasing: float
    peak_mb: float
    read: int
    files: int

    @property
    def total(self) -> float:
        return self.opening + self.judging + self.settling + self.releasing


def make_study(folder: Path, files: int, words: int = WORDS) -> None:
    """A study folder with so many transcripts of about so many words each, opened, everybody's consent in its trail."""
    from study import Fact, Subject
    from tasks.opening import opening_facts
    from tasks.workspace import StudyRequest, opened

    texts = {"study.yaml": PROTOCOL, "sampling/frame.csv": "site_id\nS001\n", "consent_forms/form.txt": "Made up."}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    interviews = (
        (f"I{n:05d}", f"P{n:05d}", "S001", "2016-02-01", "phone", "full", "1", "yes") for n in range(1, files + 1)
    )
    _table(folder / "registers/interviews.csv", INTERVIEWS, interviews)
    people = ((f"P{n:05d}", NAME.format(n=n)) for n in range(1, files + 1))
    _table(folder / "restricted/identities.csv", ["participant_id", "name"], people)
    (folder / "transcripts").mkdir()
    for n in range(1, files + 1):
        (folder / f"transcripts/I{n:05d}.txt").write_text(transcript(n, words))
    how = {"mode": "signed", "obtained_by": "RA1", "has_witness": False, "has_representative": False}
    row = {"ordinal": 0, "version": 1, "row": "0" * 64, "copy_given": True}
    data = {**row, **how, "form": "FORM", "form_version": "1", "language": "en", "given": SCOPES, "declined": ()}
    with opened(StudyRequest(study=str(folder)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
        codes = [place.trail_code(f"P{n:05d}") for n in range(1, files + 1)]
        place.trail.append(
            [Fact("consent.given", "2016-01-04", (Subject("participant", code),), data=data) for code in codes]
        )


def transcript(number: int, words: int) -> str:
    """Turns of 20 and 80 words in turn, the same for a number every time."""
    chosen, said = random.Random(number), 0
    turns = []
    while said < words:
        length = 80 if len(turns) % 2 else 20
        label = "Participant" if len(turns) % 2 else "Interviewer"
        turns.append(f"{label}: {' '.join(chosen.choices(SAID, k=length)).capitalize()}.")
        said += length
    return "\n\n".join(turns) + "\n"


def validate(folder: Path) -> Cost:
    """One run of what the flow does, as Prefect would run it."""
    from tasks.queries import settle_queries
    from tasks.record import record
    from tasks.transcript_release import decide_releases
    from tasks.transcripts import judge_transcripts
    from tasks.workspace import StudyRequest, opened

    clock = _Clock()
    with opened(StudyRequest(study=str(folder)), "validate-transcripts") as place:
        opening = clock.lap()
        judged = judge_transcripts.fn(place)
        record.fn(place, judged.received)
        judging = clock.lap()
        settle_queries.fn(place, judged.queries, judged.looked_at)
        record.fn(place, judged.verdicts)
        settling = clock.lap()
        record.fn(place, decide_releases.fn(place, judged.files).facts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(opening, judging, settling, clock.lap(), peak, len(judged.read), len(judged.files))


def in_a_process_of_its_own(folder: Path) -> Cost:
    """The same as `validate`, in a fresh process: what it imports counts in its memory, not in its seconds."""
    command = [sys.executable, "-m", "benchmarks.transcripts_unchanged", "--validate", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Cost(**json.loads(said.splitlines()[-1]))


def measured(files: int, words: int, folder: Path) -> Iterator[tuple[str, Cost]]:
    """The first run and the one after it."""
    make_study(folder, files, words)
    for run in ("first", "unchanged"):
        yield run, in_a_process_of_its_own(folder)


class _Clock:
    """Seconds since the last lap."""

    def __init__(self) -> None:
        self._at = time.perf_counter()

    def lap(self) -> float:
        before, self._at = self._at, time.perf_counter()
        return self._at - before


def _table(path: Path, header: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.transcripts_unchanged", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--files", type=int, nargs="+", default=list(FILES))
    parser.add_argument("--words", type=int, default=WORDS)
    parser.add_argument("--directory", help="where the studies are made")
    parser.add_argument("--validate", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    if options.validate:
        print(json.dumps(asdict(validate(Path(options.validate)))))
        return 0
    print(f"{'files':>8} {'run':>10} {'read':>7} {'s in all':>9} {'open':>6} {'judge':>7} {'settle':>7} {'MB':>6}")
    for files in options.files:
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            for run, cost in measured(files, options.words, Path(directory)):
                times = f"{cost.total:9.1f} {cost.opening:6.1f} {cost.judging:7.1f} {cost.settling:7.1f}"
                print(f"{files:8,} {run:>10} {cost.read:7,} {times} {cost.peak_mb:6.0f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
